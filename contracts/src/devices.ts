/**
 * Devices as they speak to the hub: what an ACS asks for them, what they say of themselves, and what staff may ask of them.
 */
import { z } from "zod";
import { gponSerial, macAddress } from "./labels.ts";
import { bilingual } from "./language.ts";
import type { Bilingual } from "./language.ts";

/** The tree of parameters a device has: TR-098 (`InternetGatewayDevice.`) or TR-181 (`Device.`). */
export const dataModel = z.enum(["tr098", "tr181"]);
export type DataModel = z.infer<typeof dataModel>;

/** A serial as devices and labels give it, trimmed and upper-case; a MAC address stands in for it where a device has none. */
export const deviceSerial = z
  .string()
  .trim()
  .toUpperCase()
  .pipe(z.string().regex(/^[A-Z0-9][A-Z0-9._-]{3,63}$/, "invalid"));

export const parameterType = z.enum(["xsd:string", "xsd:boolean", "xsd:int", "xsd:unsignedInt"]);
export const deviceParameter = z.object({ path: z.string(), value: z.string(), type: parameterType });
export type DeviceParameter = z.infer<typeof deviceParameter>;

/** What the ACS knows of a device when it asks for it. */
export const provisionQuery = z.strictObject({
  model: dataModel,
  mac: macAddress.optional(),
  oui: z.string().max(12).optional(),
  product_class: z.string().max(64).optional(),
  firmware: z.string().max(140).optional(),
});

/**
 * `GET /devices/{serial}/provision?model=`, for the ACS. `hash` is of the parameters and the firmware wanted: it is what the device's
 * `DeviceInfo.ProvisioningCode` says once it has taken them, at most 64 characters.
 */
export const provisionAnswer = z.object({
  hash: z.string().regex(/^[0-9a-f]{16}$/),
  parameters: z.array(deviceParameter),
  /** Present when the device should run another firmware than it does; the file's name at the ACS. */
  firmware: z.object({ version: z.string(), file: z.string() }).nullable(),
});
export type ProvisionAnswer = z.infer<typeof provisionAnswer>;

/** `POST /devices/{serial}/activated`, by the ACS once a device has taken what it was given. */
export const deviceActivated = z.strictObject({ hash: z.string().regex(/^[0-9a-f]{16}$/), firmware: z.string().max(140).optional() });

/** Light received, in dBm. A device without a reading says nothing. */
const rxPower = z.number().min(-60).max(20);

/** MQTT `device/bootstrap/{serial}`, QoS 1, by the ACS's bridge: a device has informed its ACS. Unknown fields are let pass. */
export const deviceInform = z.object({
  serial: deviceSerial,
  /** What the ACS itself calls it, where it is asked by that: an agent's endpoint id at Oktopus. */
  endpoint: z.string().min(1).max(256).optional(),
  oui: z.string().max(12).optional(),
  product_class: z.string().max(64).optional(),
  mac: macAddress.optional(),
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  firmware: z.string().max(140).optional(),
  rx_power_dbm: rxPower.optional(),
  uptime_s: z.int().min(0).optional(),
  event: z.enum(["bootstrap", "boot", "periodic", "value_change", "connection_request"]),
});
export type DeviceInform = z.infer<typeof deviceInform>;

/** Light as a device has it: in dBm, or in thousandths of it (TR-181). Anything else, another unit or no light at all, is no reading. */
export function lightOf(said: string): number | undefined {
  const number = Number(said.trim().replace(/\s*dBm$/i, ""));
  const dbm = number < -60 ? number / 1000 : number;
  return said.trim() !== "" && dbm < 0 && rxPower.safeParse(dbm).success ? dbm : undefined;
}

/** `POST /devices/{serial}/informs`, by the ACS's own script: the inform, and what it needs to be answered with what the device is to be told. */
export const informByScript = deviceInform.omit({ serial: true, endpoint: true, rx_power_dbm: true }).extend({
  model: dataModel,
  /** As the device has it. */
  light: z.string().max(40).optional(),
});
export const nothingToTell = z.enum(["device_unknown", "device_without_service"]);
export const informAnswer = z.object({ wanted: provisionAnswer.nullable(), reason: nothingToTell.optional() });

/** `GET /devices/{serial}/credential`, for the ACS: with what a device signs in there, by its serial as the user name. */
export const deviceCredential = z.object({ password: z.string() });

export const INFORM_TOPIC = "device/bootstrap/+";
export const informTopic = (serial: string): string => `device/bootstrap/${serial}`;

export const signalQuality = z.enum(["good", "weak", "critical", "unknown"]);
export type SignalQuality = z.infer<typeof signalQuality>;

/** A signal against the thresholds of Gigafibre Settings: below the first it is weak, below the second critical. */
export function qualityOf(rx_power_dbm: number | null, thresholds: { warning_dbm: number; critical_dbm: number }): SignalQuality {
  if (rx_power_dbm === null) return "unknown";
  if (rx_power_dbm < thresholds.critical_dbm) return "critical";
  return rx_power_dbm < thresholds.warning_dbm ? "weak" : "good";
}

/** Why a device did not do at once what its ACS was asked to have it do. */
export const ACS_REASONS = {
  no_session: {
    outcome: "queued",
    message: {
      fr: "L'appareil a été appelé et n'a pas encore ouvert de session. La demande attend deux minutes, puis est abandonnée.",
      en: "The device was called and has not opened a session yet. The request waits for two minutes, then is dropped.",
    },
  },
  no_answer: {
    outcome: "offline",
    message: {
      fr: "L'appareil ne répond pas. Rien n'est gardé de la demande; ses réglages lui seront donnés à son prochain signe de vie.",
      en: "The device does not answer. Nothing of the request is kept; it is told its settings when it is next heard.",
    },
  },
  never_heard: {
    outcome: "offline",
    message: {
      fr: "L'ACS n'a jamais entendu cet appareil. Vérifiez qu'il est branché et que le numéro de série est le bon.",
      en: "The ACS has never heard this device. Check that it is plugged in and that the serial is right.",
    },
  },
  refused_by_device: {
    outcome: "faulted",
    message: {
      fr: "L'appareil a refusé. Rien n'est gardé de la demande; le détail dit pourquoi.",
      en: "The device refused. Nothing of the request is kept; the detail says why.",
    },
  },
  not_taken: {
    outcome: "faulted",
    message: {
      fr: "L'appareil n'a pas pris ces réglages: relus, ils sont autres. Vérifiez le profil de son modèle.",
      en: "The device did not take these settings: read back, they are others. Check the profile of its model.",
    },
  },
  busy: {
    outcome: "faulted",
    message: {
      fr: "L'appareil est occupé par une autre demande. Rien n'a été fait de celle-ci; réessayez dans une minute.",
      en: "The device is busy with another request. Nothing of this one was done; try again in a minute.",
    },
  },
} as const satisfies Record<string, { outcome: "queued" | "offline" | "faulted"; message: Bilingual }>;
export type AcsReason = keyof typeof ACS_REASONS;

/** What became of what an ACS was asked. `detail` is the device's or the ACS's own words. */
export const acsAnswer = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("done") }),
  z.object({ outcome: z.enum(["queued", "offline", "faulted"]), reason: z.enum(Object.keys(ACS_REASONS) as [AcsReason, ...AcsReason[]]), detail: z.string().optional() }),
]);
export type AcsAnswer = z.infer<typeof acsAnswer>;

/** What staff may have a device do: start again, take at once all it is to be told, or fetch the firmware of its profile. */
export const deviceActionName = z.enum(["reboot", "push", "firmware"]);
export type DeviceActionName = z.infer<typeof deviceActionName>;
/** What is noted of staff and a device: also that someone was told its WiFi password. */
export const deviceDeed = z.enum([...deviceActionName.options, "wifi_password"]);

/** `POST /api/devices/{serial}/actions`. */
export const deviceActionRequest = z.strictObject({ action: deviceActionName });

/** What came of it, said in both languages where it was not done. */
export const deviceActionAnswer = z.object({ answer: acsAnswer, message: bilingual.nullable() });

/** What the hub knows of a device, for staff, with what the ACS reads of it when asked to. `GET /api/devices/{serial}?live=`. */
export const deviceState = z.object({
  serial: z.string(),
  equipment: z.string().nullable(),
  online: z.boolean(),
  last_seen: z.iso.datetime().nullable(),
  last_boot: z.iso.datetime().nullable(),
  ip: z.string().nullable(),
  mac: z.string().nullable(),
  product_class: z.string().nullable(),
  firmware: z.string().nullable(),
  rx_power_dbm: z.number().nullable(),
  signal: signalQuality,
  uptime_s: z.number().nullable(),
  provisioned: z.enum(["never", "current", "waiting"]),
  provisioned_at: z.iso.datetime().nullable(),
  /** null: not asked for, or there is no ACS. What it did not say now it said at `at`. */
  live: z.object({ answer: acsAnswer, values: z.array(z.object({ path: z.string(), value: z.string(), at: z.iso.datetime().nullable() })) }).nullable(),
  /** What staff had it do, newest first. `outcome` is null while it is not known. */
  actions: z.array(z.object({ action: deviceDeed, asked_by: z.string(), asked_at: z.iso.datetime(), outcome: z.string().nullable(), reason: z.string().nullable() })),
});
export type DeviceState = z.infer<typeof deviceState>;

/** What a device said of its light and uptime within 90 days, oldest first, thinned out to at most so many points. `GET /api/devices/{serial}/history`. */
export const HISTORY_POINTS = 500;
export const deviceHistory = z.object({
  serial: z.string(),
  from: z.iso.datetime(),
  /** How long one point stands for, in seconds. */
  step_s: z.number(),
  /** `rx_power_dbm` is the middle of the step, with the weakest and the strongest; `boots` how often it started anew in it. */
  points: z.array(
    z.object({
      at: z.iso.datetime(),
      rx_power_dbm: z.number().nullable(),
      rx_min_dbm: z.number().nullable(),
      rx_max_dbm: z.number().nullable(),
      uptime_s: z.number().nullable(),
      boots: z.int(),
    }),
  ),
  /** Below the first light is weak, below the second critical; null while ERPNext was never asked. */
  thresholds: z.object({ warning_dbm: z.number(), critical_dbm: z.number() }).nullable(),
});
export type DeviceHistory = z.infer<typeof deviceHistory>;

/** `POST /api/devices/{serial}/wifi-password`: of the place the device stands at. Who asked is noted, in ERPNext and here, before it is told. */
export const wifiPassword = z.object({ equipment: z.string(), ssid: z.string(), password: z.string() });

/** What support types at the OLT to let an ONT in. `line_profile` as `LP:102`. */
export const portActivation = z.object({
  olt_name: z.string(),
  olt_ip: z.string(),
  frame: z.string(),
  slot: z.string(),
  port: z.string(),
  ontid: z.string(),
  gpon_sn: gponSerial,
  gpon_sn_hex: z.string(),
  line_profile: z.string().nullable(),
  vlan_internet: z.int().nullable(),
  vlan_tv: z.int().nullable(),
  vlan_voip: z.int().nullable(),
  /** Ready to paste. */
  command: z.string(),
});
export type PortActivation = z.infer<typeof portActivation>;

/** What support was asked to let in, and whether they have. `GET /api/port-activations`, those that wait first. */
export const portActivationRequest = z.object({
  /** The Task that asks for it in ERPNext; completing it there says the same as `POST /api/port-activations/{task}/done`. */
  task: z.string(),
  job: z.string(),
  location: z.string(),
  equipment: z.string(),
  request: portActivation,
  done: z.boolean(),
  requested_at: z.iso.datetime(),
  done_at: z.iso.datetime().nullable(),
  done_by: z.string().nullable(),
});
export type PortActivationRequest = z.infer<typeof portActivationRequest>;
