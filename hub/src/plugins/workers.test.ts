import { createHash } from "node:crypto";
import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import { eventually } from "../../testing/world.ts";
import { database, transaction } from "./database.ts";
import { jobs } from "./jobs.ts";
import { workers } from "./workers.ts";
import type { Worker } from "./workers.ts";

describe("background work", () => {
  let url: string;
  let drop: () => Promise<void>;
  const open: FastifyInstance[] = [];
  beforeAll(async () => {
    ({ url, drop } = await freshDatabase());
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((app) => app.close()));
  });
  afterAll(() => drop());

  async function hub(worker: Partial<Worker> & Pick<Worker, "queue">): Promise<FastifyInstance> {
    const app = Fastify();
    await app.register(database, { databaseUrl: url });
    await app.register(jobs, { databaseUrl: url });
    await app.register(workers, { databaseUrl: url });
    await app.workers.add({
      concurrency: 2,
      retrySeconds: 1,
      maxRetrySeconds: 1,
      work: () => Promise.resolve(),
      unfinished: () => Promise.resolve([]),
      ...worker,
    });
    await app.ready();
    open.push(app);
    return app;
  }
  const enqueue = (app: FastifyInstance, queue: string, subject: string): Promise<void> =>
    transaction(app.db, (client) => app.workers.enqueue(client, queue, subject)).then(() => app.workers.wake(queue));

  it("is done once for a subject that is asked for ten times while it waits", async () => {
    const done: string[] = [];
    const app = await hub({ queue: "once", paused: true });
    for (let time = 0; time < 10; time += 1) await enqueue(app, "once", "A");
    await hub({ queue: "once", work: (subject) => Promise.resolve(void done.push(subject)) });
    await eventually("the work", () => Promise.resolve(done.length > 0));
    await eventually("an empty queue", async () => (await app.db.query("select 1 from jobs.job where name = 'once' and state < 'completed'")).rowCount === 0);
    expect(done).toEqual(["A"]);
  });

  it("is tried again for as long as it throws", async () => {
    let times = 0;
    const app = await hub({
      queue: "again",
      work: () => {
        times += 1;
        return times < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve();
      },
    });
    await enqueue(app, "again", "A");
    await eventually("the third time", () => Promise.resolve(times === 3));
    await eventually("its end", async () => (await app.db.query("select 1 from jobs.job where name = 'again' and state = 'completed'")).rowCount === 1);
  });

  it("is never done on one subject by two at once, however many hubs there are", async () => {
    let now = 0;
    let most = 0;
    let times = 0;
    const worker: Pick<Worker, "queue" | "work"> = {
      queue: "alone",
      async work() {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setTimeout(resolve, 50));
        now -= 1;
        times += 1;
      },
    };
    const [one, two] = [await hub(worker), await hub(worker)];
    // A second job for the subject, as when its worker was thought dead.
    await one.jobs.send("alone", { subject: "A" }, { singletonKey: "A" });
    await two.jobs.send("alone", { subject: "A" }, { singletonKey: "A again" });
    one.workers.wake("alone");
    two.workers.wake("alone");
    await eventually("both", () => Promise.resolve(times >= 2));
    expect(most).toBe(1);
  });

  it("left active by a worker that died is taken up at once, and by one whose lock stands is not", async () => {
    const done: string[] = [];
    const app = await hub({ queue: "left", paused: true });
    await enqueue(app, "left", "dead");
    await enqueue(app, "left", "alive");
    await app.db.query("update jobs.job set state = 'active', started_on = now() - interval '10 seconds' where name = 'left'");
    // Another process that still works on it: its connection holds the lock.
    const elsewhere = new pg.Client({ connectionString: url });
    await elsewhere.connect();
    const int32 = (text: string): number => createHash("sha256").update(text).digest().readInt32BE(0);
    await elsewhere.query("select pg_advisory_lock($1, $2)", [int32("left"), int32("alive")]);
    await hub({ queue: "left", work: (subject) => Promise.resolve(void done.push(subject)) });
    await eventually("the dead one's work", () => Promise.resolve(done.includes("dead")));
    expect(done).toEqual(["dead"]);
    await elsewhere.end();
    await eventually("the other's, once its process is gone", () => Promise.resolve(done.includes("alive")));
    expect(done).toEqual(["dead", "alive"]);
  });

  it("whose job is lost is found by the rows that say it is left", async () => {
    const left = new Set(["A"]);
    await hub({ queue: "found", work: (subject) => Promise.resolve(void left.delete(subject)), unfinished: () => Promise.resolve([...left]) });
    await eventually("the work", () => Promise.resolve(left.size === 0));
  });
});
