/**
 * When the hub has nothing left to do. Only this looks into the hub's own tables, to know how long to wait; what became of an order is never read
 * here. It also lets time pass: a retry that is due in a minute is due now.
 */
import pg from "pg";
import { setTimeout as wait } from "node:timers/promises";

export interface Quiet {
  /** Waits until nothing is left to do. @throws Error naming what is left after `withinMs`. */
  wait(withinMs?: number): Promise<void>;
  /** Waits until these queues are empty. @throws Error naming what is left. */
  waitFor(queues: readonly string[], withinMs?: number): Promise<void>;
  /** What any queue would try again later, it tries now. */
  hurry(): Promise<void>;
  /** Cuts the hub's connections to PostgreSQL, as a failover does. */
  cutDatabase(): Promise<void>;
  /** Kills a process of PostgreSQL: all of it falls, and recovers from its log. Every database of the server is away meanwhile. */
  killDatabase(): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 50;
/** A retry is brought forward when nothing happened for so long. */
const HURRY_AFTER_POLLS = 10;

const LEFT = `
  select 'order ' || id || ' ' || state as what from order_intake where state = 'received'
  union all select 'message ' || key || ' ' || state from outbox where state in ('waiting', 'sending')
  union all select 'job ' || name || ' ' || singleton_key || ' ' || state::text from jobs.job
    where state in ('created', 'retry', 'active') and name = any ($1)`;

/** pg-boss queues whose work belongs to an order. */
const QUEUES = ["orders", "orders-attention", "orders-duplicates", "outbox"];

export function createQuiet(databaseUrl: string): Quiet {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, application_name: "faults" });
  // A connection that is lost while idle is replaced at its next use.
  pool.on("error", () => undefined);
  const left = async (queues: readonly string[]): Promise<string[]> => {
    const { rows } = await pool.query<{ what: string }>(LEFT, [queues]);
    return rows.map(({ what }) => what).sort();
  };
  const settled = async (queues: readonly string[], withinMs: number): Promise<void> => {
    const deadline = Date.now() + withinMs;
    let before = "";
    for (let still = 0; ; still += 1) {
      const now = await left(queues).catch(() => ["PostgreSQL is away"]);
      if (now.length === 0) return;
      if (Date.now() > deadline) throw new Error(`not quiet after ${withinMs / 1000} s: ${now.slice(0, 8).join("; ")}`);
      if (now.join() !== before) still = 0;
      before = now.join();
      if (still >= HURRY_AFTER_POLLS) {
        still = 0;
        await pool
          .query("update jobs.job set start_after = now() where state in ('created', 'retry') and start_after > now() and name = any ($1)", [queues])
          .catch(() => undefined);
      }
      await wait(POLL_MS);
    }
  };
  return {
    wait: (withinMs = 120_000) => settled(QUEUES, withinMs),
    waitFor: (queues, withinMs = 120_000) => settled(queues, withinMs),
    async hurry() {
      await pool.query("update jobs.job set start_after = now() where state in ('created', 'retry') and start_after > now()").catch(() => undefined);
    },
    async cutDatabase() {
      await pool.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'hub%'");
    },
    async killDatabase() {
      const { rows } = await pool.query<{ pid: number }>(
        "select pid from pg_stat_activity where datname = current_database() and application_name like 'hub%' limit 1",
      );
      if (!rows[0]) throw new Error("the hub has no connection to PostgreSQL");
      process.kill(rows[0].pid, "SIGKILL");
    },
    close: () => pool.end(),
  };
}
