import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ROLES } from "@gigafibre/contracts/session";
import { openStream } from "../../../testing/event-source.ts";
import { startHub } from "../../../testing/hub.ts";
import { startScriptedErpnext } from "../../../testing/scripted-erpnext.ts";
import type { ScriptedErpnext } from "../../../testing/scripted-erpnext.ts";
import { transaction } from "../../plugins/database.ts";
import { pruneEvents } from "./prune-events.ts";
import { recordEvent } from "./record-event.ts";
import { giveIds } from "./sequencer.ts";

type Hub = Awaited<ReturnType<typeof startHub>>;

const patience = { timeout: 30_000, interval: 20 };
const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

function changed(key: string, audience: string[] = []) {
  return { key, kind: "document.changed", doctype: "Dispatch Job", name: key, audience } as const;
}

describe("live events", () => {
  let erpnext: ScriptedErpnext;
  let hub: Hub;
  const lastId = async () => Number((await hub.app.db.query<{ last: string }>("select last from event_sequence")).rows[0]?.last);
  const record = (key: string, audience?: string[]) => transaction(hub.app.db, (client) => recordEvent(client, changed(key, audience)));

  beforeAll(async () => {
    erpnext = await startScriptedErpnext();
    erpnext.sessions.set("dispatch", { user: "dispatch@gigafibre.test", full_name: "D", roles: [ROLES.dispatcher] });
    erpnext.sessions.set("tech1", { user: "tech1@gigafibre.test", full_name: "T", roles: [ROLES.technician] });
    erpnext.sessions.set("customer", { user: "someone@example.org", full_name: "C", roles: ["Customer"] });
    hub = await startHub({ ERPNEXT_URL: erpnext.url });
  });
  afterAll(async () => {
    await hub.stop();
    await erpnext.stop();
  });

  it("skips no id and tells none twice, with eight writers, three sequencers and connections cut under them", async () => {
    const others = [new pg.Pool({ connectionString: hub.databaseUrl }), new pg.Pool({ connectionString: hub.databaseUrl })];
    for (const pool of others) pool.on("error", () => undefined).on("connect", (client) => client.on("error", () => undefined));
    const stream = await openStream(hub.url, { sid: "dispatch", after: 0 });
    let writing = true;

    const write = async (writer: number) => {
      for (let turn = 0; turn < 40; turn++) {
        const key = `w${writer}-${turn}`;
        await transaction(hub.app.db, async (client) => {
          await recordEvent(client, changed(key));
          await delay((writer * 7 + turn * 3) % 5);
          if (turn % 8 === 7) throw new Error("rolled back");
        }).catch((error: unknown) => {
          // A cut connection or a writer's own failure: neither leaves an event.
          if (!(error instanceof Error)) throw error;
        });
      }
    };
    const sequence = async (pool: pg.Pool) => {
      while (writing) await giveIds(pool).catch(() => delay(1));
    };
    const cut = async () => {
      const killer = new pg.Client({ connectionString: hub.databaseUrl });
      await killer.connect();
      while (writing) {
        await killer.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and application_name in ('hub-listen', '') and random() < 0.5`,
        );
        await delay(20);
      }
      await killer.end();
    };
    const background = [...others.map(sequence), cut()];
    await Promise.all(upTo(8).map(write));
    writing = false;
    await Promise.all(background);

    const { rows: committed } = await hub.app.db.query<{ key: string }>("select key from event_log");
    expect(committed).toHaveLength(8 * 35);
    await vi.waitFor(() => expect(stream.events()).toHaveLength(committed.length), patience);
    expect(stream.events().map(({ id }) => id)).toEqual(upTo(committed.length));
    expect(new Set(stream.events().map(({ name }) => name))).toEqual(new Set(committed.map(({ key }) => key)));
    stream.close();

    for (const after of [0, 1, 137, committed.length - 1]) {
      const replay = await openStream(hub.url, { sid: "dispatch", lastEventId: after, after: 3 });
      await vi.waitFor(() => expect(replay.events().map(({ id }) => id)).toEqual(upTo(committed.length - after, after + 1)), patience);
      replay.close();
    }
    await Promise.all(others.map((pool) => pool.end()));
  });

  it("tells a key once, however often it is recorded", async () => {
    const before = await lastId();
    await Promise.all(upTo(5).map(() => record("once")));
    await vi.waitFor(async () => expect(await lastId()).toBe(before + 1), patience);
  });

  it("goes on by itself when the connection that gives an id is killed in the act", async () => {
    const before = await lastId();
    const holder = new pg.Client({ connectionString: hub.databaseUrl });
    holder.on("error", () => undefined);
    await holder.connect();
    // Another hub in the middle of its pass: it holds the lock and has given the id, uncommitted.
    const { rows } = await holder.query<{ pid: number }>("select pg_backend_pid() as pid");
    await holder.query("begin; select pg_advisory_xact_lock(4001); update event_sequence set last = last + 1");
    await record("behind a dead sequencer");
    expect(await lastId()).toBe(before);
    await hub.app.db.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await vi.waitFor(async () => expect(await lastId()).toBe(before + 1), patience);
    await holder.end().catch(() => undefined);
  });

  it("begins now without a position, and says where that is", async () => {
    const here = await hub.app.inject({ url: "/api/events/last", headers: { cookie: "sid=dispatch" } });
    expect(here.json()).toEqual({ id: await lastId() });
    const stream = await openStream(hub.url, { sid: "dispatch" });
    expect(stream.headers).toMatchObject({ "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
    await vi.waitFor(() => expect(stream.text()).toContain(`retry: 2000\nid: ${here.json<{ id: number }>().id}\n\n`), patience);
    await record("after the stream began");
    await vi.waitFor(() => expect(stream.events().map(({ name }) => name)).toEqual(["after the stream began"]), patience);
    stream.close();
  });

  it("carries document, kind and time, and nothing about a person", async () => {
    const stream = await openStream(hub.url, { sid: "dispatch" });
    await record("what is told", ["tech1@gigafibre.test"]);
    await vi.waitFor(() => expect(stream.events()).toHaveLength(1), patience);
    expect(Object.keys(stream.events()[0] ?? {}).sort()).toEqual(["at", "doctype", "id", "kind", "name"]);
    expect(stream.text()).not.toContain("@");
    stream.close();
  });

  it("gives a technician the events of their own jobs only", async () => {
    const stream = await openStream(hub.url, { sid: "tech1" });
    await record("not theirs");
    await record("theirs", ["tech1@gigafibre.test"]);
    await record("another's", ["tech2@gigafibre.test"]);
    await vi.waitFor(() => expect(stream.events().map(({ name }) => name)).toEqual(["theirs"]), patience);
    stream.close();
  });

  it("is for staff: 401 without a session, 403 without a role, 503 while ERPNext cannot say", async () => {
    expect((await openStream(hub.url)).status).toBe(401);
    expect((await openStream(hub.url, { sid: "nobody" })).status).toBe(401);
    expect((await openStream(hub.url, { sid: "customer" })).status).toBe(403);
    erpnext.away = true;
    expect((await openStream(hub.url, { sid: "dispatch" })).status).toBe(503);
    erpnext.away = false;
  });

  it("serves a reader that stops reading from what is kept, once it reads again", async () => {
    const stream = await openStream(hub.url, { sid: "dispatch" });
    const before = await lastId();
    stream.pause();
    await hub.app.db.query(
      `insert into event_log (key, kind, doctype, name)
       select 'bulk-' || n, 'document.changed', 'Task', repeat('x', 2000) || n from generate_series(1, 5000) n`,
    );
    await vi.waitFor(async () => expect(await lastId()).toBe(before + 5_000), patience);
    const quick = await openStream(hub.url, { sid: "dispatch", after: before + 4_990 });
    await vi.waitFor(() => expect(quick.events()).toHaveLength(10), patience);
    stream.resume();
    await vi.waitFor(() => expect(stream.text()).toContain(`id: ${before + 5_000}\n`), patience);
    expect(stream.events().map(({ id }) => id)).toEqual(upTo(5_000, before + 1));
    quick.close();
    stream.close();
  });

  it("prunes old events from the beginning only, and says so to who asks for them", async () => {
    const last = await lastId();
    await hub.app.db.query("update event_log set at = now() - interval '91 days' where id <= 10 or id = 15");
    expect(await pruneEvents(hub.app.db)).toBe(10);
    const stale = await openStream(hub.url, { sid: "dispatch", lastEventId: 5 });
    await vi.waitFor(() => expect(stale.text()).toContain(`event: reset\ndata: {"last":${last}}\n\n`), patience);
    expect(stale.events()).toEqual([]);
    const kept = await openStream(hub.url, { sid: "dispatch", lastEventId: 10 });
    await vi.waitFor(() => expect(kept.events()[0]?.id).toBe(11), patience);
    const future = await openStream(hub.url, { sid: "dispatch", lastEventId: last + 1_000 });
    await vi.waitFor(() => expect(future.text()).toContain("event: reset"), patience);

    await hub.app.db.query("update event_log set at = now() - interval '91 days'");
    await pruneEvents(hub.app.db);
    await record("after all was pruned");
    await vi.waitFor(async () => expect(await lastId()).toBe(last + 1), patience);
    for (const stream of [stale, kept, future]) stream.close();
  });

  it("ends its streams before the server closes", async () => {
    const other = await startHub({ ERPNEXT_URL: erpnext.url });
    const stream = await openStream(other.url, { sid: "dispatch" });
    expect(other.app.openStreams()).toBe(1);
    await Promise.all([other.stop(), stream.ended]);
    expect(other.app.openStreams()).toBe(0);
  });
});
