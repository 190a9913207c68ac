/** What ERPNext holds of an order when its service goes live. */
import type { FastifyInstance } from "fastify";
import { localDate } from "@gigafibre/contracts/dates";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { readProfiles } from "../devices/facts.ts";
import { profileOf } from "../devices/resolve.ts";
import { invoiceSettings } from "../orders/agent-rules.ts";
import { advancesOf } from "../payments/on-site.ts";
import { summaryById } from "../orders/repository.ts";
import type { Order } from "../orders/repository.ts";
import type { ActivationFacts, Charge, Equipment, Subscription } from "./activation-steps.ts";

/** ERPNext lacks something without which nobody can say what to write: a person has to. */
export class CannotActivate extends Error {
  override readonly name = "CannotActivate";
}

const numberOf = (document: ErpnextDocument | null, field: string, fallback: number): number => {
  const value = document?.[field];
  return typeof value === "number" ? value : fallback;
};

export interface Thresholds {
  readonly critical_dbm: number;
  readonly billing_day: number;
}

export async function settingsOf(app: FastifyInstance): Promise<Thresholds> {
  const settings = await app.erpnext.get("Gigafibre Settings", "Gigafibre Settings");
  return { critical_dbm: numberOf(settings, "signal_critical_dbm", -27), billing_day: numberOf(settings, "billing_day", 1) };
}

export async function equipmentOf(app: FastifyInstance, location: string): Promise<Equipment[]> {
  return app.erpnext.list<Equipment & Record<string, unknown>>("Service Equipment", {
    fields: ["name", "equipment_type", "status", "serial_number", "gpon_sn", "mac_address", "device_profile", "brand", "model"],
    filters: [["service_location", "=", location]],
    order_by: "creation asc",
  });
}

/** What a place's ONTs are called, by the OLT and by the device itself; upper-case as it informs. */
export function ontSerials(equipment: readonly Equipment[]): { readonly port_serial: string; readonly names: readonly string[] }[] {
  return equipment
    .filter(({ equipment_type, status }) => equipment_type === "ONT" && (status === "En attente" || status === "Actif"))
    .map(({ gpon_sn, serial_number }) => [gpon_sn, serial_number].flatMap((name) => (name ? [name.toUpperCase()] : [])))
    .flatMap((names) => (names[0] === undefined ? [] : [{ port_serial: names[0], names }]));
}

/** Names of the ONTs that do the voice, by the profile by which they are told what to do. */
async function speakingOnts(app: FastifyInstance, equipment: readonly Equipment[]): Promise<ReadonlySet<string>> {
  const profiles = await readProfiles(app.erpnext);
  const speaking = new Set<string>();
  for (const ont of equipment.filter(({ equipment_type }) => equipment_type === "ONT")) {
    const { rows } = await app.db.query<{ oui: string | null; product_class: string | null }>("select oui, product_class from device_session where serial = any($1) order by last_seen desc limit 1", [
      [ont.gpon_sn, ont.serial_number, ont.mac_address].flatMap((name) => (name ? [name.toUpperCase()] : [])),
    ]);
    const said = { oui: rows[0]?.oui ?? undefined, product_class: rows[0]?.product_class ?? undefined };
    if (profileOf({ device_profile: ont.device_profile ?? "", brand: ont.brand ?? "", model: ont.model ?? "" }, profiles, said)?.provides_voice) speaking.add(ont.name);
  }
  return speaking;
}

/** @throws CannotActivate, ErpnextUnavailable, Refusal `invoicing_not_ready` */
export async function factsFor(
  app: FastifyInstance,
  order: Order,
  job: ErpnextDocument,
  equipment: readonly Equipment[],
  billing_day: number,
): Promise<ActivationFacts> {
  const location = await app.erpnext.get("Service Location", textOf(job, "service_location"));
  if (!location) throw new CannotActivate("le lieu de service de la visite n'existe plus");
  if (textOf(location, "status") === "Cancelled") throw new CannotActivate("le lieu de service est annulé");
  const project = textOf(job, "project") || null;
  const subscriptions = await app.erpnext.list<Subscription & Record<string, unknown>>("Service Subscription", {
    fields: ["name", "status", "item", "item_name", "quantity", "price", "billed_until"],
    filters: [
      ["order_id", "=", order.id],
      ["service_location", "=", location.name],
      ["status", "in", ["Pending", "Active"]],
    ],
    order_by: "creation asc, name asc",
  });
  const tasks = project
    ? await app.erpnext.list<{ name: string; status: string }>("Task", {
        fields: ["name", "status"],
        filters: [
          ["project", "=", project],
          ["status", "not in", ["Completed", "Cancelled"]],
        ],
        order_by: "creation asc, name asc",
      })
    : [];
  const invoices = await app.erpnext.list("Sales Invoice", {
    filters: [
      ["order_id", "=", order.id],
      ["docstatus", "=", 1],
    ],
  });
  const prorated = await app.erpnext.list("Item", { filters: [["prorated", "=", 1]] });
  const summary = await summaryById(app.db, app.vault, order.id);
  return {
    order_id: order.id,
    job: job.name,
    customer: textOf(job, "customer"),
    project,
    language: order.language,
    activated_on: localDate(new Date()),
    location: { name: location.name, status: textOf(location, "status") },
    subscriptions,
    charges: Array.isArray(job["charges"]) ? (job["charges"] as Charge[]) : [],
    equipment,
    speaking: await speakingOnts(app, equipment),
    open_tasks: tasks,
    billing_day,
    invoice: invoices.length > 0 ? null : await invoiceSettings(app),
    advances: invoices.length > 0 ? [] : await advancesOf(app, order.id),
    prorated: new Set(prorated.map(({ name }) => name)),
    labels: new Map([...summary.once.filter(({ amount_cents }) => amount_cents > 0), ...summary.monthly].map(({ sku, label }) => [sku, label])),
  };
}
