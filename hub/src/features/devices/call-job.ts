/**
 * Calls devices whose wanted state has changed, so that they need not wait for their next inform. A device is called once however many changes
 * there were. What it has taken already it is not called for; what it has asked for by itself meanwhile it has.
 */
import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { Refusal } from "../../plugins/problems.ts";
import type { AcsDriver } from "./acs/driver.ts";
import type { EquipmentFacts } from "./facts.ts";
import type { Push } from "./push.ts";
import type { Wanted } from "./wanted.ts";

export const CALL_DEVICE = "call-device";
/** Then it is left to its own next inform, which tells it all the same. */
const ATTEMPTS = 8;
const AT_ONCE = 500;
/** A device that has agreed to speak does so within this time, or is called again. */
const COMES_WITHIN_MS = 8_000;
const LOOK_EVERY_MS = 250;

interface Call {
  readonly wishes: string;
  readonly attempts: number;
  /** It has spoken since, and so has asked. */
  readonly heard: boolean;
  readonly provisioned_hash: string | null;
  readonly mac: string | null;
}

/** Asks for a call of every device heard so far whose place is that of one of these. In the caller's transaction. */
export async function wishCalls(app: FastifyInstance, client: pg.ClientBase, changed: readonly Pick<EquipmentFacts, "service_location">[]): Promise<void> {
  const places = changed.map(({ service_location }) => service_location).filter((place) => place !== "");
  const { rows } = await client.query<{ serial: string }>(
    `insert into device_call as waiting (serial)
     select session.serial from device_session session join device on device.equipment = session.equipment
     where device.place = any($1) and session.online
     on conflict (serial) do update set wishes = waiting.wishes + 1, wished_at = now(), attempts = 0, called_at = null, outcome = null
     returning serial`,
    [places],
  );
  for (const { serial } of rows) await app.workers.enqueue(client, CALL_DEVICE, serial);
}

export async function callJob(app: FastifyInstance, acs: AcsDriver, wanted: Wanted, push: Push): Promise<void> {
  /** @returns whether it has taken what it is to be told; null where there is nothing to tell it */
  async function isCurrent(serial: string, { mac, provisioned_hash: hash }: Call): Promise<boolean | null> {
    try {
      for (const model of ["tr098", "tr181"] as const) if ((await wanted(serial, mac ?? undefined, { model })).hash === hash) return true;
      return false;
    } catch (error) {
      if (error instanceof Refusal && (error.reason === "device_unknown" || error.reason === "device_without_service")) return null;
      throw error;
    }
  }

  async function comes(serial: string, wishes: string): Promise<boolean> {
    for (const until = Date.now() + COMES_WITHIN_MS; ; await setTimeout(LOOK_EVERY_MS)) {
      const { rows } = await app.db.query("select 1 from device_call join device_session using (serial) where serial = $1 and (last_seen > wished_at or wishes <> $2)", [serial, wishes]);
      if (rows.length > 0 || Date.now() > until) return rows.length > 0;
    }
  }

  await app.workers.add({
    queue: CALL_DEVICE,
    concurrency: 4,
    retrySeconds: 5,
    maxRetrySeconds: 300,
    async work(serial) {
      const { rows } = await app.db.query<Call>(
        `select call.wishes, call.attempts, coalesce(session.last_seen > call.wished_at, false) as heard, session.provisioned_hash, session.mac
         from device_call call left join device_session session using (serial) where serial = $1 and called_at is null`,
        [serial],
      );
      const [call] = rows;
      if (!call) return;
      const ended = (outcome: string): Promise<unknown> =>
        app.db.query("update device_call set called_at = now(), outcome = $3 where serial = $1 and wishes = $2", [serial, call.wishes, outcome]);
      const current = await isCurrent(serial, call);
      if (current !== false) return void (await ended(current ? "current" : "nothing_to_tell"));
      if (acs.devicesAsk && call.heard) return void (await ended("heard"));
      const answer = acs.devicesAsk ? await acs.connectionRequest(serial) : await push(serial, call.mac ?? undefined);
      // It may have agreed and then not come: only what is heard of it counts.
      if (answer.outcome === "done" && (!acs.devicesAsk || (await comes(serial, call.wishes)))) return void (await ended("done"));
      const why = answer.outcome === "done" ? "no_session" : answer.reason;
      if (call.attempts + 1 >= ATTEMPTS) return void (await ended(why));
      await app.db.query("update device_call set attempts = attempts + 1 where serial = $1 and wishes = $2", [serial, call.wishes]);
      throw new Error(`${serial} was called and did not speak: ${why}`);
    },
    async unfinished() {
      const { rows } = await app.db.query<{ serial: string }>("select serial from device_call where called_at is null order by wished_at limit $1", [AT_ONCE]);
      return rows.map(({ serial }) => serial);
    },
  });
}
