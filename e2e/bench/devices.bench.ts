/**
 * A village's modems boot at the same moment, from another process, over HTTP and MQTT QoS 1: what the hub answers each, and when ERPNext says of all
 * that they are connected. Then once more, with the hub and the broker each killed in the middle of it.
 */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { request } from "undici";
import { openWorld, prepareWorld } from "../faults/world.ts";
import type { World } from "../faults/world.ts";
import { loadDevices, startAnyBroker } from "./device-world.ts";
import type { BrokerProcess } from "./device-world.ts";
import type { Storm, StormReport } from "./device-storm.ts";
import { between, inTurns, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const DEVICES = 50_000;
const QUICK_DEVICES = 5_000;
const A_SECOND = DEVICES / 60;
const PROVISION_P99_MS = 100;
const CONNECTED_WITHIN_S = 300;
const WARM_WITHIN_MS = 1_800_000;
const TOLD_WITHIN_MS = 1_800_000;

export async function run({ quick = false, mosquitto }: { quick?: boolean; mosquitto?: string | undefined } = {}): Promise<Figure[]> {
  const count = quick ? QUICK_DEVICES : DEVICES;
  const { prepared, stop } = await prepareWorld({ doors: 20, durable: true });
  const acsToken = randomBytes(18).toString("base64url");
  try {
    await loadDevices(prepared, count);
    const broker = await startAnyBroker(mosquitto);
    try {
      const world = await openWorld(prepared, { settings: { MQTT_URL: broker.url, ACS_TOKEN: acsToken } });
      const db = new pg.Pool({ connectionString: world.databaseUrl, max: 2 });
      try {
        return await measure({ world, db, broker, count, acsToken });
      } finally {
        await db.end();
        await world.stop();
      }
    } finally {
      await broker.stop();
    }
  } finally {
    await stop();
  }
}

interface Measured {
  readonly world: World;
  readonly db: pg.Pool;
  readonly broker: BrokerProcess;
  readonly count: number;
  readonly acsToken: string;
}

async function measure({ world, db, broker, count, acsToken }: Measured): Promise<Figure[]> {
  const counted = async (sql: string): Promise<number> => Number((await db.query<{ count: string }>(sql)).rows[0]?.count ?? 0);
  const heard = (): Promise<number> => counted("select count(*) from device_session where online and provisioned_hash is not null and last_boot is not null");
  const connected = (): Promise<number> =>
    counted("select count(*) from erpnext.document where doctype = 'Service Equipment' and body->>'connection_state' = 'Connected'");
  const [warm] = await between(() => reaches(() => counted("select count(*) from device_place where facts is not null"), count, WARM_WITHIN_MS));
  console.log(`    ${count} devices read from ERPNext, passwords included, in ${(warm / 1000).toFixed(0)} s; the broker is ${broker.name}`);
  const storm: Storm = { hubUrl: world.hub.url, acsToken, brokerUrl: broker.url, count, seconds: count / A_SECOND, event: "bootstrap", until: "asked" };
  const baseline = await inTurns(Array.from({ length: 500 }), 4, async () => (await between(() => request(`${world.hub.url}/healthz`).then(({ body }) => body.dump())))[0]);

  const began = performance.now();
  const blowing = blow(storm);
  await reaches(heard, count, TOLD_WITHIN_MS);
  const heardIn = (performance.now() - began) / 1000;
  const calm = await blowing;
  const memory = await memoryOf(world);
  const all = await reaches(connected, count, TOLD_WITHIN_MS);
  const connectedIn = (performance.now() - began) / 1000;
  const provision = `provision p50 ${milliseconds(calm.p50)}, p99 ${milliseconds(calm.p99)} (${calm.asked} answers); all asked in ${calm.seconds.toFixed(0)} s, all kept in ${heardIn.toFixed(0)} s: ${Math.round(count / heardIn)} informs/s; the hub holds ${memory}`;
  const figures: Figure[] = [
    {
      name: `${count} devices boot in ${storm.seconds.toFixed(0)} s`,
      figure: provision,
      baseline: `GET /healthz: p50 ${milliseconds(percentile(baseline, 50))}, p99 ${milliseconds(percentile(baseline, 99))}`,
      limit: `all told, provision p99 ≤ ${PROVISION_P99_MS} ms`,
      met: calm.told.told === count && calm.p99 <= PROVISION_P99_MS,
    },
    {
      name: "until ERPNext says Connected for all",
      figure: `${connectedIn.toFixed(0)} s after the first boot (${all} of ${count})`,
      baseline: `the stand-in: its own times, not a real site's`,
      limit: "printed only",
      met: all === count,
    },
  ];
  if (broker.kill === undefined) return figures;

  // All are away again, and have forgotten what they were told.
  await db.query("update device_session set online = false, provisioned_hash = null, last_boot = null, changes = told");
  await db.query(`update erpnext.document set body = body || '{"connection_state": "Offline"}' where doctype = 'Service Equipment'`);
  const again = blow({ ...storm, until: "told" });
  await wait((storm.seconds / 3) * 1000);
  world.hub.kill();
  await wait((storm.seconds / 3) * 1000);
  await broker.kill();
  const killed = performance.now();
  await world.hub.ready();
  const survived = await again;
  // What the broker had acknowledged and not yet saved is gone with it: modems inform again, as they do every five minutes.
  await blow({ ...storm, event: "periodic" });
  const left = await reaches(connected, count, TOLD_WITHIN_MS);
  const after = (performance.now() - killed) / 1000;
  return [
    ...figures,
    {
      name: `${count} devices boot while the hub and the broker are killed once each`,
      figure: `${survived.told.told ?? 0} told, ${left} Connected ${after.toFixed(0)} s after the last kill; ${count - left} lost`,
      baseline: `undisturbed: all Connected in ${connectedIn.toFixed(0)} s`,
      limit: `none lost, all Connected ${CONNECTED_WITHIN_S} s after the last kill`,
      met: survived.told.told === count && left === count && after <= CONNECTED_WITHIN_S,
    },
  ];
}

/** Waits until `look` gives `wanted`. @returns what it gave last */
async function reaches(look: () => Promise<number>, wanted: number, withinMs: number): Promise<number> {
  const until = performance.now() + withinMs;
  let found = await look();
  while (found < wanted && performance.now() < until) {
    await wait(500);
    found = await look();
  }
  return found;
}

async function blow(storm: Storm): Promise<StormReport> {
  const child = fork(fileURLToPath(new URL("device-storm.ts", import.meta.url)), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.send(storm);
  return new Promise((resolve, reject) => {
    child.once("message", (report) => resolve(report as StormReport));
    child.once("error", reject);
    child.once("exit", (code) => code !== 0 && reject(new Error(`the storm ended with ${code}`)));
  });
}

/** What the hub's process holds now, and held at most. */
async function memoryOf(world: World): Promise<string> {
  const status = await readFile(`/proc/${world.hub.pid ?? 0}/status`, "utf8").catch(() => "");
  const megabytes = (name: string): string => `${Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024)} MB`;
  return status === "" ? "(unknown here)" : `${megabytes("VmRSS")}, at most ${megabytes("VmHWM")}`;
}
