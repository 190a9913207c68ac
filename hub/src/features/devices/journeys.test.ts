import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelName } from "@gigafibre/fixtures/devices/models";
import { ACS_TOKEN, managedModems } from "../../../testing/genieacs.ts";
import type { ManagedModem, ManagedModems } from "../../../testing/genieacs.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const PATIENCE_MS = 60_000;
const PROFILE = { Deco: "TP-Link Deco", XX230v: "TP-Link XX230v" } as const;
const TYPE = { Deco: "Routeur", XX230v: "ONT" } as const;

let acs: ManagedModems;
let world: World;
beforeAll(async () => {
  acs = await managedModems(() => world.hubUrl);
  world = await startWorld({ stripe: false, inbox: false, settings: { ACS_TOKEN, ACS_KIND: "genieacs", ACS_URL: acs.nbi } });
}, 120_000);
afterAll(async () => {
  await acs.stop();
  await world.stop();
});

const row = async (sql: string, values: unknown[]): Promise<Record<string, unknown> | undefined> => (await world.app.db.query<Record<string, unknown>>(sql, values)).rows[0];
const session = (serial: string): Promise<Record<string, unknown> | undefined> => row("select * from device_session where serial = $1", [serial]);

/** A modem that is bound to a place before it is plugged in. */
async function installed(model: keyof typeof PROFILE & ModelName): Promise<{ line: ManagedModem; device: string }> {
  const { admin } = world.erpnext;
  const line = await acs.unplugged(model);
  const customer = (await admin.insert("Customer", { customer_name: `Abonnée ${line.serial}`, customer_group: "Résidentiel", territory: "Canada" })).name;
  const service_location = (await admin.insert("Service Location", { customer, address_line: "1 rang Ste-Anne", city: "Hinchinbrooke", postal_code: "J0S 1A0" })).name;
  const device = await admin.insert("Service Equipment", {
    ...{ customer, service_location, equipment_type: TYPE[model], device_profile: PROFILE[model] },
    ...{ custom_wifi_ssid: "Érable", custom_wifi_password: "canot-bleu-42", custom_sip_username: "4505550123", custom_sip_password: "sip-secret" },
    ...(model === "Deco" ? { mac_address: line.modem.mac } : { gpon_sn: line.serial }),
  });
  await line.boot();
  return { line, device: device.name };
}

const wifi = (line: ManagedModem): string | undefined => line.modem.wifi()[0]?.ssid;
const rename = (device: string, custom_wifi_ssid: string): Promise<unknown> => world.erpnext.admin.update("Service Equipment", device, { custom_wifi_ssid });

describe.each(["Deco", "XX230v"] as const)("%s, through GenieACS and its scripts", (model) => {
  it("takes its settings at its first boot, and nothing at the next inform", async () => {
    const { line } = await installed(model);
    expect(line.modem.wifi()).toContainEqual({ ssid: "Érable", password: "canot-bleu-42" });
    if (model === "XX230v") expect(line.modem.sip()).toMatchObject({ username: "4505550123", password: "sip-secret", server: "sip.gigafibre.test", enabled: true });
    expect(await session(line.serial)).toMatchObject({ online: true, product_class: model, mac: line.modem.mac, ip: line.modem.ip, rx_power_dbm: line.modem.rx_power_dbm, provisioned_hash: line.modem.provisioningCode });
    const before = line.writes();
    await line.inform("2 PERIODIC");
    expect(line.writes()).toBe(before);
  }, 120_000);

  it("takes them again after a factory reset", async () => {
    const { line } = await installed(model);
    await line.factoryReset();
    expect(line.modem.wifi()).toContainEqual({ ssid: "Érable", password: "canot-bleu-42" });
    expect(line.modem.provisioningCode).toBe((await session(line.serial))?.["provisioned_hash"]);
  }, 120_000);

  it("is called and takes a WiFi name that is changed in ERPNext", async () => {
    const { line, device } = await installed(model);
    await rename(device, "Bouleau");
    await eventually("the new name", async () => wifi(line) === "Bouleau", PATIENCE_MS);
  }, 120_000);

  it("takes what was changed while it was away as soon as it is back", async () => {
    const { line, device } = await installed(model);
    await line.leave();
    const away = new Date();
    await rename(device, "Cèdre");
    // An earlier wish, of its first boot, may still have it called.
    await eventually("a call", () => row("select 1 from device_call where serial = $1 and wished_at > $2 and attempts > 0", [line.serial, away]), PATIENCE_MS);
    await line.comeBack();
    expect(wifi(line)).toBe("Cèdre");
  }, 120_000);

  it("that refuses keeps its old code, and takes all once it refuses no more", async () => {
    const { line, device } = await installed(model);
    const code = line.modem.provisioningCode;
    line.refuse(true);
    await rename(device, "Mélèze");
    await eventually("the fault", async () => (await acs.faults(line)).length > 0, PATIENCE_MS);
    expect([wifi(line), line.modem.provisioningCode]).toEqual(["Érable", code]);
    line.refuse(false);
    // GenieACS would wait for five minutes; somebody clears the fault.
    await acs.clear(line);
    await line.inform("2 PERIODIC");
    expect(wifi(line)).toBe("Mélèze");
  }, 120_000);
});

describe("a modem", () => {
  it("is let in with the password of its serial, and with no other", async () => {
    const stranger = await acs.unplugged("Deco", "guess");
    await expect(stranger.boot()).rejects.toThrow("401");
    expect(await session(stranger.serial)).toBeUndefined();
    const neighbour = await acs.unplugged("Deco");
    await neighbour.boot();
    expect(await session(neighbour.serial)).toMatchObject({ online: true });
    await stranger.leave();
  }, 120_000);
});

describe("a firmware that a profile asks for", () => {
  it("is fetched once, and not again by one that runs it", async () => {
    const { line } = await installed("XX230v");
    const file = "xx230v-7.0.1.bin";
    await fetch(`${acs.nbi}/files/${file}`, { method: "PUT", headers: { fileType: "1 Firmware Upgrade Image", version: "7.0.1" }, body: "version: 7.0.1" });
    await world.erpnext.admin.update("Device Profile", PROFILE.XX230v, { target_firmware_version: "7.0.1", target_firmware_file: file });
    await world.restartHub();
    await eventually("the profile to be known", async () => JSON.stringify((await row("select body from erpnext_snapshot where name = 'device-rules'", []))?.["body"]).includes("7.0.1"), PATIENCE_MS);
    await world.restartHub();
    await line.inform("2 PERIODIC");
    await eventually("the download", async () => line.told().downloads === 1, PATIENCE_MS);
    await line.runs("7.0.1");
    await line.inform("1 BOOT");
    await line.inform("2 PERIODIC");
    expect(line.told().downloads).toBe(1);
    expect(await session(line.serial)).toMatchObject({ firmware: "7.0.1" });
  }, 120_000);
});
