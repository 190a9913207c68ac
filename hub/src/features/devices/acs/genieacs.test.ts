import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { managedModems } from "../../../../testing/genieacs.ts";
import type { ManagedModems } from "../../../../testing/genieacs.ts";
import { eventually } from "../../../../testing/world.ts";
import type { AcsDriver } from "./driver.ts";
import { AcsUnavailable } from "./driver.ts";
import { genieacs } from "./genieacs.ts";

const SSID = "Device.WiFi.SSID.1.SSID";
const KEY = "Device.WiFi.AccessPoint.1.Security.KeyPassphrase";
const text = (path: string, value: string): { path: string; value: string; type: "xsd:string" } => ({ path, value, type: "xsd:string" });

let acs: ManagedModems;
let driver: AcsDriver;
beforeAll(async () => {
  acs = await managedModems();
  driver = genieacs(acs.nbi);
});
afterAll(() => acs.stop());

/** What the NBI still holds for a device, tasks and faults. */
async function left(serial: string): Promise<unknown[]> {
  const id = (await driver.find(serial))?.id ?? "";
  const ask = async (collection: string): Promise<unknown[]> => (await (await fetch(`${acs.nbi}/${collection}/?query=${encodeURIComponent(JSON.stringify({ device: id }))}`)).json()) as unknown[];
  return [...(await ask("tasks")), ...(await ask("faults"))];
}

describe("GenieACS, asked for a device", () => {
  it("knows it by its serial, with its data model and firmware, and says so of none other", async () => {
    const [deco, ont] = [await acs.modem("Deco"), await acs.modem("HT803G-W")];
    expect(await driver.find(deco.serial)).toMatchObject({ model: "tr181", firmware: "1.4.2", last_inform: expect.any(Date) as Date });
    expect(await driver.find(ont.serial)).toMatchObject({ model: "tr098" });
    expect(await driver.find("NOBODY-0001")).toBeNull();
    expect(await driver.reboot("NOBODY-0001")).toEqual({ outcome: "offline", reason: "never_heard" });
    expect(await driver.connectionRequest("NOBODY-0001")).toEqual({ outcome: "offline", reason: "never_heard" });
  });

  it("sets what the device has, reads it back, and has it read what it says now", async () => {
    const modem = await acs.modem("Deco");
    expect(await driver.set(modem.serial, [text(SSID, "Érable"), text(KEY, "canot-bleu-42")])).toEqual({ outcome: "done" });
    expect([modem.holds(SSID), modem.holds(KEY)]).toEqual(["Érable", "canot-bleu-42"]);
    const { values, ...reading } = await driver.read(modem.serial, [SSID, "Device.WiFi.SSID.9.SSID"]);
    expect(reading).toEqual({ outcome: "done" });
    expect(Object.keys(values)).toEqual([SSID]);
    expect(values[SSID]?.value).toBe("Érable");
    expect(Date.now() - (values[SSID]?.at?.getTime() ?? 0)).toBeLessThan(60_000);
  });

  it("answers 200 to the setting of a path that is not there, which is found by reading back", async () => {
    const modem = await acs.modem("Deco");
    const path = "Device.WiFi.SSID.9.SSID";
    const id = (await driver.find(modem.serial))?.id ?? "";
    const answer = await fetch(`${acs.nbi}/devices/${encodeURIComponent(id)}/tasks?connection_request`, { method: "POST", body: JSON.stringify({ name: "setParameterValues", parameterValues: [[path, "x", "xsd:string"]] }) });
    expect(answer.status).toBe(200);
    expect(await driver.set(modem.serial, [text(SSID, "Pin"), text(path, "Pin")])).toEqual({ outcome: "faulted", reason: "not_taken", detail: path });
  });

  it("tells a device that refuses, by its fault, and leaves nothing to be tried again", async () => {
    const modem = await acs.modem("Deco");
    modem.refuse(true);
    expect(await driver.set(modem.serial, [text(SSID, "Bouleau")])).toMatchObject({ outcome: "faulted", reason: "refused_by_device", detail: expect.stringContaining("cwmp.9") as string });
    expect(await left(modem.serial)).toEqual([]);
  });

  it("tells a device that does not answer, with what was last heard of it, and leaves nothing to happen when it is back", async () => {
    const modem = await acs.modem("Deco");
    await driver.set(modem.serial, [text(SSID, "Cèdre")]);
    await modem.leave();
    expect(await driver.set(modem.serial, [text(SSID, "Sapin")])).toMatchObject({ outcome: "offline", reason: "no_answer" });
    expect(await driver.reboot(modem.serial)).toMatchObject({ outcome: "offline", reason: "no_answer" });
    expect(await driver.connectionRequest(modem.serial)).toMatchObject({ outcome: "offline", reason: "no_answer" });
    expect(await driver.read(modem.serial, [SSID])).toMatchObject({ outcome: "offline", values: { [SSID]: { value: "Cèdre" } } });
    expect(await left(modem.serial)).toEqual([]);
    await modem.comeBack();
    expect(modem.holds(SSID)).toBe("Cèdre");
  });

  it("reboots a device, has it fetch a firmware, and calls it", async () => {
    const modem = await acs.modem("HT803G-W");
    expect(await driver.reboot(modem.serial)).toEqual({ outcome: "done" });
    await eventually("its start", async () => modem.told().reboots === 1);
    expect(await driver.connectionRequest(modem.serial)).toEqual({ outcome: "done" });
    const file = "HT803G-9.9.bin";
    await fetch(`${acs.nbi}/files/${file}`, { method: "PUT", headers: { fileType: "1 Firmware Upgrade Image" }, body: "version: 9.9" });
    expect(await driver.download(modem.serial, file)).toEqual({ outcome: "done" });
    await eventually("the firmware", async () => modem.told().firmware?.includes("9.9"));
  });

  it("is never sent what would end its worker: nothing answers such a task", async () => {
    const modem = await acs.modem("Deco");
    const id = (await driver.find(modem.serial))?.id ?? "";
    const wrong = fetch(`${acs.nbi}/devices/${encodeURIComponent(id)}/tasks`, { method: "POST", body: JSON.stringify({ name: "paint" }) }).then(
      () => "answered",
      () => "cut off",
    );
    expect(await Promise.race([wrong, setTimeout(1_500, "hangs")])).not.toBe("answered");
    await expect(driver.set(modem.serial, [])).rejects.toThrow();
    await expect(driver.set(modem.serial, [text("Device.WiFi..SSID", "x")])).rejects.toThrow();
    await expect(driver.read(modem.serial, [""])).rejects.toThrow();
    await expect(driver.download(modem.serial, "../passwd")).rejects.toThrow();
  });

  it("that is away is told apart from a device that is", async () => {
    await expect(genieacs("http://127.0.0.1:1").reboot("SIM000000001-A")).rejects.toThrow(AcsUnavailable);
  });
});
