/** So many devices, each at a place of its own with WiFi and telephone, put into the stand-in by SQL: copies of one that was made as people make it. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { Rest } from "@gigafibre/fixtures/demo/rest";
import { startBroker } from "@gigafibre/fixtures/devices/broker";
import { createErpnext } from "@gigafibre/fixtures/erpnext/app";
import { steadyPort } from "../faults/steady-port.ts";
import { TEMPLATE } from "../faults/world.ts";
import type { Prepared } from "../faults/world.ts";
import { macOf, serialOf } from "./device-storm.ts";

const FIRST = 0;

export async function loadDevices(prepared: Prepared, count: number): Promise<void> {
  const databaseUrl = `${prepared.clusterUrl}/${TEMPLATE}`;
  const erpnext = await createErpnext({ databaseUrl });
  const url = await erpnext.listen({ host: "127.0.0.1", port: 0 });
  const site = new Rest(url);
  await site.login(prepared.adminUser, prepared.adminPassword);
  const made = async (doctype: string, values: Record<string, unknown>): Promise<string> => {
    const answer = await site.send("POST", `/api/resource/${doctype}`, values);
    return String((answer?.["data"] as { name: string }).name);
  };
  const customer = await made("Customer", { customer_name: "Mesure", customer_group: "Résidentiel", territory: "Canada" });
  const place = await made("Service Location", { customer, address_line: "1 rang de la Mesure", city: "Hinchinbrooke", postal_code: "J0S 1A0" });
  const device = await made("Service Equipment", {
    customer, service_location: place, equipment_type: "ONT", gpon_sn: serialOf(FIRST), serial_number: serialOf(FIRST), mac_address: macOf(FIRST), device_profile: "TP-Link XX230v",
    custom_wifi_ssid: "Mesure", custom_wifi_password: "mesure-mesure", custom_sip_username: "gfmesure", custom_sip_password: "mesure-mesure", custom_sip_server: "sip.example.test",
  });
  await erpnext.close();

  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  const numbers = `generate_series(1, ${count - 1}) as number,
    lateral (select 'MESURE-L' || number as place, 'MESURE-E' || number as device, 'RCMG' || upper(to_hex(x'10000000'::int + number)) as serial, '403F8C' || lpad(upper(to_hex(number)), 6, '0') as mac,
      '2026-01-05 08:00:00.' || lpad(number::text, 6, '0') as modified) as new`;
  await db.query(
    `insert into erpnext.document (doctype, name_key, name, modified, body, terms)
     select doctype, lower(new.place), new.place, new.modified, body || jsonb_build_object('name', new.place, 'modified', new.modified), terms from erpnext.document, ${numbers}
     where doctype = 'Service Location' and name = $1`,
    [place],
  );
  await db.query(
    `insert into erpnext.document (doctype, name_key, name, modified, body, terms)
     select doctype, lower(new.device), new.device, new.modified,
       body || jsonb_build_object('name', new.device, 'modified', new.modified, 'service_location', new.place, 'gpon_sn', new.serial, 'serial_number', new.serial, 'mac_address', new.mac, 'custom_wifi_ssid', 'Mesure ' || number),
       array_replace(array_replace(array_replace(array_replace(terms, 'service_location=' || lower($2), 'service_location=' || lower(new.place)),
         'gpon_sn=' || lower($3), 'gpon_sn=' || lower(new.serial)), 'serial_number=' || lower($3), 'serial_number=' || lower(new.serial)), 'mac_address=' || lower($4), 'mac_address=' || lower(new.mac))
     from erpnext.document, ${numbers} where doctype = 'Service Equipment' and name = $1`,
    [device, place, serialOf(FIRST), macOf(FIRST)],
  );
  await db.query(
    `insert into erpnext.unique_value (doctype, field, value_key, name_key)
     select doctype, field, lower(case field when 'mac_address' then new.mac else new.serial end), lower(new.device) from erpnext.unique_value, ${numbers}
     where doctype = 'Service Equipment' and name_key = lower($1) and field in ('gpon_sn', 'serial_number', 'mac_address')`,
    [device],
  );
  await db.query(
    `insert into erpnext.secret (doctype, name_key, field, value) select doctype, lower(new.device), field, value || number from erpnext.secret, ${numbers}
     where doctype = 'Service Equipment' and name_key = lower($1)`,
    [device],
  );
  await db.query("analyze");
  await db.end();
}

/** A broker as a process that can be killed. */
export interface BrokerProcess {
  readonly name: string;
  readonly url: string;
  /** Kills it; it is started again on what it had saved. Only a process of its own can be. */
  readonly kill: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

const MOSQUITTO = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"];
const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
};

/** Debian's mosquitto (apt-get install mosquitto) where there is one; else aedes, in this process. */
export async function startAnyBroker(given: string | undefined): Promise<BrokerProcess> {
  const file = given ?? MOSQUITTO.find(canRun);
  if (file === undefined) {
    const broker = await startBroker();
    return { name: "aedes, for there is no mosquitto here (apt-get install mosquitto, or --mosquitto PATH)", url: broker.url, kill: undefined, stop: () => broker.stop() };
  }
  const home = await mkdtemp(path.join(tmpdir(), "gigafibre-broker-"));
  const port = await steadyPort();
  const settings = path.join(home, "mosquitto.conf");
  // As deploy/mosquitto has it; it stays the user that starts it, whose folder this is.
  await writeFile(
    settings,
    [`listener ${port} 127.0.0.1`, "allow_anonymous true", `user ${process.getuid?.() === 0 ? "root" : ""}`.trim(), "persistence true", `persistence_location ${home}/`, "autosave_interval 5",
      "max_queued_messages 100000", "max_queued_bytes 67108864", "max_inflight_messages 1000", "log_type error"].filter((line) => line !== "user").join("\n"),
  );
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    child = spawn(file, ["-c", settings], { stdio: ["ignore", "ignore", "inherit"] });
    await wait(500);
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const gone = new Promise((resolve) => child?.once("exit", resolve));
    child?.kill(signal);
    await gone;
  };
  await start();
  return {
    name: file,
    url: `mqtt://127.0.0.1:${port}`,
    kill: async () => {
      await end("SIGKILL");
      await start();
    },
    stop: async () => {
      await end("SIGTERM");
      await rm(home, { recursive: true, force: true });
    },
  };
}
