/**
 * Background work about one subject (an order, an outbox row) at a time, on pg-boss.
 *
 * Whoever works on a subject holds a PostgreSQL session lock on it. A killed process loses its connections, and with them its locks, at once:
 * a job that is marked active while nobody holds its lock has lost its worker and is queued again within seconds, by any hub. The lock is for
 * liveness and order only. That nothing is done twice rests on the keys of what the work writes.
 */
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import fp from "fastify-plugin";
import pg from "pg";
import { transaction } from "./database.ts";
import { within } from "./jobs.ts";

declare module "fastify" {
  interface FastifyInstance {
    workers: Workers;
  }
}

export interface Worker {
  readonly queue: string;
  /** Subjects worked on at once by this hub. */
  readonly concurrency: number;
  /** Work is queued but not done. */
  readonly paused?: boolean;
  /** Seconds before the first retry; doubles up to `maxRetrySeconds`, for ever. */
  readonly retrySeconds: number;
  readonly maxRetrySeconds: number;
  /** Does the work. Throwing queues it again after the delay. */
  work(subject: string): Promise<void>;
  /** Subjects whose own rows say that work is left, whatever became of their job. */
  unfinished(): Promise<string[]>;
}

export interface Workers {
  add(worker: Worker): Promise<void>;
  /** Queues work on a subject in the caller's transaction; a subject is queued once however often it is asked for. */
  enqueue(client: pg.ClientBase, queue: string, subject: string, options?: { afterSeconds?: number }): Promise<void>;
  /** Looks at the queue now; to be called after the commit. Without it the queue is looked at within a second. */
  wake(queue: string): void;
}

const POLL_SECONDS = 1;
const SWEEP_MS = 2_000;
const STOP_MS = 8_000;
/** A job this young may be active without its lock: its worker is about to take it. */
const LOCK_GRACE_SECONDS = 1;
const UNFINISHED_EVERY = 5;

const int32 = (text: string): number => createHash("sha256").update(text).digest().readInt32BE(0);

export interface WorkersOptions {
  readonly databaseUrl: string;
  /** While it says no, nothing is worked on by this hub; what is asked for waits in its queue. */
  readonly mayWork?: () => boolean;
}

export const workers = fp<WorkersOptions>(
  async (app, { databaseUrl, mayWork = () => true }) => {
    const known = new Map<string, Worker>();
    const consumers = new Map<string, string[]>();
    let lockPool: pg.Pool | undefined;
    let sweeping: Promise<void> = Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    let sweeps = 0;
    let stopping = false;

    /** Runs `body` while holding the subject's lock. @returns false when somebody alive holds it. */
    async function holding(pool: pg.Pool, queue: string, subject: string, body: () => Promise<void>): Promise<boolean> {
      const client = await pool.connect();
      let broken: Error | undefined;
      const lost = (error: Error): void => void (broken = error);
      client.on("error", lost);
      const lock = [int32(queue), int32(subject)];
      try {
        const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1, $2) as held", lock);
        if (!rows[0]?.held) return false;
        try {
          await body();
        } finally {
          await client.query("select pg_advisory_unlock($1, $2)", lock).catch((error: unknown) => {
            broken = error instanceof Error ? error : new Error(String(error));
          });
        }
        return true;
      } finally {
        client.off("error", lost);
        client.release(broken);
      }
    }

    async function enqueue(client: pg.ClientBase, queue: string, subject: string, options: { afterSeconds?: number } = {}): Promise<void> {
      await app.jobs.send(
        queue,
        { subject },
        { singletonKey: subject, db: within(client), ...(options.afterSeconds === undefined ? {} : { startAfter: options.afterSeconds }) },
      );
    }

    /** Queues again what a dead worker left active. */
    async function releaseAbandoned(pool: pg.Pool): Promise<void> {
      const { rows } = await app.db.query<{ id: string; name: string; subject: string; retry_count: number }>(
        `select id, name, singleton_key as subject, retry_count from jobs.job
         where state = 'active' and name = any($1) and started_on < now() - $2 * interval '1 second'`,
        [[...known.keys()], LOCK_GRACE_SECONDS],
      );
      for (const { id, name, subject, retry_count } of rows) {
        await holding(pool, name, subject, async () => {
          await transaction(app.db, async (client) => {
            await app.jobs.deleteJob(name, { id, retryCount: retry_count }, { db: within(client) });
            await enqueue(client, name, subject);
          });
          app.log.warn({ queue: name, subject }, "a worker was lost; its work is queued again");
          wake(name);
        });
      }
    }

    async function withoutJob(queue: string, subjects: string[]): Promise<string[]> {
      if (subjects.length === 0) return [];
      const { rows } = await app.db.query<{ subject: string }>(
        `select subject from unnest($2::text[]) subject
         where not exists (select 1 from jobs.job where name = $1 and singleton_key = subject and state in ('created', 'retry', 'active'))`,
        [queue, subjects],
      );
      return rows.map(({ subject }) => subject);
    }

    /** The rows are the truth: whatever they say is left is queued, should its job have been lost. */
    async function queueUnfinished(): Promise<void> {
      for (const worker of known.values()) {
        const subjects = await withoutJob(worker.queue, await worker.unfinished());
        if (subjects.length === 0) continue;
        await transaction(app.db, async (client) => {
          for (const subject of subjects) await enqueue(client, worker.queue, subject);
        });
      }
    }

    async function sweep(pool: pg.Pool): Promise<void> {
      try {
        await releaseAbandoned(pool);
        if (sweeps++ % UNFINISHED_EVERY === 0) await queueUnfinished();
      } catch (error) {
        if (!stopping) app.log.warn({ err: error }, "the sweep for lost work failed and will be repeated");
      }
    }

    function wake(queue: string): void {
      for (const id of consumers.get(queue) ?? []) app.jobs.notifyWorker(id);
    }

    async function consume(pool: pg.Pool, worker: Worker): Promise<string> {
      const id: string = await app.jobs.work<{ subject: string }>(worker.queue, { pollingIntervalSeconds: POLL_SECONDS }, async ([job]) => {
        if (!job) return;
        const { subject } = job.data;
        // More may be waiting: look again as soon as this one is done, rather than at the next poll.
        app.jobs.notifyWorker(id);
        try {
          if (!mayWork()) throw new Error("everything is held back until the databases are reconciled");
          const held = await holding(pool, worker.queue, subject, () => worker.work(subject));
          if (!held) throw new Error(`${subject} is being worked on elsewhere`);
        } catch (error) {
          app.log.warn({ queue: worker.queue, subject, err: error }, "the work is left for now and will be tried again");
          throw error;
        }
      });
      return id;
    }

    /** Takes jobs while it may, and lets go of the queues while it may not. */
    async function follow(pool: pg.Pool, active: readonly Worker[]): Promise<void> {
      try {
        if (!mayWork()) {
          const queues = [...consumers.keys()];
          consumers.clear();
          await Promise.all(queues.map((queue) => app.jobs.offWork(queue, { wait: true })));
          return;
        }
        for (const worker of active) {
          if (consumers.has(worker.queue)) continue;
          consumers.set(worker.queue, await Promise.all(Array.from({ length: worker.concurrency }, () => consume(pool, worker))));
        }
      } catch (error) {
        if (!stopping) app.log.warn({ err: error }, "the queues could not be taken up or left; that is tried again");
      }
    }

    app.decorate("workers", {
      enqueue,
      wake,
      async add(worker) {
        const options = {
          retryLimit: 1_000_000_000,
          retryDelay: worker.retrySeconds,
          retryBackoff: true,
          retryDelayMax: worker.maxRetrySeconds,
          expireInSeconds: 600,
          retentionSeconds: 365 * 86_400,
          deleteAfterSeconds: 86_400,
        };
        await app.jobs.createQueue(worker.queue, { policy: "exclusive", ...options });
        await app.jobs.updateQueue(worker.queue, options);
        known.set(worker.queue, worker);
      },
    });

    app.addHook("onReady", async () => {
      const active = [...known.values()].filter((worker) => !worker.paused);
      const total = active.reduce((sum, worker) => sum + worker.concurrency, 0);
      const pool = new pg.Pool({ connectionString: databaseUrl, max: total + 1, application_name: "hub-workers" });
      pool.on("error", (error) => app.log.warn({ err: error }, "a worker's database connection was lost"));
      lockPool = pool;
      await sweep(pool);
      await follow(pool, active);
      timer = setInterval(() => {
        sweeping = sweeping.then(async () => {
          if (!stopping) await follow(pool, active);
          if (!stopping) await sweep(pool);
        });
      }, SWEEP_MS);
    });
    // Closing runs in the reverse order of registration: the workers stop before jobs and database do.
    app.addHook("onClose", async () => {
      stopping = true;
      clearInterval(timer);
      await sweeping;
      const stopped = Promise.all([...consumers.keys()].map((queue) => app.jobs.offWork(queue, { wait: true })));
      // Work that outlives the stop is cut off with the process, as by a kill: its lock goes with its connection.
      const inTime = await Promise.race([stopped.then(() => true), setTimeout(STOP_MS, false, { ref: false })]);
      if (inTime) await lockPool?.end();
    });
  },
  { name: "workers", dependencies: ["database", "jobs"] },
);
