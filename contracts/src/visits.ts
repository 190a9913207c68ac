/**
 * A technician's visits: the days they carry with them, and the actions their phone sends when it can. Every action is made on the phone first,
 * with an id of its own, and applied once however often it arrives.
 */
import { z } from "zod";
import { isoDate } from "./dates.ts";
import { portActivation } from "./devices.ts";
import { position } from "./follow.ts";
import { equipmentType, scannedLabel } from "./labels.ts";
import { bilingual } from "./language.ts";
import type { Bilingual } from "./language.ts";
import { cents } from "./money.ts";

export const visitStatus = z.enum(["Open", "Scheduled", "En Route", "In Progress", "Completed", "Cancelled"]);
export type VisitStatus = z.infer<typeof visitStatus>;

/** What a check is about; what a measured one measures is in the unit its key names. */
export const checkKey = z.enum(["ont_signal_dbm", "wifi_24ghz", "wifi_5ghz", "speed_down_mbps", "speed_up_mbps", "tv_channels", "dial_tone", "emergency_call", "device_removed"]);
export type CheckKey = z.infer<typeof checkKey>;

const check = z.object({ key: checkKey, label: bilingual, required: z.boolean(), measured: z.boolean(), done: z.boolean(), value: z.string().nullable() });
export type Check = z.infer<typeof check>;

export const visitEquipment = z.object({
  name: z.string(),
  equipment_type: equipmentType,
  status: z.string(),
  serial_number: z.string().nullable(),
  mac_address: z.string().nullable(),
  brand: z.string().nullable(),
  online: z.boolean(),
  rx_power_dbm: z.number().nullable(),
  /** Of the Routeur only, on the day before and on the day of the visit. */
  wifi: z.object({ ssid: z.string(), password: z.string() }).nullable(),
});
export type VisitEquipment = z.infer<typeof visitEquipment>;

export const visit = z.object({
  name: z.string(),
  modified: z.string(),
  job_type: z.enum(["Installation", "Repair", "Retrieval"]),
  status: visitStatus,
  order_id: z.string().nullable(),
  /** Local day and times, as `2026-04-07` and `09:30`. */
  date: isoDate.nullable(),
  starts_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  customer: z.object({ name: z.string(), title: z.string(), phone: z.string().nullable(), language: z.enum(["fr", "en"]) }),
  place: z.object({
    name: z.string(),
    address: z.string(),
    city: z.string(),
    postal_code: z.string(),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
    olt_name: z.string().nullable(),
    /** `frame/slot/port` and the ONT's number on it. */
    olt_port: z.string().nullable(),
    ont_id: z.string().nullable(),
    status: z.string(),
  }),
  services: z.array(z.object({ name: z.string(), label: z.string(), service_type: z.enum(["Internet", "TV", "Phone", "Fee", "Discount"]) })),
  equipment: z.array(visitEquipment),
  checks: z.array(check),
  notes: z.string(),
  /** Earlier visits and issues of the place, newest first. */
  history: z.array(z.object({ doctype: z.string(), name: z.string(), title: z.string(), status: z.string(), date: isoDate })),
  /** `thumbnail` is the phone's own, a data URL. */
  photos: z.array(z.object({ id: z.uuid(), caption: z.string(), thumbnail: z.string(), stored: z.boolean() })),
  /** Signed, or told why not. */
  signed: z.boolean(),
  /** The request that went to support after the ONT's scan, and whether support has done it. */
  port_activation: z.object({ request: portActivation, done: z.boolean() }).nullable(),
  /** What the order still owes, and the link that pays it. */
  payment: z.object({ owed_cents: cents, url: z.string() }).nullable(),
});
export type Visit = z.infer<typeof visit>;

/** `GET /api/field/days`: today's visits and tomorrow's, and those of earlier days that are not finished. */
export const visitDays = z.object({ user: z.string(), full_name: z.string(), today: isoDate, made_at: z.iso.datetime(), visits: z.array(visit) });
export type VisitDays = z.infer<typeof visitDays>;

/** Rises when an action's shape changes; the hub accepts the versions that phones may still hold, for 90 days. */
export const ACTION_VERSION = 1;

export const PHOTO_TYPES = ["image/jpeg", "image/png", "image/webp"] as const;
export const PHOTO_LIMIT = 12 * 1024 * 1024;
/** What a photo shows is said in so many characters: in ERPNext it is part of the file's name. */
export const PHOTO_CAPTION = 60;
/** Largest piece of a photo that is sent at once. */
export const PHOTO_PIECE = 512 * 1024;

const reason = z.string().trim().min(3, "required").max(500, "too_long");

export const visitActionBody = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("set_out"), arrives_at: z.iso.datetime().nullable(), position: position.nullable() }),
  z.strictObject({ kind: z.literal("start") }),
  /** `equipment` is the template it fills where the technician chose one; else the first of its type that waits at the place. */
  z.strictObject({ kind: z.literal("scan"), label: scannedLabel.extend({ equipment_type: equipmentType }), equipment: z.string().nullable(), codes: z.array(z.string().max(500)).max(12) }),
  z.strictObject({ kind: z.literal("check"), key: checkKey, done: z.boolean(), value: z.string().trim().max(140).nullable() }),
  z.strictObject({ kind: z.literal("note"), text: z.string().trim().min(1, "required").max(2_000, "too_long") }),
  /** The file itself is sent afterwards, in pieces: `PUT /api/field/photos/{photo}`. */
  z.strictObject({
    kind: z.literal("photo"),
    photo: z.uuid(),
    caption: z.string().max(140),
    type: z.enum(PHOTO_TYPES),
    size: z.int().min(1).max(PHOTO_LIMIT),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    thumbnail: z.string().startsWith("data:image/").max(16_000),
  }),
  /** The customer agrees that all works; or why there is no signature, and then the charge waits for a person. */
  z.strictObject({
    kind: z.literal("sign_off"),
    sign_off: z.union([z.strictObject({ name: z.string().trim().min(1).max(140), signature: z.string().startsWith("data:image/").max(200_000) }), z.strictObject({ without_signature: reason })]),
  }),
  z.strictObject({ kind: z.literal("payment"), method: z.enum(["cash", "cheque"]), amount_cents: cents.min(1), reference: z.string().trim().max(140) }),
  /** `left_out` says why for each required check, scan or signature that is missing. */
  z.strictObject({ kind: z.literal("complete"), left_out: z.array(z.strictObject({ what: z.string().max(140), reason })).max(20) }),
]);
export type VisitActionBody = z.infer<typeof visitActionBody>;
export type VisitActionKind = VisitActionBody["kind"];

/** `POST /api/field/actions`: one at a time, in the phone's own order within a visit. */
export const visitAction = z.strictObject({
  id: z.uuid(),
  version: z.int().min(1),
  /** Counts up on the phone; order holds within a visit. */
  sequence: z.int().min(1),
  job: z.string().min(1).max(140),
  /**
   * The visit's action before this one that the phone still holds or has had an answer for; null for the first, and after one that was discarded.
   * Until the hub holds it this one waits (`earlier_action_first`). It may change from one try to the next.
   */
  after: z.uuid().nullable(),
  /** By the phone's clock, which may be wrong. */
  made_at: z.iso.datetime(),
  /** By the same clock, when it is sent: how old the action is, whatever the clock says. Another one at each try. */
  sent_at: z.iso.datetime(),
  action: visitActionBody,
});
export type VisitAction = z.infer<typeof visitAction>;

/**
 * 200: ERPNext holds it. `kept_for_dispatch`: the visit is no longer the technician's, or is over; what they did is kept and dispatch has been
 * told. A refusal is 4xx with a named reason; 425 and 503 say try again. `visit` is as it now stands, after a scan, where it could be read; else null.
 */
export const visitActionAnswer = z.object({ id: z.uuid(), outcome: z.enum(["applied", "kept_for_dispatch"]), replayed: z.boolean(), visit: visit.nullable() });
export type VisitActionAnswer = z.infer<typeof visitActionAnswer>;

/**
 * `HEAD /api/field/photos/{id}` answers `upload-offset` and `upload-length`; `PUT` takes a piece of at most PHOTO_PIECE as
 * `application/octet-stream`, with the `upload-offset` it starts at. Once `received` is `size` the hub holds it, and the phone may let it go.
 */
export const photoAnswer = z.object({ id: z.uuid(), size: z.int(), received: z.int() });
export type PhotoAnswer = z.infer<typeof photoAnswer>;

const LABELS: Readonly<Record<CheckKey, Bilingual>> = {
  ont_signal_dbm: { fr: "Signal de l'ONT (dBm)", en: "ONT signal (dBm)" },
  wifi_24ghz: { fr: "WiFi 2,4 GHz", en: "2.4 GHz WiFi" },
  wifi_5ghz: { fr: "WiFi 5 GHz", en: "5 GHz WiFi" },
  speed_down_mbps: { fr: "Test de vitesse, téléchargement (Mb/s)", en: "Speed test, download (Mbps)" },
  speed_up_mbps: { fr: "Test de vitesse, téléversement (Mb/s)", en: "Speed test, upload (Mbps)" },
  tv_channels: { fr: "Chaînes TV", en: "TV channels" },
  dial_tone: { fr: "Tonalité du téléphone", en: "Dial tone" },
  emergency_call: { fr: "Adresse 911 confirmée avec le client", en: "911 address confirmed with the customer" },
  device_removed: { fr: "Appareils récupérés", en: "Devices collected" },
};
const MEASURED: ReadonlySet<CheckKey> = new Set(["ont_signal_dbm", "speed_down_mbps", "speed_up_mbps"]);

export const checkLabels = (key: CheckKey): Bilingual => LABELS[key];
/** How a check is called in ERPNext's checklist. */
export const checkLabel = (key: CheckKey): string => LABELS[key].fr;
export const isMeasured = (key: CheckKey): boolean => MEASURED.has(key);

/** What has to be checked on a visit, by what is sold at the place. */
export function checksFor(job_type: Visit["job_type"], services: readonly { readonly service_type: Visit["services"][number]["service_type"] }[]): Check[] {
  const sold = new Set(services.map(({ service_type }) => service_type));
  const keys: CheckKey[] =
    job_type === "Retrieval"
      ? ["device_removed"]
      : [
          "ont_signal_dbm",
          ...(sold.has("Internet") ? (["wifi_24ghz", "wifi_5ghz", "speed_down_mbps", "speed_up_mbps"] as const) : []),
          ...(sold.has("TV") ? (["tv_channels"] as const) : []),
          ...(sold.has("Phone") ? (["dial_tone", "emergency_call"] as const) : []),
        ];
  return keys.map((key) => ({ key, label: LABELS[key], required: true, measured: MEASURED.has(key), done: false, value: null }));
}

export type Missing =
  | { readonly what: "check"; readonly key: CheckKey }
  | { readonly what: "scan"; readonly equipment: string; readonly equipment_type: z.infer<typeof equipmentType> }
  | { readonly what: "signature" };

/** Types of equipment that are scanned in; a telephone has no label of its own where the ONT does the voice. */
const SCANNED: ReadonlySet<string> = new Set(["ONT", "Routeur", "Décodeur TV"]);

/** What a visit still lacks before it can be completed without a reason. Used on the phone, and again by the hub. */
export function missingFor(state: Pick<Visit, "job_type" | "equipment" | "checks"> & { signed: boolean }): Missing[] {
  const scans = state.job_type === "Installation" ? state.equipment.filter((each) => SCANNED.has(each.equipment_type) && each.serial_number === null && each.mac_address === null) : [];
  return [
    ...scans.map(({ name, equipment_type }): Missing => ({ what: "scan", equipment: name, equipment_type })),
    ...state.checks.filter(({ required, done }) => required && !done).map(({ key }): Missing => ({ what: "check", key })),
    ...(state.signed ? [] : [{ what: "signature" } as const]),
  ];
}

/** How `left_out` names what is missing. */
export const missingId = (missing: Missing): string =>
  missing.what === "check" ? `check:${missing.key}` : missing.what === "scan" ? `scan:${missing.equipment}` : "signature";
