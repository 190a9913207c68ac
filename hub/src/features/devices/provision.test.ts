import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProvisionAnswer } from "@gigafibre/contracts/devices";
import { gponToHex } from "@gigafibre/contracts/labels";
import { gponSerial } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const ACS_TOKEN = "acs-token-of-tests";
const SSID = "Device.WiFi.SSID.1.SSID";
const KEY = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";

let world: World;
beforeAll(async () => {
  world = await startWorld({ stripe: false, inbox: false, settings: { ACS_TOKEN } });
});
afterAll(() => world.stop());

interface Asked {
  readonly status: number;
  readonly reason?: string;
  readonly told: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

async function ask(serial: string, query = "model=tr181&product_class=Deco", headers: Record<string, string> = {}): Promise<Asked> {
  const answer = await world.app.inject({ url: `/devices/${serial}/provision?${query}`, headers: { authorization: `Bearer ${ACS_TOKEN}`, ...headers } });
  const body = answer.body === "" || answer.statusCode === 304 ? {} : answer.json<Partial<ProvisionAnswer> & { reason?: string }>();
  return {
    status: answer.statusCode,
    ...(body.reason === undefined ? {} : { reason: body.reason }),
    told: Object.fromEntries((body.parameters ?? []).map(({ path, value }) => [path, value])),
    etag: answer.headers["etag"],
  };
}

const newMac = (): string => `403F8C${randomInt(0x10_0000, 0xff_ffff).toString(16).toUpperCase()}`;

/** A customer's place with a Deco, told by its MAC address, and an ONT. */
async function place(): Promise<{ location: string; deco: string; ont: string; mac: string; gpon_sn: string }> {
  const { admin } = world.erpnext;
  const customer = (await admin.insert("Customer", { customer_name: `Abonné ${randomInt(1e9)}`, customer_group: "Résidentiel", territory: "Canada" })).name;
  const location = (await admin.insert("Service Location", { customer, address_line: "1 rang Ste-Anne", city: "Hinchinbrooke", postal_code: "J0S 1A0" })).name;
  const [mac, gpon_sn] = [newMac(), gponSerial()];
  const at = { customer, service_location: location };
  const deco = await admin.insert("Service Equipment", { ...at, equipment_type: "Routeur", mac_address: mac, custom_wifi_ssid: "Érable", custom_wifi_password: "canot-bleu-42" });
  const ont = await admin.insert("Service Equipment", { ...at, equipment_type: "ONT", gpon_sn, serial_number: `SN${gpon_sn}` });
  return { location, deco: deco.name, ont: ont.name, mac, gpon_sn };
}

const rows = async (sql: string, values: unknown[]): Promise<Record<string, unknown>[]> => (await world.app.db.query<Record<string, unknown>>(sql, values)).rows;
const warm = (location: string): Promise<unknown> =>
  eventually("the place to be kept", async () => (await rows("select 1 from device_place where place = $1 and facts is not null", [location]))[0]);

describe("what an ACS is told of a device", () => {
  it("is found by serial number, GPON serial in either spelling and MAC address", async () => {
    const { mac, gpon_sn } = await place();
    expect(await ask(mac)).toMatchObject({ status: 200, told: { [SSID]: "Érable", [KEY]: "canot-bleu-42" } });
    expect((await ask("UNHEARDOF1", `model=tr181&product_class=Deco&mac=${mac}`)).told).toMatchObject({ [SSID]: "Érable" });
    for (const serial of [gpon_sn, `SN${gpon_sn}`, gponToHex(gpon_sn), gpon_sn.toLowerCase()]) expect((await ask(serial, "model=tr098")).status).toBe(200);
  });

  it("is for whoever shows its token, and for nobody else", async () => {
    const { mac } = await place();
    for (const authorization of ["", "Bearer wrong", `Basic ${ACS_TOKEN}`]) expect((await ask(mac, "model=tr181", { authorization })).status).toBe(403);
  });

  it("is 404 for an unknown device and 409 for one that is not in use", async () => {
    const { location, mac, deco } = await place();
    expect(await ask("NOBODY0001")).toMatchObject({ status: 404, reason: "device_unknown" });
    expect((await ask(mac)).status).toBe(200);
    await world.erpnext.admin.update("Service Equipment", deco, { status: "Retourné" });
    await eventually("the device to be out of use", async () => (await ask(mac)).reason === "device_without_service");
    await world.erpnext.admin.update("Service Equipment", deco, { status: "En attente" });
    await eventually("the device to be back", async () => (await ask(mac)).status === 200);
    await world.erpnext.admin.update("Service Location", location, { status: "Cancelled" });
    await eventually("the place to have no service", async () => (await ask(mac)).reason === "device_without_service");
  });

  it("comes from the hub's own copy, unreadable at rest, while ERPNext is away", async () => {
    const { location, mac } = await place();
    await warm(location);
    await world.erpnext.fault({ kind: "down", match: { path: "^/api/" } });
    try {
      expect(await ask(mac)).toMatchObject({ status: 200, told: { [KEY]: "canot-bleu-42" } });
      expect(await ask("NOBODY0002")).toMatchObject({ status: 503, reason: "erpnext_unavailable" });
    } finally {
      await world.erpnext.heal();
    }
    const [kept] = await rows("select facts from device_place where place = $1", [location]);
    expect(JSON.stringify(kept)).not.toMatch(/canot|Érable|Y2Fub3Q/);
  });

  it("follows a change in Desk, and not the hub's own notes of a connection", async () => {
    const { location, mac, deco } = await place();
    await warm(location);
    const drops = async (): Promise<unknown> => (await rows("select drops from device_place where place = $1", [location]))[0]?.["drops"];
    const before = await drops();
    await world.erpnext.admin.update("Service Equipment", deco, { connection_state: "Connected", last_inform: "2026-04-07 09:00:00", ip_address: "10.0.0.9" });
    await eventually("the note to be met", async () => (await rows("select 1 from document_seen where name = $1 and handled and modified >= (select max(modified) from document_seen where name = $1)", [deco]))[0]);
    expect(await drops()).toBe(before);
    await world.erpnext.admin.update("Service Equipment", deco, { custom_wifi_ssid: "Bouleau" });
    await eventually("the new name", async () => (await ask(mac)).told[SSID] === "Bouleau");
    expect(await drops()).not.toBe(before);
  });

  it("notes in ERPNext each reading of a password", async () => {
    const { location, deco } = await place();
    await warm(location);
    expect((await world.erpnext.admin.list("Access Log", [["reference_document", "=", deco]])).length).toBeGreaterThan(0);
  });

  it("is 304 for what the ACS already holds", async () => {
    const { mac } = await place();
    const { etag } = await ask(mac);
    expect(etag).toMatch(/^"[0-9a-f]{16}"$/);
    expect((await ask(mac, undefined, { "if-none-match": etag ?? "" })).status).toBe(304);
  });

  it("is looked up once for a crowd that asks at the same moment", async () => {
    const places = await Promise.all(Array.from({ length: 5 }, place));
    const answers = await Promise.all(places.flatMap(({ mac, gpon_sn }) => [ask(mac), ask(gpon_sn), ask(mac)]));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });
});
