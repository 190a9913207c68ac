/**
 * One action of a job at a time, whichever hub it reached: what two tabs send at once is done one after the other. The lock goes with its
 * connection when a hub dies. Its connections are its own, so that waiting for ERPNext here takes none from the rest.
 */
import { createHash } from "node:crypto";
import pg from "pg";
import { Refusal } from "../../plugins/problems.ts";

const CONNECTIONS = 8;
const WAIT_MS = 10_000;
/** Names these locks among those of others. */
const CLASS = 0x7669_7369;
const LOCK_NOT_AVAILABLE = "55P03";

export class JobLocks {
  readonly #pool: pg.Pool;

  constructor(databaseUrl: string, noted: (error: Error) => void) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS, connectionTimeoutMillis: WAIT_MS, application_name: "hub-visits", lock_timeout: WAIT_MS });
    this.#pool.on("error", noted);
    this.#pool.on("connect", (client) => client.on("error", noted));
  }

  /** @throws Refusal `temporarily_unavailable` when its turn does not come in time */
  async holding<T>(job: string, body: () => Promise<T>): Promise<T> {
    const lock = [CLASS, createHash("sha256").update(job).digest().readInt32BE(0)];
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw new Refusal("temporarily_unavailable", {}, error);
    });
    let broken: Error | undefined;
    try {
      await client.query("select pg_advisory_lock($1, $2)", lock);
      try {
        return await body();
      } finally {
        await client.query("select pg_advisory_unlock($1, $2)", lock).catch((error: unknown) => {
          broken = error instanceof Error ? error : new Error(String(error));
        });
      }
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) throw new Refusal("temporarily_unavailable", {}, error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }
}
