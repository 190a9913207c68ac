/** The way between hub and site, both directions: the key, the app, the secret, the webhooks and whoever sends them. */
import { randomBytes } from "node:crypto";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import { ROLES, staffSession } from "@gigafibre/contracts/session";
import { ErpnextClient, ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { clockFinding } from "./clock.ts";
import { both, fine, judged, some, textOf, wrong } from "./findings.ts";
import type { Finding, Having } from "./findings.ts";
import { APP_VERSION, proofOf, siteReport } from "./report.ts";
import type { SiteReport } from "./report.ts";

const ASK_WITHIN_MS = 20_000;

export type ErpnextSettings = Having<"ERPNEXT_URL" | "ERPNEXT_API_KEY" | "ERPNEXT_API_SECRET">;

export interface Site {
  readonly erpnext: ErpnextClient;
  /** Absent as long as the site has not been heard. */
  report?: SiteReport;
}

const KEYS = both(
  "Dans Desk: Gigafibre Settings → « Connecter le hub », et copiez les lignes dans le .env.",
  "In Desk: Gigafibre Settings → “Connect the hub”, and copy the lines into .env.",
);

/** Whether the site answers, knows our key, and has our app. Nothing else can be asked of it otherwise. */
export async function* connectionFindings(config: ErpnextSettings, site: Site): AsyncGenerator<Finding, boolean> {
  let session;
  try {
    const answer = await site.erpnext.call("GET", "/api/method/gigafibre_fsm.api.session.whoami", { timeoutMs: ASK_WITHIN_MS });
    session = staffSession.parse(answer["message"]);
  } catch (error) {
    if (error instanceof ErpnextRefused && error.status === 401) {
      yield fine("erpnext.reach", both("ERPNext répond", "ERPNext answers"));
      yield wrong("erpnext.key", both("ERPNext ne connaît pas la clé ERPNEXT_API_KEY avec ce secret", "ERPNext does not know the key ERPNEXT_API_KEY with this secret"), KEYS);
    } else if (error instanceof ErpnextRefused) {
      yield fine("erpnext.reach", both("ERPNext répond", "ERPNext answers"));
      yield wrong(
        "erpnext.app",
        both(`L'app gigafibre_fsm n'est pas installée sur ce site (${error.exc_type})`, `The app gigafibre_fsm is not installed on this site (${error.exc_type})`),
        both("bench --site SITE install-app gigafibre_fsm; voyez erpnext-app/README.md.", "bench --site SITE install-app gigafibre_fsm; see erpnext-app/README.md."),
      );
    } else {
      const why = error instanceof ErpnextUnavailable && error.cause ? textOf(error.cause) : textOf(error);
      yield wrong("erpnext.reach", both(`ERPNext ne répond pas à ${config.ERPNEXT_URL}: ${why}`, `ERPNext does not answer at ${config.ERPNEXT_URL}: ${why}`), both("Vérifiez ERPNEXT_URL, et que le site est en marche.", "Check ERPNEXT_URL, and that the site runs."));
    }
    return false;
  }
  yield fine("erpnext.reach", both("ERPNext répond", "ERPNext answers"));
  yield fine("erpnext.key", both("ERPNext connaît notre clé", "ERPNext knows our key"));
  const { user, roles } = session;
  if (!roles.includes(ROLES.hub)) {
    yield wrong("erpnext.user", both(`La clé est celle de ${user}, qui n'a pas le rôle Hub Service`, `The key is that of ${user}, who has not the role Hub Service`), KEYS);
    return false;
  }
  yield judged("erpnext.user", !roles.includes("System Manager"), {
    ok: both(`La clé est celle de ${user}`, `The key is that of ${user}`),
    says: both(`La clé est celle de ${user}, qui peut tout: elle ouvre plus qu'il ne faut`, `The key is that of ${user}, who may do everything: it opens more than needed`),
    mend: KEYS,
    state: "warning",
  });
  return true;
}

/** Asks the site about itself; false when its app is of a version that cannot say. */
export async function* reportFindings(config: ErpnextSettings, site: Site): AsyncGenerator<Finding, boolean> {
  const nonce = randomBytes(16).toString("hex");
  const asked = Date.now();
  let report: SiteReport;
  try {
    const { message } = await site.erpnext.call("GET", "/api/method/gigafibre_fsm.api.doctor.report", { query: { nonce }, timeoutMs: ASK_WITHIN_MS });
    report = siteReport.parse(message);
  } catch (error) {
    yield wrong(
      "erpnext.version",
      both(`L'app du site ne répond pas au médecin: ${textOf(error)}`, `The site's app does not answer the doctor: ${textOf(error)}`),
      upgrade(),
    );
    return false;
  }
  const answered = Date.now();
  site.report = report;
  const { versions } = report;
  yield judged("erpnext.version", versions.app === APP_VERSION, {
    ok: both(`App ${versions.app}, Frappe ${versions.frappe}, ERPNext ${versions.erpnext}`, `App ${versions.app}, Frappe ${versions.frappe}, ERPNext ${versions.erpnext}`),
    says: both(`L'app du site est la ${versions.app}; ce hub attend la ${APP_VERSION}`, `The site's app is ${versions.app}; this hub expects ${APP_VERSION}`),
    mend: upgrade(),
  });
  yield judged("erpnext.roles", report.caller_lacks.length === 0, {
    ok: both("L'usager du hub a ses rôles", "The hub's user has its roles"),
    says: both(`L'usager du hub n'a pas: ${some(report.caller_lacks)}`, `The hub's user lacks: ${some(report.caller_lacks)}`),
    mend: both("Dans Desk: User → Hub Service, ajoutez ces rôles (ou corrigez son Role Profile).", "In Desk: User → Hub Service, add these roles (or correct its Role Profile)."),
  });
  yield clockFinding("erpnext.clock", "ERPNext", Date.parse(report.clock.now), asked, answered);
  yield judged("erpnext.time_zone", report.clock.time_zone === TIME_ZONE, {
    ok: both(`Fuseau horaire ${TIME_ZONE}`, `Time zone ${TIME_ZONE}`),
    says: both(`Le site est au fuseau ${report.clock.time_zone}; les jours d'installation et de facturation sont ceux de ${TIME_ZONE}`, `The site is in ${report.clock.time_zone}; days of installation and billing are those of ${TIME_ZONE}`),
    mend: both(`System Settings → Time Zone: ${TIME_ZONE}.`, `System Settings → Time Zone: ${TIME_ZONE}.`),
  });
  if (config.ERPNEXT_WEBHOOK_SECRET !== undefined) {
    yield judged("erpnext.secret", report.proof === proofOf(nonce, config.ERPNEXT_WEBHOOK_SECRET), {
      ok: both("Le site signe avec notre secret", "The site signs with our secret"),
      says: both("ERPNEXT_WEBHOOK_SECRET n'est pas le secret du site: ce que le site annonce est refusé", "ERPNEXT_WEBHOOK_SECRET is not the site's secret: what the site tells is refused"),
      mend: KEYS,
    });
  }
  yield* wayBack(report);
  yield* backgroundFindings(report);
  return true;
}

const upgrade = () => both(`Mettez à jour: bench get-app/update, puis bench --site SITE migrate (app ${APP_VERSION}).`, `Upgrade: bench get-app/update, then bench --site SITE migrate (app ${APP_VERSION}).`);

/** From the site to the hub. */
function* wayBack(report: SiteReport): Generator<Finding> {
  const { hub_url, reached } = report;
  const set = both("Gigafibre Settings → Hub URL, l'adresse du hub vue du site; puis enregistrez.", "Gigafibre Settings → Hub URL, the hub's address as the site sees it; then save.");
  if (hub_url === null) {
    yield wrong("erpnext.hub_url", both("Le site ne sait pas où est le hub", "The site does not know where the hub is"), set);
    return;
  }
  yield fine("erpnext.hub_url", both(`Le site annonce à ${hub_url}`, `The site tells ${hub_url}`));
  const status = reached?.status ?? 0;
  const secret = status === 401;
  yield judged("erpnext.reaches_hub", status === 200, {
    ok: both("Le site rejoint le hub, qui le croit", "The site reaches the hub, which believes it"),
    says: secret
      ? both(`Le hub en marche à ${hub_url} refuse la signature du site`, `The hub that runs at ${hub_url} refuses the site's signature`)
      : both(`Le site ne rejoint pas le hub à ${hub_url} (${reached?.error ?? status})`, `The site does not reach the hub at ${hub_url} (${reached?.error ?? status})`),
    mend: secret ? both("Redémarrez le hub avec le .env d'aujourd'hui.", "Restart the hub with today's .env.") : both(`Démarrez le hub, ouvrez le pare-feu, ou: ${set.fr}`, `Start the hub, open the firewall, or: ${set.en}`),
  });
  const names = (fault: (webhook: SiteReport["webhooks"][number]) => boolean): string[] => report.webhooks.filter(fault).map(({ doctype, event }) => `${doctype} ${event}`);
  const save = both("Enregistrez Gigafibre Settings: ce qui manque est refait.", "Save Gigafibre Settings: what is missing is made again.");
  const absent = names(({ there }) => !there);
  yield judged("webhooks.there", absent.length === 0, {
    ok: both(`${report.webhooks.length} webhooks`, `${report.webhooks.length} webhooks`),
    says: both(`Webhooks absents: ${some(absent)}`, `Webhooks missing: ${some(absent)}`),
    mend: save,
  });
  const off = names(({ there, enabled }) => there && !enabled);
  yield judged("webhooks.enabled", off.length === 0, {
    ok: both("Aucun webhook n'est éteint", "No webhook is switched off"),
    says: both(`Webhooks éteints: ${some(off)}; le hub n'en sait rien avant sa recherche périodique`, `Webhooks switched off: ${some(off)}; the hub hears of it only when it searches`),
    mend: both("Dans Desk: Webhook, rallumez-les.", "In Desk: Webhook, switch them on."),
  });
  const elsewhere = names(({ there, to_hub }) => there && !to_hub);
  yield judged("webhooks.to_hub", elsewhere.length === 0, {
    ok: both("Les webhooks vont au hub", "The webhooks go to the hub"),
    says: both(`Webhooks qui vont ailleurs: ${some(elsewhere)}`, `Webhooks that go elsewhere: ${some(elsewhere)}`),
    mend: save,
  });
  const unsigned = names(({ there, signed }) => there && !signed);
  yield judged("webhooks.signed", unsigned.length === 0, {
    ok: both("Les webhooks sont signés", "The webhooks are signed"),
    says: both(`Webhooks sans notre signature: ${some(unsigned)}`, `Webhooks without our signature: ${some(unsigned)}`),
    mend: both("Dans Desk: Webhook, cochez Enable Security; puis enregistrez Gigafibre Settings.", "In Desk: Webhook, tick Enable Security; then save Gigafibre Settings."),
  });
}

/** Whoever sends the webhooks. */
function* backgroundFindings({ scheduler, workers }: SiteReport): Generator<Finding> {
  yield judged("erpnext.scheduler", scheduler === "active", {
    ok: both("Le planificateur d'ERPNext est actif", "ERPNext's scheduler is active"),
    says: both("Le planificateur d'ERPNext est éteint", "ERPNext's scheduler is switched off"),
    mend: both("bench --site SITE scheduler enable", "bench --site SITE scheduler enable"),
  });
  yield judged("erpnext.workers", workers !== null && workers > 0, {
    ok: both("Des travailleurs envoient les webhooks", "Workers send the webhooks"),
    says: workers === null ? both("La file d'attente d'ERPNext (Redis) ne répond pas", "ERPNext's queue (Redis) does not answer") : both("Aucun travailleur: les webhooks ne partent pas", "No worker runs: webhooks are not sent"),
    mend: both("bench worker --queue short,default,long (supervisor en production); et Redis.", "bench worker --queue short,default,long (supervisor in production); and Redis."),
  });
}

export function siteOf(config: ErpnextSettings): Site {
  return { erpnext: new ErpnextClient({ url: config.ERPNEXT_URL, apiKey: config.ERPNEXT_API_KEY, apiSecret: config.ERPNEXT_API_SECRET }) };
}
