import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StandInGenieacs } from "@gigafibre/fixtures/acs/genieacs";
import { drawnIdentity } from "@gigafibre/fixtures/devices/identity";
import { Modem } from "@gigafibre/fixtures/devices/modem";
import type { ModelName } from "@gigafibre/fixtures/devices/models";
import { scriptedGenieacs } from "../../../testing/genieacs-scripts.ts";
import { completed, ordered, reaches, scanned } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const ACS_TOKEN = "acs-token-of-tests";
let acs: StandInGenieacs;
let world: World;
beforeAll(async () => {
  acs = await scriptedGenieacs(() => world.hubUrl, ACS_TOKEN);
  world = await startWorld({ settings: { ACS_TOKEN, ACS_KIND: "genieacs", ACS_URL: acs.url } });
});
afterAll(async () => {
  await world.stop();
  await acs.stop();
});

const plugged = (model: ModelName, serial?: string): ReturnType<StandInGenieacs["plug"]> => acs.plug(new Modem({ ...drawnIdentity(model), ...(serial === undefined ? {} : { serial }) }));
const row = async (sql: string, values: unknown[]): Promise<Record<string, unknown> | undefined> => (await world.app.db.query<Record<string, unknown>>(sql, values)).rows[0];
const calls = (serial: string): Promise<Record<string, unknown> | undefined> => row("select attempts, outcome, called_at, wishes from device_call where serial = $1", [serial]);

/** A customer's place with a Deco that waits for its label. */
async function place(wifi: { custom_wifi_ssid: string; custom_wifi_password: string }): Promise<string> {
  const { admin } = world.erpnext;
  const customer = (await admin.insert("Customer", { customer_name: `Abonnée ${Math.random()}`, customer_group: "Résidentiel", territory: "Canada" })).name;
  const service_location = (await admin.insert("Service Location", { customer, address_line: "1 rang Ste-Anne", city: "Hinchinbrooke", postal_code: "J0S 1A0" })).name;
  return (await admin.insert("Service Equipment", { customer, service_location, equipment_type: "Routeur", ...wifi })).name;
}

describe("a device that has spoken before anybody knew it", () => {
  it("is kept, called once its scan has come, told, and proves the service it belongs to", async () => {
    const made = await ordered(world, null);
    const ont = plugged("HT803G-W");
    expect(await acs.inform(ont, "0 BOOTSTRAP", "1 BOOT")).toEqual([]);
    expect(await row("select equipment, rx_power_dbm from device_session where serial = $1", [ont.modem.serial])).toEqual({ equipment: null, rx_power_dbm: ont.modem.rx_power_dbm });
    expect(ont.modem.provisioningCode).toBe("");

    await scanned(world, made.location, ont.modem.serial);
    await eventually("the ONT to be told", async () => ont.modem.provisioningCode !== "", 30_000);
    const call = await eventually("the end of the call", async () => {
      const now = await calls(ont.modem.serial);
      return typeof now?.["outcome"] === "string" && now;
    });
    // Nothing but the call makes this modem speak; one that is wished for a second time finds that the first has told it.
    expect(call["wishes"] === "1" ? ["done"] : ["done", "current"]).toContain(call["outcome"]);
    const known = await row("select provisioned_hash from device_session where serial = $1", [ont.modem.serial]);
    expect(known?.["provisioned_hash"]).toBe(ont.modem.provisioningCode);

    await completed(world, made.job);
    await reaches(world, made.accepted, "live");
  }, 120_000);
});

describe("a device whose place has changed in ERPNext", () => {
  it("is called, takes its new WiFi, and is not called again for what it has", async () => {
    const { admin } = world.erpnext;
    const device = await place({ custom_wifi_ssid: "Érable", custom_wifi_password: "canot-bleu-42" });
    const deco = plugged("Deco");
    await admin.update("Service Equipment", device, { mac_address: deco.modem.mac, device_profile: "TP-Link Deco" });
    await eventually("the device to be known", () => row("select 1 from device_identity where identity = $1", [deco.modem.mac]));
    await acs.inform(deco, "0 BOOTSTRAP", "1 BOOT");
    expect(deco.modem.wifi()).toContainEqual({ ssid: "Érable", password: "canot-bleu-42" });
    await admin.update("Service Equipment", device, { custom_wifi_ssid: "Bouleau" });
    await eventually("the new name", async () => deco.modem.wifi()[0]?.ssid === "Bouleau", 30_000);
    const { app } = world;
    await app.db.query("update device_call set called_at = null, wishes = wishes + 1 where serial = $1", [deco.modem.serial]);
    expect(await eventually("the end of the call", async () => (await calls(deco.modem.serial))?.["outcome"] === "current" || null, 30_000)).toBe(true);
  }, 90_000);

  it("is called again while it does not answer, and no more once it has spoken by itself", async () => {
    const { admin } = world.erpnext;
    const device = await place({ custom_wifi_ssid: "Pin", custom_wifi_password: "canot-vert-43" });
    const deco = plugged("Deco");
    await admin.update("Service Equipment", device, { mac_address: deco.modem.mac, device_profile: "TP-Link Deco" });
    await eventually("the device to be known", () => row("select 1 from device_identity where identity = $1", [deco.modem.mac]));
    await acs.inform(deco, "1 BOOT");
    deco.answers = false;
    await admin.update("Service Equipment", device, { custom_wifi_ssid: "Cèdre" });
    await eventually("a second call", async () => Number((await calls(deco.modem.serial))?.["attempts"]) > 0 && (await world.hurry(), Number((await calls(deco.modem.serial))?.["attempts"]) > 1), 30_000);
    await acs.inform(deco, "2 PERIODIC");
    expect(deco.modem.wifi()[0]?.ssid).toBe("Cèdre");
    await world.hurry();
    await eventually("the end of the call", async () => ["current", "heard"].includes(String((await calls(deco.modem.serial))?.["outcome"])), 30_000);
  }, 90_000);
});
