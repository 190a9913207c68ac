import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeviceState } from "@gigafibre/contracts/devices";
import type { StandInGenieacs } from "@gigafibre/fixtures/acs/genieacs";
import { drawnIdentity } from "@gigafibre/fixtures/devices/identity";
import { Modem } from "@gigafibre/fixtures/devices/modem";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { scriptedGenieacs } from "../../../testing/genieacs-scripts.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const ACS_TOKEN = "acs-token-of-tests";
const SSID = "Device.WiFi.SSID.1.SSID";
let acs: StandInGenieacs;
let world: World;
let deco: ReturnType<StandInGenieacs["plug"]>;
let device: string;
beforeAll(async () => {
  acs = await scriptedGenieacs(() => world.hubUrl, ACS_TOKEN);
  world = await startWorld({ stripe: false, inbox: false, settings: { ACS_TOKEN, ACS_KIND: "genieacs", ACS_URL: acs.url } });
  const { admin } = world.erpnext;
  deco = acs.plug(new Modem(drawnIdentity("Deco")));
  const customer = (await admin.insert("Customer", { customer_name: "Abonnée", customer_group: "Résidentiel", territory: "Canada" })).name;
  const service_location = (await admin.insert("Service Location", { customer, address_line: "1 rang Ste-Anne", city: "Hinchinbrooke", postal_code: "J0S 1A0" })).name;
  device = (await admin.insert("Service Equipment", { customer, service_location, equipment_type: "Routeur", mac_address: deco.modem.mac, device_profile: "TP-Link Deco", custom_wifi_ssid: "Érable", custom_wifi_password: "canot-bleu-42" })).name;
  // Not known yet, it is looked up.
  await acs.inform(deco, "0 BOOTSTRAP", "1 BOOT");
});
afterAll(async () => {
  await world.stop();
  await acs.stop();
});

type Answer = { status: number; body: Record<string, unknown> };
async function asked(user: string | null, method: "GET" | "POST", path: string, payload?: object): Promise<Answer> {
  const headers = { origin: world.hubUrl, ...(user === null ? {} : { cookie: `sid=${await world.erpnext.admin.sessionFor(user)}` }) };
  const answer = await world.app.inject({ method, url: `/api/devices/${path}`, headers, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
}
const state = async (query = ""): Promise<DeviceState> => (await asked(STAFF.technician, "GET", `${deco.modem.mac}${query}`)).body as unknown as DeviceState;
const act = (action: string): Promise<Answer> => asked(STAFF.agent, "POST", `${deco.modem.mac}/actions`, { action });

describe("a device, for staff", () => {
  it("is told by any of its names, to staff alone, with what it last said", async () => {
    expect(await state()).toMatchObject({ serial: deco.modem.serial, equipment: device, online: true, provisioned: "current", product_class: "Deco", ip: deco.modem.ip, firmware: "1.4.2", live: null, actions: [] });
    expect((await asked(STAFF.technician, "GET", "NOBODY-0001")).body["reason"]).toBe("device_unknown");
    expect((await asked(null, "GET", deco.modem.mac)).status).toBe(401);
  });

  it("is read while it is looked at, and shown as last heard when it does not answer", async () => {
    const now = await state("?live=true");
    expect(now.live?.answer).toEqual({ outcome: "done" });
    expect(now.live?.values).toContainEqual({ path: SSID, value: "Érable", at: expect.any(String) as string });
    deco.answers = false;
    expect((await state("?live=true")).live).toMatchObject({ answer: { outcome: "offline", reason: "no_answer" }, values: expect.arrayContaining([expect.objectContaining({ value: "Érable" })]) as unknown[] });
    deco.answers = true;
  });

  it("does what agents ask of it, each noted with who asked and what came of it", async () => {
    expect(await act("reboot")).toEqual({ status: 200, body: { answer: { outcome: "done" }, message: null } });
    expect(deco.reboots).toBe(1);
    deco.modem.note(SSID, "changed at home");
    expect((await act("push")).body["answer"]).toEqual({ outcome: "done" });
    expect(deco.modem.wifi()[0]).toEqual({ ssid: "Érable", password: "canot-bleu-42" });
    deco.answers = false;
    expect((await act("reboot")).body).toMatchObject({ answer: { outcome: "offline", reason: "no_answer" }, message: { fr: expect.any(String) as string } });
    deco.answers = true;
    expect((await act("firmware")).body["reason"]).toBe("firmware_current");
    expect((await state()).actions).toMatchObject([
      { action: "firmware", outcome: "refused", reason: "firmware_current" },
      { action: "reboot", outcome: "offline", reason: "no_answer", asked_by: STAFF.agent },
      { action: "push", outcome: "done" },
      { action: "reboot", outcome: "done", reason: null },
    ]);
  });

  it("fetches the firmware of its profile when it is asked to", async () => {
    await world.erpnext.admin.update("Device Profile", "TP-Link Deco", { target_firmware_version: "2.0.0", target_firmware_file: "deco-2.0.0.bin" });
    // Profiles are read at the start, and once a minute.
    await world.restartHub();
    await eventually("the profile to be known", async () => (await act("firmware")).body["answer"], 30_000);
    expect(deco.downloads).toContain("deco-2.0.0.bin");
  }, 90_000);

  it("does nothing for a technician's click, or where there is no ACS", async () => {
    expect((await asked(STAFF.technician, "POST", `${deco.modem.mac}/actions`, { action: "reboot" })).status).toBe(403);
    await world.restartHub({ ACS_KIND: "", ACS_URL: "" });
    expect((await act("reboot")).body["reason"]).toBe("acs_absent");
    expect((await state("?live=true")).live).toBeNull();
    await world.restartHub({ ACS_URL: "http://127.0.0.1:1" });
    expect((await act("reboot")).body["reason"]).toBe("acs_unavailable");
    expect((await state()).actions[0]).toMatchObject({ action: "reboot", outcome: null });
  });
});
