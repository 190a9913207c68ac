import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOBODY, WEBHOOK_SECRET } from "../../../testing/hub.ts";
import { makePlace } from "../../../testing/plant.ts";
import { tamperedWith } from "../../../testing/tampered.ts";
import type { Tampered } from "../../../testing/tampered.ts";
import { startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { examine } from "./doctor.ts";
import { lineOf } from "./findings.ts";
import type { Finding } from "./findings.ts";
import { APP_VERSION } from "./report.ts";

type Report = Record<string, unknown>;
type Env = Record<string, string>;

let world: World;
let erpnext: Tampered;
let stripe: Tampered;
let twilio: Tampered;
let env: Env;

beforeAll(async () => {
  world = await startWorld();
  await makePlace(world.app.db);
  await world.erpnext.admin.update("Gigafibre Settings", "Gigafibre Settings", { tps_number: "123456789 RT0001", tvq_number: "1234567890 TQ0001" });
  [erpnext, stripe, twilio] = await Promise.all([tamperedWith(world.erpnext.url), tamperedWith(world.stripe.url), tamperedWith(world.inbox.url)]);
  const { config } = world.app;
  env = Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]));
  Object.assign(env, { ERPNEXT_URL: erpnext.url, STRIPE_API_URL: stripe.url, TWILIO_API_URL: twilio.url });
});
afterAll(async () => {
  await Promise.all([erpnext, stripe, twilio].map((each) => each.stop()));
  await world.stop();
});

async function examined(changed: Record<string, string | undefined> = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of examine({ ...env, ...changed })) findings.push(finding);
  return findings;
}

/** What is not right, by its id. */
const ailing = (findings: readonly Finding[]): string[] => findings.filter(({ state }) => state !== "ok").map(({ id }) => id);

const reported = (change: (report: Report) => Report) => (): void => erpnext.alter("api.doctor.report", ({ message }) => ({ message: change(message as Report) }));
const everyWebhook = (change: Report) => reported((report) => ({ ...report, webhooks: (report["webhooks"] as Report[]).map((webhook) => ({ ...webhook, ...change })) }));
const answered = (tampered: () => Tampered, part: string, change: (body: Report) => unknown) => (): void => tampered().alter(part, change);
const numbers = (change: Report) => (body: Report): Report => ({ ...body, incoming_phone_numbers: (body["incoming_phone_numbers"] as Report[]).map((each) => ({ ...each, ...change })) });
/** Sets a document's values, and back to what they were. */
const changed = (doctype: string, name: string | (() => Promise<string>), values: Report) => async (): Promise<() => Promise<void>> => {
  const { admin } = world.erpnext;
  const found = typeof name === "string" ? name : await name();
  const before = await admin.get(doctype, found);
  await admin.update(doctype, found, values);
  return async () => void (await admin.update(doctype, found, Object.fromEntries(Object.keys(values).map((field) => [field, before[field] ?? null]))));
};
const first = (doctype: string, ...filters: [string, string, unknown][]) => async (): Promise<string> => (await world.erpnext.admin.list(doctype, filters))[0]?.name ?? "";
const query = (sql: string, back: string) => async (): Promise<() => Promise<void>> => {
  await world.app.db.query(sql);
  return async () => void (await world.app.db.query(back));
};
const itself = async (): Promise<string> => (await world.erpnext.admin.get("Gigafibre Settings", "Gigafibre Settings"))["tax_template"] as string;

interface Fault {
  readonly what: string;
  /** The one line that is not right. */
  readonly line: string | readonly string[];
  readonly env?: Record<string, string | undefined>;
  /** Breaks it; what it answers mends it. */
  readonly broken?: () => void | Promise<void | (() => Promise<void>)>;
}

const FAULTS: readonly Fault[] = [
  { what: "a setting is missing", line: ["settings.STRIPE_WEBHOOK_SECRET"], env: { STRIPE_WEBHOOK_SECRET: undefined } },
  { what: "a setting is wrong", line: ["settings.ERPNEXT_URL", "erpnext"], env: { ERPNEXT_URL: "no address" } },
  { what: "PostgreSQL is away", line: "database.reach", env: { DATABASE_URL: "postgres://127.0.0.1:1/hub" } },
  { what: "a migration is pending", line: "database.migrations", broken: query("update schema_migration set name = 'x' || name where name like '0012%'", "update schema_migration set name = substr(name, 2) where name like 'x%'") },
  {
    what: "the encryption key is another",
    line: "database.keys",
    env: { ENCRYPTION_KEYS: `k2:${Buffer.alloc(32, 9).toString("base64")}` },
    broken: async () => {
      const sealed = world.app.vault.seal("x", "outbox:doctor");
      return query(
        `insert into outbox (key, kind, subject, payload, not_after, state) values ('doctor', 'sms', 's', '${sealed}', now(), 'done')`,
        "delete from outbox where key = 'doctor'",
      )();
    },
  },
  { what: "the encryption key cannot be read", line: "database.keys", env: { ENCRYPTION_KEYS: "k1:short" } },
  { what: "the plant is empty", line: "database.plant", broken: query("create table kept as table fiber_availability; create table drops as table fibre; delete from fiber_availability; delete from fibre", "insert into fibre table drops; insert into fiber_availability table kept; drop table kept, drops") },
  { what: "ERPNext is away", line: "erpnext.reach", env: { ERPNEXT_URL: NOBODY } },
  { what: "the API secret is wrong", line: "erpnext.key", env: { ERPNEXT_API_SECRET: "wrong" } },
  { what: "the key is another user's", line: "erpnext.user", broken: answered(() => erpnext, "session.whoami", () => ({ message: { user: "x@y.test", full_name: "x", roles: ["Ops Agent"] } })) },
  { what: "the key is a System Manager's", line: "erpnext.user", broken: answered(() => erpnext, "session.whoami", ({ message }) => ({ message: { ...(message as Report), roles: ["Hub Service", "System Manager"] } })) },
  { what: "the app is another version", line: "erpnext.version", broken: reported((report) => ({ ...report, versions: { app: "0.1.0", frappe: "15.0.0", erpnext: "15.0.0" } })) },
  { what: "the app cannot say how it is", line: "erpnext.version", broken: answered(() => erpnext, "doctor.report", () => ({ message: "nothing" })) },
  { what: "the hub's user lacks a role", line: "erpnext.roles", broken: reported((report) => ({ ...report, caller_lacks: ["HR Manager"] })) },
  { what: "ERPNext's clock is wrong", line: "erpnext.clock", broken: reported((report) => ({ ...report, clock: { ...(report["clock"] as Report), now: "2026-01-01T00:00:00.000Z" } })) },
  { what: "the site is in another time zone", line: "erpnext.time_zone", broken: changed("System Settings", "System Settings", { time_zone: "Asia/Kolkata" }) },
  { what: "the webhook secret is another", line: "erpnext.secret", env: { ERPNEXT_WEBHOOK_SECRET: "another-secret-of-tests" } },
  { what: "the site does not know the hub", line: "erpnext.hub_url", broken: reported((report) => ({ ...report, hub_url: null, reached: null })) },
  { what: "the site does not reach the hub", line: "erpnext.reaches_hub", broken: reported((report) => ({ ...report, reached: { status: 0, error: "ConnectionError" } })) },
  { what: "the running hub has another secret", line: "erpnext.reaches_hub", broken: reported((report) => ({ ...report, reached: { status: 401, error: null } })) },
  { what: "webhooks are missing", line: "webhooks.there", broken: everyWebhook({ there: false, enabled: false, to_hub: false, signed: false }) },
  { what: "webhooks are switched off", line: "webhooks.enabled", broken: everyWebhook({ enabled: false }) },
  { what: "webhooks go elsewhere", line: "webhooks.to_hub", broken: everyWebhook({ to_hub: false }) },
  { what: "webhooks are not signed", line: "webhooks.signed", broken: everyWebhook({ signed: false }) },
  { what: "the scheduler is off", line: "erpnext.scheduler", broken: reported((report) => ({ ...report, scheduler: "inactive" })) },
  { what: "no worker runs", line: "erpnext.workers", broken: reported((report) => ({ ...report, workers: 0 })) },
  { what: "the queue does not answer", line: "erpnext.workers", broken: reported((report) => ({ ...report, workers: null })) },
  { what: "a role is disabled", line: "people.roles", broken: changed("Role", "Dispatcher", { disabled: 1 }) },
  { what: "a role profile is short of a role", line: "people.profiles", broken: reported((report) => ({ ...report, role_profiles: [{ name: "Dispatcher", there: true, lacks: ["Sales User"] }] })) },
  { what: "rounding is the banker's", line: "money.rounding", broken: changed("System Settings", "System Settings", { rounding_method: "Banker's Rounding" }) },
  { what: "the total is rounded to the dollar", line: "money.rounded_total", broken: changed("Global Defaults", "Global Defaults", { disable_rounded_total: 0 }) },
  { what: "taxes are rounded by the row", line: "money.row_wise", broken: changed("Accounts Settings", "Accounts Settings", { round_row_wise_tax: 1 }) },
  { what: "there is no company", line: "money.company", broken: changed("Gigafibre Settings", "Gigafibre Settings", { company: null }) },
  { what: "the books are in another currency", line: "money.currency", broken: answered(() => erpnext, "/Company/", ({ data }) => ({ data: { ...(data as Report), default_currency: "USD" } })) },
  { what: "an account is missing", line: "money.accounts", broken: changed("Gigafibre Settings", "Gigafibre Settings", { payment_account: null }) },
  { what: "the mode of payment has no account", line: "money.mode", broken: changed("Mode of Payment", "Stripe", { accounts: [] }) },
  { what: "there is no tax template", line: "money.template", broken: changed("Gigafibre Settings", "Gigafibre Settings", { tax_template: null }) },
  {
    what: "a tax rate is wrong",
    line: "money.rates",
    broken: async () => {
      const template = await world.erpnext.admin.get("Sales Taxes and Charges Template", await itself());
      const [tps, tvq] = template["taxes"] as Report[];
      return changed("Sales Taxes and Charges Template", template.name, { taxes: [tps, { ...tvq, rate: 9.5 }] })();
    },
  },
  { what: "the TVQ number is missing", line: "money.numbers", broken: changed("Gigafibre Settings", "Gigafibre Settings", { tvq_number: "" }) },
  { what: "a zone has no price list", line: "prices.zones", broken: changed("Price List", "standard", { enabled: 0 }) },
  {
    what: "an item has no price in a zone",
    line: "prices.items",
    broken: changed("Item Price", first("Item Price", ["price_list", "=", "standard"], ["item_code", "=", "SERV911"]), { valid_upto: "2020-01-01" }),
  },
  { what: "telephones have nowhere to register", line: "phone.server", broken: changed("Gigafibre Settings", "Gigafibre Settings", { sip_server: "" }) },
  { what: "the holidays end soon", line: "work.holidays", broken: answered(() => erpnext, "/Holiday%20List/", ({ data }) => ({ data: { ...(data as Report), to_date: "2026-01-01" } })) },
  { what: "nobody works", line: "work.technicians", broken: answered(() => erpnext, "lists.many", ({ message }) => ({ message: { ...(message as Report), lists: { technicians: [], absences: [] } } })) },
  { what: "a technician's user is disabled", line: "work.users", broken: changed("User", "tech2@gigafibre.test", { enabled: 0 }) },
  { what: "Stripe does not know the key", line: "stripe.key", env: { STRIPE_SECRET_KEY: "sk_test_wrong" } },
  { what: "Stripe is away", line: "stripe.reach", env: { STRIPE_API_URL: NOBODY } },
  { what: "Stripe's keys are of two modes", line: "stripe.same_mode", env: { STRIPE_PUBLISHABLE_KEY: "pk_live_1" } },
  {
    what: "a live key stands on a test site",
    line: ["stripe.live", "stripe.key"],
    env: { STRIPE_SECRET_KEY: "sk_live_1", STRIPE_PUBLISHABLE_KEY: "pk_live_1" },
    broken: reported((report) => ({ ...report, test_site: true })),
  },
  { what: "Stripe tells another address", line: "stripe.webhook", broken: answered(() => stripe, "webhook_endpoints", () => ({ object: "list", data: [], has_more: false })) },
  {
    what: "Stripe leaves an event out",
    line: "stripe.events",
    broken: answered(() => stripe, "webhook_endpoints", (body) => ({ ...body, data: (body["data"] as Report[]).map((each) => ({ ...each, enabled_events: ["checkout.session.completed"] })) })),
  },
  { what: "Twilio does not know us", line: "sms.account", env: { TWILIO_AUTH_TOKEN: "wrong" } },
  { what: "Twilio is away", line: "sms.reach", env: { TWILIO_API_URL: NOBODY } },
  { what: "the number sends no SMS", line: "sms.number", broken: answered(() => twilio, "IncomingPhoneNumbers", (body) => ({ ...body, incoming_phone_numbers: [] })) },
  { what: "SMS that come in go nowhere", line: "sms.webhook", broken: answered(() => twilio, "IncomingPhoneNumbers", numbers({ sms_url: "" })) },
  { what: "SMS that come in go to another address", line: "sms.webhook", broken: answered(() => twilio, "IncomingPhoneNumbers", numbers({ sms_url: "https://old.example/sms" })) },
  { what: "SMS that come in are brought by GET", line: "sms.webhook", broken: answered(() => twilio, "IncomingPhoneNumbers", numbers({ sms_method: "GET" })) },
  { what: "an application takes the SMS that come in", line: "sms.webhook", broken: answered(() => twilio, "IncomingPhoneNumbers", numbers({ sms_application_sid: `AP${"0".repeat(32)}` })) },
  { what: "SMS are not set", line: "sms.settings", env: { TWILIO_FROM: undefined } },
  { what: "the mail server is away", line: "mail.smtp", env: { SMTP_URL: "smtp://127.0.0.1:1" } },
  { what: "e-mail is not set", line: "mail.smtp", env: { SMTP_URL: undefined } },
];

describe("the doctor", () => {
  it("finds nothing wrong between a hub and a site that are well", async () => {
    const findings = await examined();
    expect(findings.filter(({ state }) => state !== "ok").map((finding) => lineOf(finding, "en"))).toEqual([]);
    expect(findings.length).toBeGreaterThan(40);
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
  });

  it.each(FAULTS)("says in one line that $what", async ({ line, env: without, broken }) => {
    const mend = await broken?.();
    try {
      const findings = await examined(without);
      expect(ailing(findings)).toEqual([line].flat());
      for (const finding of findings.filter(({ state }) => state !== "ok")) {
        expect(finding.mend).toBeDefined();
        expect(lineOf(finding, "fr")).not.toBe(lineOf(finding, "en"));
      }
    } finally {
      for (const each of [erpnext, stripe, twilio]) each.alter("", null);
      await mend?.();
    }
  });

  it("is mended by each mend", async () => {
    expect(ailing(await examined())).toEqual([]);
  });

  it("shows no secret in any line", async () => {
    const lines = (await examined({ ERPNEXT_WEBHOOK_SECRET: "another-secret-of-tests", STRIPE_SECRET_KEY: "sk_test_wrong" })).flatMap((finding) => [lineOf(finding, "fr"), lineOf(finding, "en")]).join("\n");
    for (const secret of [env["ERPNEXT_API_SECRET"], WEBHOOK_SECRET, "another-secret-of-tests", "sk_test_wrong", env["TWILIO_AUTH_TOKEN"], env["ENCRYPTION_KEYS"]]) expect(lines).not.toContain(secret);
  });

  it("expects the version of the app in this repository", () => {
    const init = readFileSync(path.join(import.meta.dirname, "../../../../erpnext-app/gigafibre_fsm/__init__.py"), "utf8");
    expect(init).toContain(`__version__ = "${APP_VERSION}"`);
  });
});
