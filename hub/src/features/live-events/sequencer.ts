/**
 * Gives committed events their ids: contiguous, in an order that becomes visible in that order.
 *
 * Every hub runs one. Which of them gives the ids is decided pass by pass under a lock that PostgreSQL frees the moment its holder's
 * connection is gone, so there is nobody to elect and nobody to replace.
 */
import type pg from "pg";
import type { FastifyBaseLogger } from "fastify";
import { transaction } from "../../plugins/database.ts";

/** The channel that says up to which id events can be read. Its payload is that id and nothing else. */
export const EVENTS_SEQUENCED = "events_sequenced";

/** Any number of our own: it names the lock. */
const SEQUENCER_LOCK = 4_001;
const PASS_SIZE = 1_000;
/** Events are announced by a notification; should one be lost, they wait this long at most. */
const SWEEP_MS = 2_000;

/** One pass. @returns how many events were given their id. */
export async function giveIds(pool: pg.Pool): Promise<number> {
  return transaction(pool, async (client) => {
    // A statement of its own: the next one's snapshot must be taken with the lock held, or it would miss the ids of the pass before.
    await client.query("select pg_advisory_xact_lock($1)", [SEQUENCER_LOCK]);
    const { rows } = await client.query<{ given: number }>(
      `with waiting as (
         select key, row_number() over (order by arrival) as nth
         from (select key, arrival from event_log where id is null order by arrival limit $1) as next
       ), total as (
         select count(*) as given from waiting
       ), advanced as (
         update event_sequence set last = last + given from total where given > 0 returning last, last - given as before
       ), numbered as (
         update event_log set id = before + nth from waiting, advanced where event_log.key = waiting.key
       ), told as (
         select pg_notify('${EVENTS_SEQUENCED}', last::text) from advanced
       )
       select given::int, (select count(*) from told) as told from total`,
      [PASS_SIZE],
    );
    return rows[0]?.given ?? 0;
  });
}

export class Sequencer {
  readonly #pool: pg.Pool;
  readonly #log: FastifyBaseLogger;
  #wanted = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(pool: pg.Pool, log: FastifyBaseLogger) {
    this.#pool = pool;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => this.poke(), SWEEP_MS);
    this.poke();
  }

  /** Events may be waiting. What is said during a pass leads to another. */
  poke(): void {
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      try {
        const { rowCount } = await this.#pool.query("select 1 from event_log where id is null limit 1");
        if (rowCount && (await giveIds(this.#pool)) === PASS_SIZE) this.#wanted = true;
      } catch (error) {
        this.#log.warn({ err: error }, "events could not be given their ids; it is tried again");
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}
