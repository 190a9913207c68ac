/** What ERPNext holds of devices and their places, read for many at a time. */
import { z } from "zod";
import type { ErpnextClient } from "../../plugins/erpnext.ts";

const text = z.string().nullish().transform((value) => value?.trim() ?? "");
const int = z.number().nullish().transform((value) => value ?? 0);
const check = z.union([z.number(), z.boolean()]).nullish().transform(Boolean);

export const equipmentFacts = z.object({
  name: z.string(),
  equipment_type: text,
  status: text,
  service_location: text,
  serial_number: text,
  gpon_sn: text,
  mac_address: text,
  device_profile: text,
  brand: text,
  model: text,
  custom_wifi_ssid: text,
  custom_wifi_password: text,
  custom_sip_username: text,
  custom_sip_password: text,
  custom_sip_server: text,
  vlan_internet: int,
  vlan_tv: int,
  vlan_voip: int,
  provision_version: int,
});
export type EquipmentFacts = z.infer<typeof equipmentFacts>;

export const placeFacts = z.object({ place: z.string(), status: text, equipment: z.array(equipmentFacts) });
export type PlaceFacts = z.infer<typeof placeFacts>;

const profileParameter = z.object({
  parent: z.string(),
  data_model: z.enum(["TR-098", "TR-181"]),
  path: z.string(),
  value_template: text,
  value_type: z.enum(["string", "boolean", "int", "unsignedInt"]).catch("string"),
});
export const deviceProfile = z.object({
  name: z.string(),
  brand: text,
  model: text,
  oui: text,
  product_class: text,
  provides_wifi: check,
  provides_voice: check,
  bridge_mode: check,
  upnp: check,
  ntp_server: text,
  dscp: int,
  digit_map: text,
  dtmf: text,
  target_firmware_version: text,
  target_firmware_file: text,
  parameters: z.array(profileParameter).default([]),
});
export type DeviceProfile = z.infer<typeof deviceProfile>;

const EQUIPMENT_FIELDS = Object.keys(equipmentFacts.shape);
const PROFILE_FIELDS = Object.keys(deviceProfile.shape).filter((field) => field !== "parameters");
const PARAMETER_FIELDS = Object.keys(profileParameter.shape);
/** As many as the app tells the passwords of in one call. */
const SECRETS_AT_ONCE = 500;
/** How often what changed between two questions is asked again. */
const ATTEMPTS = 3;

const secret = z.object({ name: z.string(), provision_version: int, custom_wifi_password: text, custom_sip_password: text });

interface Asked {
  readonly fields: readonly string[];
  readonly filters?: readonly unknown[];
  readonly or_filters?: readonly unknown[];
  readonly order_by: string;
  readonly limit?: number;
  readonly parent?: string;
}

/** A list by POST: names of hundreds of documents do not fit into an address. */
async function listed<T>(erpnext: ErpnextClient, row: z.ZodType<T>, doctype: string, { limit = 0, ...asked }: Asked): Promise<T[]> {
  const { message } = await erpnext.call("POST", "/api/method/frappe.client.get_list", { body: { doctype, limit_page_length: limit, ...asked } });
  return z.array(row).parse(message ?? []);
}

/** Devices that call themselves so, whatever became of them. */
export function equipmentByIdentity(erpnext: ErpnextClient, identities: readonly string[]): Promise<EquipmentFacts[]> {
  return listed(erpnext, equipmentFacts, "Service Equipment", {
    fields: EQUIPMENT_FIELDS,
    or_filters: ["serial_number", "gpon_sn", "mac_address"].map((field) => [field, "in", identities]),
    order_by: "creation asc",
  });
}

/** The next devices by name. */
export function equipmentAfter(erpnext: ErpnextClient, name: string, limit: number): Promise<EquipmentFacts[]> {
  return listed(erpnext, equipmentFacts, "Service Equipment", { fields: EQUIPMENT_FIELDS, filters: [["name", ">", name]], order_by: "name asc", limit });
}

/** What all equipment of each place holds, passwords included: in ERPNext each password read is noted. A place that is gone has the status "". */
export async function readPlaces(erpnext: ErpnextClient, places: readonly string[]): Promise<PlaceFacts[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const [locations, equipment] = await Promise.all([
      listed(erpnext, z.object({ name: z.string(), status: text }), "Service Location", { fields: ["name", "status"], filters: [["name", "in", places]], order_by: "name asc" }),
      listed(erpnext, equipmentFacts, "Service Equipment", { fields: EQUIPMENT_FIELDS, filters: [["service_location", "in", places]], order_by: "creation asc" }),
    ]);
    const opened = await withSecrets(erpnext, equipment);
    if (!opened) continue;
    const status = new Map(locations.map((location) => [location.name, location.status]));
    return places.map((place) => ({ place, status: status.get(place) ?? "", equipment: opened.filter(({ service_location }) => service_location === place) }));
  }
  throw new Error(`devices of ${places.length} places changed ${ATTEMPTS} times while they were read`);
}

/** In the place of the stars that a list shows. @returns null when a device changed in between */
async function withSecrets(erpnext: ErpnextClient, equipment: readonly EquipmentFacts[]): Promise<EquipmentFacts[] | null> {
  const keeping = equipment.filter((device) => device.custom_wifi_password !== "" || device.custom_sip_password !== "");
  const secrets = new Map<string, z.infer<typeof secret>>();
  for (let start = 0; start < keeping.length; start += SECRETS_AT_ONCE) {
    const names = keeping.slice(start, start + SECRETS_AT_ONCE).map(({ name }) => name);
    const { message } = await erpnext.call("POST", "/api/method/gigafibre_fsm.api.device_secrets.read", { body: { equipment: names } });
    for (const device of z.array(secret).parse(message)) secrets.set(device.name, device);
  }
  if (keeping.some(({ name, provision_version }) => secrets.get(name)?.provision_version !== provision_version)) return null;
  return equipment.map((device) => ({ ...device, ...secrets.get(device.name) }));
}

export async function readProfiles(erpnext: ErpnextClient): Promise<DeviceProfile[]> {
  const [profiles, parameters] = await Promise.all([
    listed(erpnext, deviceProfile, "Device Profile", { fields: PROFILE_FIELDS, filters: [["disabled", "=", 0]], order_by: "name asc" }),
    listed(erpnext, profileParameter, "Device Profile Parameter", { fields: PARAMETER_FIELDS, parent: "Device Profile", order_by: "parent asc, idx asc" }),
  ]);
  return profiles.map((profile) => ({ ...profile, parameters: parameters.filter(({ parent }) => parent === profile.name) }));
}

/** What holds for all devices. */
export interface DeviceRules {
  readonly profiles: readonly DeviceProfile[];
  /** Of telephones whose own document names none; "" where there is none. */
  readonly sip_server: string;
}

export async function readRules(erpnext: ErpnextClient): Promise<DeviceRules> {
  const [profiles, settings] = await Promise.all([readProfiles(erpnext), erpnext.get("Gigafibre Settings", "Gigafibre Settings")]);
  return { profiles, sip_server: text.parse(settings?.["sip_server"]) };
}

/** Below which light is weak, and below which it is critical. */
export async function thresholds(erpnext: ErpnextClient): Promise<{ warning_dbm: number; critical_dbm: number }> {
  const settings = await erpnext.get("Gigafibre Settings", "Gigafibre Settings");
  const limit = (field: string, fallback: number): number => z.number().catch(fallback).parse(settings?.[field]);
  return { warning_dbm: limit("signal_warning_dbm", -25), critical_dbm: limit("signal_critical_dbm", -27) };
}
