import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNats } from "@gigafibre/fixtures/acs/nats";
import type { StandInNats } from "@gigafibre/fixtures/acs/nats";
import { startBroker } from "@gigafibre/fixtures/devices/broker";
import type { Broker } from "@gigafibre/fixtures/devices/broker";
import { eventually } from "../../testing/world.ts";
import { AcsUnavailable } from "../../src/features/devices/acs/driver.ts";
import type { AcsReading } from "../../src/features/devices/acs/driver.ts";
import { startBridge } from "./bridge.ts";

/** Records made with the standard's own schemas (usp-record-1-3, usp-msg-1-3): a Boot! after a reboot, one after a factory reset in a session, and an answer that is none. */
const RECORDS = {
  reboot:
    "CgMxLjMSEW9rdG9wdXNDb250cm9sbGVyGhdvczo6NDAzRjhDLURFQ08wMDAwQk9PVDqxARKuAQoKCgZCT09ULTcQAxKfAQqcAUKZAQoEYm9vdBqQAQoHRGV2aWNlLhIFQm9vdCEaFQoFQ2F1c2USDFJlbW90ZVJlYm9vdBoOCgpDb21tYW5kS2V5EgAaGAoPRmlybXdhcmVVcGRhdGVkEgVmYWxzZRo9CgxQYXJhbWV0ZXJNYXASLXsiRGV2aWNlLkRldmljZUluZm8uU29mdHdhcmVWZXJzaW9uIjoiMS40LjIifQ==",
  reset:
    "CgMxLjMSEW9rdG9wdXNDb250cm9sbGVyGhdvczo6NDAzRjhDLURFQ08wMDAwQk9PVEK8AQgHEAEYATqzAQoKCgZCT09ULTcQAxKkAQqhAUKeAQoEYm9vdBqVAQoHRGV2aWNlLhIFQm9vdCEaGgoFQ2F1c2USEUxvY2FsRmFjdG9yeVJlc2V0Gg4KCkNvbW1hbmRLZXkSABoYCg9GaXJtd2FyZVVwZGF0ZWQSBWZhbHNlGj0KDFBhcmFtZXRlck1hcBIteyJEZXZpY2UuRGV2aWNlSW5mby5Tb2Z0d2FyZVZlcnNpb24iOiIxLjQuMiJ9",
  answer: "CgMxLjMSEW9rdG9wdXNDb250cm9sbGVyGhdvczo6NDAzRjhDLURFQ08wMDAwQk9PVDpZElcKCQoFR0VULTEQAhJKEkgKRgpEChJEZXZpY2UuRGV2aWNlSW5mby4iLgoSRGV2aWNlLkRldmljZUluZm8uEhgKD1NvZnR3YXJlVmVyc2lvbhIFQm9vdCE=",
} as const;
const record = (name: keyof typeof RECORDS): Buffer => Buffer.from(RECORDS[name], "base64");

const passwords = { hub: "hub-password", "acs-bridge": "bridge-password" };
let nats: StandInNats;
let [oktopus, ours]: Broker[] = [];
let bridge: { stop(): Promise<void> };
let [devices, listener]: mqtt.MqttClient[] = [];
const heard: { topic: string; payload: unknown }[] = [];
const read = async (serial: string): Promise<AcsReading> => {
  if (serial === "DECO0000AWAY") throw new AcsUnavailable("no answer");
  const at = new Date();
  const values = { "Device.DeviceInfo.SoftwareVersion": { value: "1.4.2", at }, "Device.Ethernet.Interface.1.MACAddress": { value: "40:3f:8c:00:00:01", at }, "Device.Optical.Interface.1.OpticalSignalLevel": { value: "-19500", at } };
  return { outcome: "done", values };
};

beforeAll(async () => {
  [oktopus, ours] = await Promise.all([startBroker(), startBroker({ passwords })]);
  nats = await startNats();
  bridge = await startBridge({ oktopusUrl: oktopus.url, natsUrl: nats.url, hubUrl: ours.urlFor("acs-bridge"), acs: { read }, say: () => undefined });
  listener = await mqtt.connectAsync(ours.urlFor("hub"));
  listener.on("message", (topic, payload) => void heard.push({ topic, payload: JSON.parse(payload.toString()) }));
  await listener.subscribeAsync("device/#", { qos: 1 });
  devices = await mqtt.connectAsync(oktopus.url);
});
afterAll(async () => {
  await Promise.all([listener?.endAsync(true), devices?.endAsync(true)]);
  await bridge.stop();
  await Promise.all([oktopus?.stop(), ours?.stop(), nats.stop()]);
});

const comes = (id: string, status = "1"): Promise<unknown> | undefined => devices?.publishAsync(`oktopus/usp/v1/status/${id}`, status, { qos: 1 });

describe("a device that comes to Oktopus", () => {
  it("is told to the hub, with what Oktopus reads of it; one that goes is not", async () => {
    await eventually("the bridge to listen", async () => {
      await comes("deco00000001");
      return heard.length > 0;
    });
    await comes("deco00000002", "0");
    await comes("DECO00000003");
    await eventually("the next", async () => heard.at(-1)?.topic === "device/bootstrap/DECO00000003");
    expect(heard[0]).toEqual({ topic: "device/bootstrap/DECO00000001", payload: { serial: "DECO00000001", endpoint: "deco00000001", event: "boot", firmware: "1.4.2", mac: "403F8C000001", rx_power_dbm: -19.5 } });
    expect(JSON.stringify(heard)).not.toContain("DECO00000002");
  });

  it("is told all the same where it cannot be read", async () => {
    await comes("DECO0000AWAY");
    await eventually("it", async () => heard.some(({ topic }) => topic.endsWith("DECO0000AWAY")));
    expect(heard.at(-1)?.payload).toEqual({ serial: "DECO0000AWAY", endpoint: "DECO0000AWAY", event: "boot" });
  });

  it.each(["mqtt", "ws", "stomp"])("by %s is told from what Oktopus says between its own parts; one that goes is not", async (way) => {
    const id = `DECO0000${way.toUpperCase()}`;
    expect(nats.publish(`${way}.usp.v1.${id}GONE.status`, "0")).toBe(1);
    nats.publish(`${way}.usp.v1.${id}.status`, "1");
    await eventually("it", async () => heard.some(({ topic }) => topic === `device/bootstrap/${id}`));
    expect(JSON.stringify(heard)).not.toContain(`${id}GONE`);
  });

  it.each([
    ["MQTT, where Oktopus does not listen", "RemoteReboot", "boot", () => devices?.publishAsync("oktopus/usp/v1/controller", record("reboot"), { qos: 1 })],
    ["WebSocket", "LocalFactoryReset", "bootstrap", () => nats.publish("device.usp.v1.os::403F8C-DECO0000BOOT.api", record("reset"))],
    ["STOMP", "RemoteReboot", "boot", () => nats.publish("stomp.usp.v1.os::403F8C-DECO0000BOOT.info", record("reboot"))],
  ] as const)("by %s is told when it has started without losing its line (%s)", async (_way, _cause, event, says) => {
    heard.length = 0;
    await devices?.publishAsync("oktopus/usp/v1/controller/os::403F8C-DECO0000BOOT", record("answer"), { qos: 1 });
    nats.publish("device.usp.v1.os::403F8C-DECO0000BOOT.api", record("answer"));
    await says();
    await eventually("it", async () => heard.length > 0);
    expect(heard).toMatchObject([{ topic: "device/bootstrap/DECO0000BOOT", payload: { serial: "DECO0000BOOT", endpoint: "os::403F8C-DECO0000BOOT", event, firmware: "1.4.2" } }]);
  });

  it("by CWMP is told of its boot, and not of its periodic inform", async () => {
    const inform = (event: string): string => `<cwmp:Inform><Event><EventStruct><EventCode>${event}</EventCode></EventStruct></Event></cwmp:Inform>`;
    nats.publish("cwmp.v1.XX230VQUIET.info", inform("2 PERIODIC"));
    nats.publish("cwmp.v1.XX230VBOOTS.info", inform("1 BOOT"));
    await eventually("it", async () => heard.some(({ topic }) => topic.endsWith("XX230VBOOTS")));
    expect(JSON.stringify(heard)).not.toContain("XX230VQUIET");
  });
});
