/**
 * Thousands of browsers follow live events on one hub: how long an event takes to all of them, and whether each has every id once and in order when
 * the hub is killed while eight write at once.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { openWorld, prepareWorld } from "../faults/world.ts";
import { milliseconds } from "./figures.ts";
import type { Figure } from "./figures.ts";
import type { Answer, FollowersReport, Word } from "./live-clients.ts";

const BROWSERS = 5_000;
const QUICK_BROWSERS = 500;
const A_SECOND = 2;
const P99_MS = 250;
const WRITERS = 8;
const WITHIN_MS = 120_000;
/** As the hub writes them: in the transaction of what they tell. */
const WRITE = `with told as (insert into event_log (key, kind, doctype, name, audience) values ($1, 'document.changed', 'Customer', $2, '{}') returning 1)
  select pg_notify('events_waiting', '') from told`;

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const count = quick ? QUICK_BROWSERS : BROWSERS;
  const seconds = quick ? 10 : 30;
  const { prepared, stop } = await prepareWorld({ doors: 20, durable: true });
  try {
    const world = await openWorld(prepared, {});
    const db = new pg.Pool({ connectionString: world.databaseUrl, max: WRITERS });
    let written = 0;
    const write = async (writer: string): Promise<void> => {
      await db.query(WRITE, [`bench:${writer}:${(written += 1)}`, String(performance.timeOrigin + performance.now())]);
    };
    const evenly = async (): Promise<void> => {
      for (let left = seconds * A_SECOND; left > 0; left -= 1) {
        await write("one");
        await wait(1000 / A_SECOND);
      }
    };
    const crowd = fork(fileURLToPath(new URL("live-clients.ts", import.meta.url)), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const alone = fork(fileURLToPath(new URL("live-clients.ts", import.meta.url)), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    try {
      await ask(alone, { open: { hubUrl: world.hub.url, cookie: world.agent, count: 1 } });
      await evenly();
      const baseline = await reportOf(alone);

      const opening = performance.now();
      await ask(crowd, { open: { hubUrl: world.hub.url, cookie: world.agent, count } });
      const opened = (performance.now() - opening) / 1000;
      await evenly();
      const calm = await reportOf(crowd);
      const memory = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${world.hub.pid ?? 0}/status`, "utf8").catch(() => ""))?.[1];

      const until = performance.now() + seconds * 1000;
      const writers = Promise.all(
        Array.from({ length: WRITERS }, async (_, writer) => {
          while (performance.now() < until) {
            await write(String(writer));
            await wait(200 + Math.random() * 200);
          }
        }),
      );
      await wait((seconds * 1000) / 2);
      world.hub.kill();
      const killed = performance.now();
      await world.hub.ready();
      await writers;
      const last = await settled(db);
      let survived = await reportOf(crowd);
      let events = survived.events;
      while (survived.least < last && performance.now() - killed < WITHIN_MS) {
        await wait(500);
        survived = await reportOf(crowd);
        events += survived.events;
      }
      const level = (performance.now() - killed) / 1000;
      return [
        {
          name: `${count} browsers follow ${A_SECOND} events a second on one hub`,
          figure: `p50 ${milliseconds(calm.p50)}, p99 ${milliseconds(calm.p99)} (${calm.events} handed out); all open in ${opened.toFixed(1)} s; the hub holds ${Math.round(Number(memory ?? 0) / 1024)} MB`,
          baseline: `one browser: p50 ${milliseconds(baseline.p50)}, p99 ${milliseconds(baseline.p99)}`,
          limit: `p99 ${P99_MS} ms, none missing`,
          met: calm.p99 <= P99_MS && calm.events === count * seconds * A_SECOND && calm.gaps === 0,
        },
        {
          name: `${count} browsers while ${WRITERS} write at once and the hub is killed`,
          figure: `${events} handed out, ${survived.gaps} ids out of order, ${survived.resets} told to load anew; all level with id ${last} ${level.toFixed(1)} s after the kill (${survived.returns} came back)`,
          baseline: `events written: ${written}`,
          limit: "each browser has every id once and in order",
          met: survived.gaps === 0 && survived.resets === 0 && survived.least === last && events === count * (last - calm.furthest),
        },
      ];
    } finally {
      for (const child of [crowd, alone]) child.kill("SIGKILL");
      await db.end();
      await world.stop();
    }
  } finally {
    await stop();
  }
}

async function ask(child: ChildProcess, word: Word): Promise<Answer> {
  child.send(word);
  const [answer] = (await once(child, "message")) as [Answer];
  return answer;
}

async function reportOf(child: ChildProcess): Promise<FollowersReport> {
  const answer = await ask(child, { report: true });
  if (!("report" in answer)) throw new Error("the browsers told something else");
  return answer.report;
}

/** The last id, once every event has one. */
async function settled(db: pg.Pool): Promise<number> {
  for (;;) {
    const { rows } = await db.query<{ waiting: string; last: string }>("select (select count(*) from event_log where id is null) as waiting, last from event_sequence");
    if (rows[0]?.waiting === "0") return Number(rows[0].last);
    await wait(100);
  }
}
