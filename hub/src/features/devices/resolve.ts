/** What one device is to be told, from what its place holds and what its model takes. Pure. */
import { createHmac } from "node:crypto";
import type { DataModel, DeviceParameter, ProvisionAnswer } from "@gigafibre/contracts/devices";
import type { DeviceProfile, DeviceRules, EquipmentFacts, PlaceFacts } from "./facts.ts";

/** What the device or its ACS says of it. */
export interface Said {
  readonly model: DataModel;
  readonly oui?: string | undefined;
  readonly product_class?: string | undefined;
  readonly firmware?: string | undefined;
}

/** A suspended place keeps what it is told, but for its telephone lines, which are closed. */
const SERVED = new Set(["Active", "Pending Install", "Suspended"]);
const IN_USE = new Set(["En attente", "Actif"]);
const TABLE: Readonly<Record<DataModel, string>> = { tr098: "TR-098", tr181: "TR-181" };

/** @returns null for a device that is not in use at a place with service, or about to have it */
export function resolve(facts: PlaceFacts, equipment: string, { profiles, sip_server }: DeviceRules, said: Said, key: string): ProvisionAnswer | null {
  const device = facts.equipment.find(({ name }) => name === equipment);
  if (!device || !SERVED.has(facts.status) || !IN_USE.has(device.status)) return null;
  const profile = profileOf(device, profiles, said);
  const inUse = facts.equipment.filter(({ status }) => IN_USE.has(status));
  const told = facts.status === "Suspended" ? inUse.map((each) => ({ ...each, custom_sip_username: "" })) : inUse;
  const values = valuesFor(told.find(({ name }) => name === device.name) ?? device, told, profile, sip_server);
  const parameters = (profile?.parameters ?? []).flatMap(({ data_model, path, value_template, value_type }): DeviceParameter[] => {
    const value = data_model === TABLE[said.model] ? filled(value_template, values) : undefined;
    return value === undefined ? [] : [{ path, value, type: `xsd:${value_type}` }];
  });
  const wanted = profile?.target_firmware_version && profile.target_firmware_file ? { version: profile.target_firmware_version, file: profile.target_firmware_file } : null;
  return {
    hash: createHmac("sha256", key).update(JSON.stringify([parameters, wanted])).digest("hex").slice(0, 16),
    parameters,
    firmware: wanted !== null && said.firmware !== undefined && said.firmware !== wanted.version ? wanted : null,
  };
}

/** The one its document names; else the first of which the device bears the signs; else the one of its brand and model. */
export function profileOf(device: Pick<EquipmentFacts, "device_profile" | "brand" | "model">, profiles: readonly DeviceProfile[], said: Omit<Said, "model">): DeviceProfile | undefined {
  return (
    profiles.find(({ name }) => name === device.device_profile) ??
    profiles.find((profile) => bearsSigns(profile, said)) ??
    profiles.find(({ brand, model }) => model !== "" && [brand, model].join("\n").toLowerCase() === [device.brand, device.model].join("\n").toLowerCase())
  );
}

function bearsSigns({ oui, product_class }: DeviceProfile, said: Omit<Said, "model">): boolean {
  if (oui === "" && product_class === "") return false;
  const ofMaker = oui === "" || oui === said.oui?.toUpperCase();
  return ofMaker && (product_class === "" || (said.product_class !== undefined && new RegExp(`^(?:${product_class})$`).test(said.product_class)));
}

/** The device's own before its neighbours': what it holds itself it keeps. */
function valuesFor(device: EquipmentFacts, place: readonly EquipmentFacts[], profile: DeviceProfile | undefined, sipServer: string): Map<string, string> {
  const ordered = [device, ...place.filter(({ name }) => name !== device.name)];
  const wifi = profile?.provides_wifi ? ordered.find(({ custom_wifi_ssid }) => custom_wifi_ssid !== "") : undefined;
  const phone = profile?.provides_voice ? ordered.find(({ custom_sip_username }) => custom_sip_username !== "") : undefined;
  const server = phone?.custom_sip_server || sipServer;
  // Registrar, user and password, or nothing: half a line would cut off one that works.
  const sip = phone && phone.custom_sip_password !== "" && server !== "" ? phone : undefined;
  const vlan = (field: "vlan_internet" | "vlan_tv" | "vlan_voip"): number => ordered.find((each) => each[field] > 0)?.[field] ?? 0;
  const values = {
    custom_wifi_ssid: wifi?.custom_wifi_ssid,
    custom_wifi_password: wifi?.custom_wifi_password,
    custom_sip_username: sip?.custom_sip_username,
    custom_sip_password: sip?.custom_sip_password,
    custom_sip_server: sip && server,
    /** A line without a phone service is closed; one whose service is not whole yet stays as it is. */
    line_state: sip ? "Enabled" : phone ? undefined : "Disabled",
    vlan_internet: vlan("vlan_internet"),
    vlan_tv: vlan("vlan_tv"),
    vlan_voip: vlan("vlan_voip"),
    bridge_mode: String(profile?.bridge_mode ?? false),
    upnp: String(profile?.upnp ?? false),
    ntp_server: profile?.ntp_server,
    dscp: profile?.dscp,
    digit_map: profile?.digit_map,
    dtmf: profile?.dtmf,
  };
  return new Map(Object.entries(values).flatMap(([field, value]): [string, string][] => (value ? [[field, String(value)]] : [])));
}

/** @returns undefined where the template names what has no value: a device is never told an empty password */
function filled(template: string, values: ReadonlyMap<string, string>): string | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  if (template === "" || names.some((name) => !values.has(name))) return undefined;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values.get(name) ?? "");
}
