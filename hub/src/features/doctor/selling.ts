/** That every zone of the fibre plant can be sold, and that there are days and people to install. */
import { addDays, localDate } from "@gigafibre/contracts/dates";
import type { ErpnextClient } from "../../plugins/erpnext.ts";
import { readErpnext } from "../catalog/catalog.ts";
import { catalogFromErpnext } from "../catalog/from-erpnext.ts";
import { readRules } from "../devices/facts.ts";
import { readWorkforce } from "../install-dates/from-erpnext.ts";
import { both, judged, some } from "./findings.ts";
import type { Finding } from "./findings.ts";
import type { SiteReport } from "./report.ts";

/** Holidays are looked for so far ahead. */
const HOLIDAY_DAYS = 92;

/** `plant`: the zones of the drops; null where they could not be read, and then those of ERPNext are looked at. @throws ErpnextUnavailable. */
export async function* priceFindings(erpnext: ErpnextClient, plant: readonly string[] | null): AsyncGenerator<Finding> {
  const { catalogs, leftOut } = catalogFromErpnext(await readErpnext(erpnext), localDate(new Date()));
  const sold = catalogs.map(({ zone }) => zone);
  const zones = plant ?? sold;
  const without = zones.filter((zone) => !sold.includes(zone));
  yield judged("prices.zones", without.length === 0 && sold.length > 0, {
    ok: both(`Une liste de prix pour chaque zone (${zones.length})`, `A price list for every zone (${zones.length})`),
    says: both(
      sold.length === 0 ? "Aucune liste de prix en CAD ne vend de forfait Internet" : `Zones sans liste de prix qui vende un forfait Internet: ${some(without)}`,
      sold.length === 0 ? "No price list in CAD sells an internet plan" : `Zones without a price list that sells an internet plan: ${some(without)}`,
    ),
    mend: both("Price List du nom de la zone: en CAD, selling, enabled; puis ses Item Price.", "A Price List of the zone's name: in CAD, selling, enabled; then its Item Prices."),
  });
  const unsold = leftOut.filter(({ zone }) => zones.includes(zone)).map(({ zone, sku, why }) => `${sku} (${zone}): ${why}`);
  yield judged("prices.items", unsold.length === 0, {
    ok: both("Chaque article vendu a un prix dans chaque zone", "Every sold item has a price in every zone"),
    says: both(`Ne peuvent être vendus: ${some(unsold)}`, `Cannot be sold: ${some(unsold)}`),
    mend: both("Corrigez l'Item, ou son Item Price dans la liste de cette zone.", "Correct the Item, or its Item Price in that zone's list."),
  });
  if (catalogs.some(({ items }) => items.some(({ kind }) => kind === "phone"))) yield await telephoneFinding(erpnext);
}

/** What is ordered has a user and a password; where to register only people know. */
async function telephoneFinding(erpnext: ErpnextClient): Promise<Finding> {
  const { sip_server } = await readRules(erpnext);
  return judged("phone.server", sip_server !== "", {
    ok: both(`Les téléphones s'inscrivent à ${sip_server}`, `Telephones register at ${sip_server}`),
    says: both("La téléphonie est vendue, mais aucun serveur SIP n'est donné: les lignes commandées ne sont pas configurées", "Telephony is sold, but no SIP server is given: lines that are ordered are not provisioned"),
    mend: both("Gigafibre Settings → SIP server; ou le serveur de chaque Téléphone IP.", "Gigafibre Settings → SIP server; or the server of each Téléphone IP."),
  });
}

/** @throws ErpnextUnavailable. */
export async function* workFindings(erpnext: ErpnextClient, report: SiteReport): AsyncGenerator<Finding> {
  const today = localDate(new Date());
  const { technicians, lead_days } = await readWorkforce(erpnext, today);
  const until = addDays(today, HOLIDAY_DAYS);
  const covered = await holidaysUntil(erpnext);
  yield judged("work.holidays", covered !== null && covered >= until, {
    ok: both(`Jours fériés connus jusqu'au ${covered ?? ""}`, `Holidays known until ${covered ?? ""}`),
    says: both(
      covered === null ? "Aucune liste de jours fériés" : `La liste de jours fériés finit le ${covered}: des fériés seraient offerts`,
      covered === null ? "No holiday list" : `The holiday list ends on ${covered}: holidays would be offered`,
    ),
    mend: both("Gigafibre Settings → Holiday list, qui couvre les mois à venir.", "Gigafibre Settings → Holiday list, one that covers the coming months."),
  });
  const capable = technicians.filter(({ jobs_per_day, weekdays }) => jobs_per_day > 0 && weekdays.some((day) => day >= 1 && day <= 5));
  yield judged("work.technicians", capable.length > 0, {
    ok: both(`${capable.length} technicien(s), dès ${lead_days} jour(s) après la commande`, `${capable.length} technician(s), from ${lead_days} day(s) after the order`),
    says: both("Aucun technicien actif n'a de jour ouvrable et de visites par jour: aucune date n'est offerte", "No active technician has a weekday and jobs per day: no date is offered"),
    mend: both("Technician: Active, jours de travail, Jobs per day.", "Technician: Active, working days, Jobs per day."),
  });
  const strangers = report.technicians.filter(({ enabled, technician }) => !enabled || !technician).map(({ user }) => user);
  yield judged("work.users", strangers.length === 0, {
    ok: both("Chaque technicien peut se connecter", "Every technician can sign in"),
    says: both(`Techniciens dont l'usager est désactivé ou sans le rôle: ${some(strangers)}`, `Technicians whose user is disabled or has not the role: ${some(strangers)}`),
    mend: both("User: Enabled, Role Profile « Field Technician »; ou rendez le Technician inactif.", "User: Enabled, Role Profile “Field Technician”; or make the Technician inactive."),
  });
}

export function* roleFindings(report: SiteReport): Generator<Finding> {
  const absent = report.roles.filter(({ there }) => !there).map(({ name }) => name);
  yield judged("people.roles", absent.length === 0, {
    ok: both("Les rôles de l'app sont là", "The app's roles are there"),
    says: both(`Rôles absents ou désactivés: ${some(absent)}`, `Roles missing or disabled: ${some(absent)}`),
    mend: both("bench --site SITE migrate les refait; dans Desk: Role, décochez Disabled.", "bench --site SITE migrate makes them again; in Desk: Role, untick Disabled."),
  });
  const short = report.role_profiles.filter(({ there, lacks }) => !there || lacks.length > 0).map(({ name, lacks }) => (lacks.length > 0 ? `${name} (${lacks.join(", ")})` : name));
  yield judged("people.profiles", short.length === 0, {
    ok: both("Les profils de rôles sont entiers", "The role profiles are whole"),
    says: both(`Profils de rôles absents, ou à qui il manque des rôles: ${some(short)}`, `Role profiles missing, or short of roles: ${some(short)}`),
    mend: both("Dans Desk: Role Profile, si ce n'est pas voulu.", "In Desk: Role Profile, unless it is meant so."),
    state: "warning",
  });
}

/** The last day of the list the hub reads; null without one. */
async function holidaysUntil(erpnext: ErpnextClient): Promise<string | null> {
  const settings = await erpnext.get("Gigafibre Settings", "Gigafibre Settings");
  const company = typeof settings?.["company"] === "string" ? await erpnext.get("Company", settings["company"]) : null;
  const name = settings?.["holiday_list"] ?? company?.["default_holiday_list"];
  const list = typeof name === "string" && name !== "" ? await erpnext.get("Holiday List", name) : null;
  return typeof list?.["to_date"] === "string" ? list["to_date"].slice(0, 10) : null;
}
