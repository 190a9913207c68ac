import { randomInt } from "node:crypto";
import mqtt from "mqtt";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBroker } from "@gigafibre/fixtures/devices/broker";
import type { Broker } from "@gigafibre/fixtures/devices/broker";
import { gponSerial } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { readInform } from "./mqtt.ts";
import { noteSilence } from "./informs.ts";
import { transaction } from "../../plugins/database.ts";

const ACS_TOKEN = "acs-token-of-tests";
let broker: Broker;
let world: World;
let bridge: mqtt.MqttClient;

beforeAll(async () => {
  broker = await startBroker();
  world = await startWorld({ stripe: false, inbox: false, settings: { ACS_TOKEN, MQTT_URL: broker.url } });
  bridge = await mqtt.connectAsync(broker.url);
});
afterAll(async () => {
  await bridge.endAsync(true);
  await world.stop();
  await broker.stop();
});

const inform = (serial: string, more: object = {}): Promise<unknown> =>
  bridge.publishAsync(`device/bootstrap/${serial}`, JSON.stringify({ serial, ip: "10.0.0.7", firmware: "1.0", rx_power_dbm: -19.5, event: "boot", ...more }), { qos: 1 });

async function ont(gpon_sn: string | null): Promise<string> {
  const { admin } = world.erpnext;
  const customer = (await admin.insert("Customer", { customer_name: `Abonné ${randomInt(1e9)}`, customer_group: "Résidentiel", territory: "Canada" })).name;
  const service_location = (await admin.insert("Service Location", { customer, address_line: "1 rang Ste-Anne", city: "Hinchinbrooke", postal_code: "J0S 1A0" })).name;
  return (await admin.insert("Service Equipment", { customer, service_location, equipment_type: "ONT", ...(gpon_sn === null ? {} : { gpon_sn }) })).name;
}

const known = (serial: string): Promise<unknown> => eventually(`${serial} to be known`, async () => (await rows("select 1 from device_identity where identity = $1", [serial]))[0]);
const rows = async (sql: string, values: unknown[]): Promise<Record<string, unknown>[]> => (await world.app.db.query<Record<string, unknown>>(sql, values)).rows;
const told = (device: string, state: string): Promise<unknown> =>
  eventually(`${device} to be ${state}`, async () => (await world.erpnext.admin.get("Service Equipment", device))["connection_state"] === state);

describe("what a device says of itself", () => {
  it("is told to ERPNext as a change, and not at each heartbeat", async () => {
    const serial = gponSerial();
    const device = await ont(serial);
    await known(serial);
    await inform(serial);
    await told(device, "Connected");
    const first = await world.erpnext.admin.get("Service Equipment", device);
    expect(first).toMatchObject({ ip_address: "10.0.0.7", firmware_version: "1.0", rx_power_dbm: -19.5, provision_version: 0 });
    for (const rx_power_dbm of [-19.6, -19.4, -19.5]) await inform(serial, { event: "periodic", rx_power_dbm });
    await eventually("the samples", async () => (await rows("select 1 from device_sample where serial = $1", [serial])).length === 4);
    expect(await rows("select 1 from device_session where serial = $1 and changes > told", [serial])).toEqual([]);
    expect((await world.erpnext.admin.get("Service Equipment", device))["modified"]).toBe(first["modified"]);
    await inform(serial, { event: "periodic", firmware: "2.0" });
    await eventually("the new firmware", async () => (await world.erpnext.admin.get("Service Equipment", device))["firmware_version"] === "2.0");
    expect(await rows("select kind from event_log where name = $1 and kind = 'device.online'", [device])).toHaveLength(1);
  });

  it("is kept in its order when it comes with many others, each device's own to itself", async () => {
    const serials = [gponSerial(), gponSerial()];
    await Promise.all(["1.0", "1.1", "1.2"].flatMap((firmware) => serials.map((serial) => inform(serial, { firmware }))));
    for (const serial of serials) {
      await eventually("its three", async () => (await rows("select 1 from device_sample where serial = $1", [serial])).length === 3);
      expect(await rows("select firmware, changes::int from device_session where serial = $1", [serial])).toEqual([{ firmware: "1.2", changes: 3 }]);
    }
  });

  it("is kept when it comes before its scan, and told once the scan has come", async () => {
    const serial = gponSerial();
    await inform(serial);
    await eventually("the session", async () => (await rows("select 1 from device_session where serial = $1 and equipment is null", [serial]))[0]);
    const device = await ont(serial);
    await told(device, "Connected");
  });

  it("raises one Issue when nobody knows it for half an hour, which closes by itself", async () => {
    const serial = gponSerial();
    await inform(serial);
    await eventually("the session", async () => (await rows("update device_session set first_seen = now() - interval '31 minutes' where serial = $1 returning 1", [serial]))[0]);
    const issues = (): Promise<Record<string, unknown>[]> => world.erpnext.admin.list("Issue", [["subject", "=", `Unknown device ${serial}`]]);
    await eventually("the Issue", async () => (await issues()).length === 1, 30_000);
    await inform(serial);
    const device = await ont(serial);
    await eventually("the Issue to be closed", async () => (await issues())[0]?.["status"] === "Closed", 30_000);
    expect(await issues()).toMatchObject([{ service_equipment: device }]);
  }, 90_000);

  it("and nothing for too long, is Offline once", async () => {
    const serial = gponSerial();
    const device = await ont(serial);
    await known(serial);
    await inform(serial);
    await told(device, "Connected");
    const silent = (): Promise<number> => transaction(world.app.db, (client) => noteSilence(client, 15));
    await rows("update device_session set last_seen = now() - interval '16 minutes' where serial = $1", [serial]);
    expect(await silent()).toBe(1);
    expect(await silent()).toBe(0);
    await told(device, "Offline");
  }, 30_000);

  it("is forgotten in time: a reading after 90 days, a call after 7, and a device after 7 that nobody knows and no Issue tells of", async () => {
    const [unknown, recent, told, bound] = [gponSerial(), gponSerial(), gponSerial(), gponSerial()];
    await ont(bound);
    await known(bound);
    for (const serial of [unknown, recent, told, bound]) await inform(serial);
    for (const serial of [unknown, recent, told, bound]) await eventually(`${serial} to be heard`, async () => (await rows("select 1 from device_sample where serial = $1", [serial]))[0]);
    const ago = (serial: string, time: string): Promise<unknown> => rows("update device_session set last_seen = now() - $2::interval where serial = $1", [serial, time]);
    for (const serial of [unknown, told, bound]) await ago(serial, "7 days 1 minute");
    await ago(recent, "6 days 23 hours");
    await rows("update device_session set unknown_issue = 'ISS-1' where serial = $1", [told]);
    await rows("insert into device_sample (serial, at, rx_power_dbm) values ($1, now() - interval '90 days 1 minute', -20), ($1, now() - interval '89 days 23 hours', -21)", [bound]);
    await rows("insert into device_call (serial, wished_at, called_at) values ($1, now() - interval '8 days', now() - interval '7 days 1 minute'), ($2, now() - interval '8 days', now() - interval '6 days 23 hours'), ($3, now() - interval '30 days', null)", [unknown, recent, bound]);
    await transaction(world.app.db, (client) => noteSilence(client, 15));
    const left = async (sql: string): Promise<unknown[]> => (await rows(sql, [[unknown, recent, told, bound]])).map(({ serial }) => serial);
    expect(new Set(await left("select serial from device_session where serial = any($1)"))).toEqual(new Set([recent, told, bound]));
    expect((await rows("select rx_power_dbm from device_sample where serial = $1 order by at", [bound])).map(({ rx_power_dbm }) => rx_power_dbm)).toEqual([-21, -19.5]);
    // What has not been called yet waits, however old it is.
    expect(new Set(await left("select serial from device_call where serial = any($1)"))).toEqual(new Set([recent, bound]));
  });

  it("is not acknowledged before PostgreSQL has it: a broker that hears nothing sends it again", async () => {
    const serial = gponSerial();
    const { databaseUrl } = world;
    const outside = new pg.Client(databaseUrl);
    await outside.connect();
    // A sequence remembers an attempt that was rolled back.
    await outside.query(`create sequence attempt;
      create function refuse() returns trigger language plpgsql as $$ begin perform nextval('attempt'); raise exception 'refused'; end $$;
      create trigger refuse before insert on device_session for each row execute function refuse()`);
    await inform(serial);
    await eventually("the hub to have tried", async () => (await outside.query<{ is_called: boolean }>("select is_called from attempt")).rows[0]?.is_called);
    await world.restartHub();
    await outside.query("drop trigger refuse on device_session");
    await outside.end();
    await eventually("the inform", async () => (await rows("select 1 from device_session where serial = $1", [serial]))[0], 30_000);
  }, 60_000);

  it("counts only for the device that its topic names", () => {
    const payload = JSON.stringify({ serial: "RCMG00000001", event: "boot" });
    expect(readInform("device/bootstrap/RCMG00000001", payload)?.serial).toBe("RCMG00000001");
    expect(readInform("device/bootstrap/RCMG00000002", payload)).toBeNull();
    expect(readInform("device/bootstrap/RCMG00000001", "{")).toBeNull();
  });

  it("is noted when it has taken what it was told, by the ACS alone", async () => {
    const serial = gponSerial();
    const device = await ont(serial);
    await known(serial);
    const post = (authorization: string): Promise<{ statusCode: number }> =>
      world.app.inject({ method: "POST", url: `/devices/${serial}/activated`, headers: { authorization }, payload: { hash: "0123456789abcdef", firmware: "1.1" } });
    expect((await post("Bearer wrong")).statusCode).toBe(403);
    expect((await post(`Bearer ${ACS_TOKEN}`)).statusCode).toBe(200);
    await eventually("the moment", async () => (await world.erpnext.admin.get("Service Equipment", device))["provisioned_on"]);
  });
});
