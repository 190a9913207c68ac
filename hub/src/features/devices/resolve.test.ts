import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deviceProfile, equipmentFacts, placeFacts } from "./facts.ts";
import { resolve } from "./resolve.ts";
import type { Said } from "./resolve.ts";

const device = (name: string, equipment_type: string, values: object = {}): ReturnType<typeof equipmentFacts.parse> =>
  equipmentFacts.parse({ name, equipment_type, status: "En attente", service_location: "P", provision_version: 0, ...values });
const row = (path: string, value_template: string, value_type = "string", data_model = "TR-181"): object => ({ parent: "x", data_model, path, value_template, value_type });

const place = placeFacts.parse({
  place: "P",
  status: "Pending Install",
  equipment: [
    device("ont", "ONT", { device_profile: "Voice ONT", vlan_internet: 40, vlan_voip: 42 }),
    device("old", "Routeur", { status: "Retourné", custom_wifi_ssid: "Ancien", custom_wifi_password: "ancien-1" }),
    device("router", "Routeur", { custom_wifi_ssid: "Érable", custom_wifi_password: "canot-bleu-42" }),
    device("phone", "Téléphone IP", { custom_sip_username: "4505550101", custom_sip_password: "sip-secret", custom_sip_server: "sip.example.ca" }),
  ],
});
const profiles = [
  deviceProfile.parse({
    name: "Voice ONT",
    provides_voice: 1,
    bridge_mode: 1,
    upnp: 0,
    dscp: 46,
    target_firmware_version: "2.0",
    target_firmware_file: "ont-2.0.bin",
    parameters: [
      row("IGD.SSID", "{custom_wifi_ssid}", "string", "TR-098"),
      row("IGD.Registrar", "{custom_sip_server}", "string", "TR-098"),
      row("IGD.AuthUserName", "{custom_sip_username}", "string", "TR-098"),
      row("IGD.Line.1.Enable", "{line_state}", "string", "TR-098"),
      row("IGD.Bridge", "{bridge_mode}", "boolean", "TR-098"),
      row("IGD.UPnP", "{upnp}", "boolean", "TR-098"),
      row("IGD.VLAN", "{vlan_voip}", "int", "TR-098"),
      row("IGD.TVVLAN", "{vlan_tv}", "int", "TR-098"),
      row("IGD.DSCP", "{dscp}", "unsignedInt", "TR-098"),
    ],
  }),
  deviceProfile.parse({
    name: "Deco",
    product_class: "Deco.*",
    provides_wifi: 1,
    parameters: [row("Device.SSID", "{custom_wifi_ssid}"), row("Device.Key", "{custom_wifi_password}"), row("Device.User", "{custom_sip_username}"), row("Device.VLAN", "{vlan_internet}", "int")],
  }),
];
const rules = { profiles, sip_server: "" };
const told = (name: string, said: Said, facts = place, sip_server = ""): Record<string, string> | null => {
  const answer = resolve(facts, name, { profiles, sip_server }, said, "key");
  return answer && Object.fromEntries(answer.parameters.map(({ path, value }) => [path, value]));
};

describe("what a device is told", () => {
  it("is what its place holds, as far as its model serves it", () => {
    expect(told("ont", { model: "tr098" })).toEqual({
      "IGD.Registrar": "sip.example.ca",
      "IGD.AuthUserName": "4505550101",
      "IGD.Line.1.Enable": "Enabled",
      "IGD.Bridge": "true",
      "IGD.UPnP": "false",
      "IGD.VLAN": "42",
      "IGD.DSCP": "46",
    });
    expect(told("router", { model: "tr181", product_class: "Deco X50" })).toEqual({ "Device.SSID": "Érable", "Device.Key": "canot-bleu-42", "Device.VLAN": "40" });
  });

  it("is nothing of a device that was returned, and no line without a phone", () => {
    const without = { ...place, equipment: place.equipment.filter(({ name }) => name !== "router" && name !== "phone") };
    expect(told("ont", { model: "tr098" }, without)).toMatchObject({ "IGD.Line.1.Enable": "Disabled" });
    const deco = device("deco", "Routeur", { device_profile: "Deco" });
    expect(told("deco", { model: "tr181" }, { ...without, equipment: [...without.equipment, deco] })).toEqual({ "Device.VLAN": "40" });
  });

  it("is a whole line or none: the house's registrar where the telephone names none, and nothing of it while one of registrar, user and password is missing", () => {
    const withPhone = (change: object): typeof place => ({ ...place, equipment: place.equipment.map((each) => (each.name === "phone" ? { ...each, ...change } : each)) });
    const line = (change: object, sip_server: string): (string | undefined)[] => {
      const values = told("ont", { model: "tr098" }, withPhone(change), sip_server);
      return ["IGD.Registrar", "IGD.AuthUserName", "IGD.Line.1.Enable"].map((path) => values?.[path]);
    };
    expect(line({}, "sip.house.ca")).toEqual(["sip.example.ca", "4505550101", "Enabled"]);
    expect(line({ custom_sip_server: "" }, "sip.house.ca")).toEqual(["sip.house.ca", "4505550101", "Enabled"]);
    expect(line({ custom_sip_server: "" }, "")).toEqual([undefined, undefined, undefined]);
    expect(line({ custom_sip_password: "" }, "sip.house.ca")).toEqual([undefined, undefined, undefined]);
  });

  it("is nothing at all at a place without service, or once it was returned", () => {
    for (const status of ["Cancelled", ""]) expect(told("ont", { model: "tr098" }, { ...place, status })).toBeNull();
    expect(told("old", { model: "tr181" })).toBeNull();
  });

  it("at a suspended place is what it was, with its telephone lines closed", () => {
    const active = told("ont", { model: "tr098" });
    const { "IGD.Registrar": _registrar, "IGD.AuthUserName": _user, ...rest } = active ?? {};
    expect(told("ont", { model: "tr098" }, { ...place, status: "Suspended" })).toEqual({ ...rest, "IGD.Line.1.Enable": "Disabled" });
  });

  it("has a hash of it and of the firmware wanted, whichever runs; another key makes another hash", () => {
    const answer = (said: Said, key = "key"): ReturnType<typeof resolve> => resolve(place, "ont", rules, said, key);
    const [before, after] = [answer({ model: "tr098", firmware: "1.0" }), answer({ model: "tr098", firmware: "2.0" })];
    expect(before?.firmware).toEqual({ version: "2.0", file: "ont-2.0.bin" });
    expect(after?.firmware).toBeNull();
    expect(answer({ model: "tr098" })?.firmware).toBeNull();
    expect(before?.hash).toBe(after?.hash);
    expect(answer({ model: "tr098" }, "another")?.hash).not.toBe(before?.hash);
    const renamed = { ...place, equipment: place.equipment.map((each) => (each.name === "phone" ? { ...each, custom_sip_username: "4505550199" } : each)) };
    expect(resolve(renamed, "ont", rules, { model: "tr098" }, "key")?.hash).not.toBe(before?.hash);
  });
});

describe("the profiles that the app ships", () => {
  const records = JSON.parse(readFileSync(new URL("../../../../erpnext-app/gigafibre_fsm/customizations/records.json", import.meta.url), "utf8")) as Record<string, Record<string, unknown>[]>;
  const shipped = (records["Device Profile"] ?? []).map((record) =>
    deviceProfile.parse({ ...record, name: record["profile_name"], parameters: (record["parameters"] as object[]).map((each) => ({ parent: "x", ...each })) }),
  );
  const toldBy = (name: string, said: Said): Record<string, string> =>
    Object.fromEntries((resolve({ ...place, equipment: place.equipment.map((each) => ({ ...each, device_profile: "" })) }, name, { profiles: shipped, sip_server: "" }, said, "key")?.parameters ?? []).map(({ path, value }) => [path, value]));
  const VOICE = "InternetGatewayDevice.Services.VoiceService.1.VoiceProfile.1";

  it("make a Raisecom a bridge that speaks and keeps WiFi and UPnP off", () => {
    const told = toldBy("ont", { model: "tr098", product_class: "HT803G-W" });
    expect(told).toMatchObject({
      "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANIPConnection.1.ConnectionType": "IP_Bridged",
      "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.Enable": "false",
      "InternetGatewayDevice.UPnP.Device.Enable": "false",
      "InternetGatewayDevice.Time.NTPServer1": "ca.pool.ntp.org",
      [`${VOICE}.RTP.DSCPMark`]: "46",
      [`${VOICE}.Line.1.SIP.AuthPassword`]: "sip-secret",
      [`${VOICE}.Line.1.Enable`]: "Enabled",
    });
    expect(Object.values(told)).not.toContain("canot-bleu-42");
  });

  it("give a Deco its WiFi on both bands and no telephone", () => {
    const told = toldBy("router", { model: "tr181", product_class: "Deco X50" });
    for (const band of [1, 2]) expect(told).toMatchObject({ [`Device.WiFi.SSID.${band}.SSID`]: "Érable", [`Device.WiFi.AccessPoint.${band}.Security.KeyPassphrase`]: "canot-bleu-42" });
    expect(JSON.stringify(told)).not.toContain("sip-secret");
  });

  it("give an XX230v, XX430v and XX530v WiFi, SIP, a digit map and DTMF", () => {
    for (const product_class of ["XX230v", "XX430v", "XX530v"]) {
      const told = toldBy("router", { model: "tr098", product_class });
      expect(told).toMatchObject({ [`${VOICE}.DTMFMethod`]: "RFC2833", [`${VOICE}.SIP.RegistrarServer`]: "sip.example.ca", "InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID": "Érable" });
      expect(told[`${VOICE}.DigitMap`]).toContain("[2-9]11");
    }
  });
});
