/** Every setting of the hub, read once from the environment. A missing or wrong one stops the start and is named. */
import { z } from "zod";
import { quietHours } from "@gigafibre/contracts/quiet-hours";

const flag = z.stringbool();
const optionalUrl = z.url().optional();
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

const environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  /** What browsers and phones call us, without a trailing slash. */
  PUBLIC_URL: z.url().default("http://127.0.0.1:4000"),
  /** Number of reverse proxies in front, whose X-Forwarded-For is believed. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).default(0),
  LOG_LEVEL: z.enum(["silent", "error", "warn", "info", "debug"]).default("info"),
  DATABASE_URL: z.url(),
  /** AES-256 keys, newest first: `id:base64,id:base64`. */
  ENCRYPTION_KEYS: z.string(),

  ERPNEXT_URL: z.url(),
  ERPNEXT_API_KEY: z.string().min(1),
  ERPNEXT_API_SECRET: z.string().min(1),
  ERPNEXT_WEBHOOK_SECRET: z.string().min(16),

  STRIPE_SECRET_KEY: z.string().min(1),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1),
  STRIPE_WEBHOOK_SECRET: z.string().min(1),
  STRIPE_SCRIPT_URL: z.url().default("https://js.stripe.com/v3/"),
  /** Another address for Stripe's API than its own. */
  STRIPE_API_URL: optionalUrl,

  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_FROM: z.string().optional(),
  /** Another address for Twilio's API than its own. */
  TWILIO_API_URL: optionalUrl,
  SMTP_URL: z.string().optional(),
  MAIL_FROM: z.string().default("Gigafibre <bonjour@gigafibre.test>"),
  SLACK_WEBHOOK_URL: optionalUrl,
  TEAMS_WEBHOOK_URL: optionalUrl,
  /** Receives every order as a signed JSON post, for n8n and the like. */
  OUTBOUND_WEBHOOK_URL: optionalUrl,
  OUTBOUND_WEBHOOK_SECRET: z.string().optional(),

  /** The built website, the technicians' app and the office's, and, for a demonstration, the page that shows what was sent. */
  WEBSITE_ROOT: z.string().optional(),
  FIELD_ROOT: z.string().optional(),
  OPS_ROOT: z.string().optional(),
  INBOX_URL: optionalUrl,

  COMPANY_PHONE: z.string().default("450 555-0100"),
  /** When customers are not told of a visit's date, unless it is upon them. */
  QUIET_HOURS: quietHours.default("21:00-08:00"),
  TERMS_VERSION: z.string().default("2026-01"),

  /** Largest file that staff may send through to ERPNext. */
  UPLOAD_LIMIT_MB: count(30),

  /** What an address may do at most. 100,000 an hour and more is no limit. */
  SEARCH_PER_SECOND: count(20),
  SEARCH_BURST: count(60),
  CHECKOUTS_PER_HOUR: count(20),
  LEADS_PER_HOUR: count(20),
  LOGINS_PER_HOUR: count(60),
  /** Opens /metrics to whoever shows it as a bearer token. Without it, /metrics answers the machine itself only. */
  OPERATOR_TOKEN: z.string().min(16).optional(),
  /** Lets the ACS ask what devices are told. Without it nobody may. */
  ACS_TOKEN: z.string().min(16).optional(),
  /** An ACS waits so long for what a device is to be told, and asks again later: below GenieACS's EXT_TIMEOUT, which is 3000. */
  ACS_WAITS_MS: count(2_500),
  /** The ACS that manages devices, and where its API is: GenieACS's NBI (:7557), or Oktopus's REST (:8000). Without both the hub asks nothing of devices. */
  ACS_KIND: z.enum(["genieacs", "oktopus"]).optional(),
  ACS_URL: optionalUrl,
  /** Who signs in to Oktopus. GenieACS's NBI asks nobody: keep it on a private network. */
  ACS_USER: z.string().optional(),
  ACS_PASSWORD: z.string().optional(),
  /** Where devices behind Oktopus fetch firmware, to which a file's name is added. GenieACS serves its own files. */
  ACS_FIRMWARE_URL: optionalUrl,
  /** The broker on which the ACS's bridge tells what devices say: `mqtt://user:password@host:1883`. */
  MQTT_URL: z.string().optional(),
  /** Traccar's API, asked where vehicles are while dispatch looks at the map, and a token of a user who sees them all. */
  TRACCAR_URL: optionalUrl,
  TRACCAR_TOKEN: z.string().optional(),
  /** The style of the office's maps, Mapbox's or any other. Without it they draw our own roads, drops and zones, and ask nobody outside. */
  MAP_STYLE_URL: optionalUrl,
  /** Other origins from which that style takes tiles, fonts and pictures, with spaces between. */
  MAP_ORIGINS: z.string().default(""),
  /** How a drive between two visits is reckoned: how much longer roads are than the crow's way, and how fast one drives. */
  TRAVEL_ROAD_FACTOR: z.coerce.number().min(1).max(5).default(1.3),
  TRAVEL_KMH: z.coerce.number().min(5).max(130).default(60),
  /** Lets Traccar tell where technicians are: `forward.header=Authorization: Bearer {this}`. Without it their phones tell. */
  TRACCAR_FORWARD_SECRET: z.string().min(16).optional(),
  /** A device that says nothing for so long is offline. */
  DEVICE_SILENT_MINUTES: count(15),
  /** What support types at an OLT to let an ONT in; `\n` between lines, `{port}`, `{gpon_sn_hex}` and the like where a value goes. */
  OLT_COMMAND: z.string().optional(),
  /** Delivers no message, by a person's wish. After a restore the hub holds everything back by itself. */
  OUTBOX_PAUSED: flag.default(false),
});

export type Config = z.infer<typeof environment>;
/** The name of every setting. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape);

/** A setting that is missing or wrong, and why. */
export interface SettingFault {
  readonly setting: string;
  readonly message: string;
}

const present = (env: Record<string, string | undefined>) => Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));

/** What is right, and what is not, each by itself. */
export function readSettings(env: Record<string, string | undefined>): { config: Partial<Config>; faults: SettingFault[] } {
  const given = present(env);
  const config: Record<string, unknown> = {};
  const faults: SettingFault[] = [];
  for (const [setting, schema] of Object.entries(environment.shape)) {
    const result = schema.safeParse(given[setting]);
    if (result.success) config[setting] = result.data;
    else faults.push(...result.error.issues.map(({ message }) => ({ setting, message })));
  }
  return { config, faults };
}

/** @throws Error naming each setting that is missing or wrong. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const { faults } = readSettings(env);
  if (faults.length === 0) return environment.parse(present(env));
  throw new Error(`settings to correct (see .env.example):\n  ${faults.map(({ setting, message }) => `${setting}: ${message}`).join("\n  ")}`);
}
