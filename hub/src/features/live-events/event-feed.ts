/** The sequenced events, read once from PostgreSQL and handed to every stream of this hub. */
import type pg from "pg";
import type { EventKind, LiveEvent } from "@gigafibre/contracts/events";
import type { FastifyBaseLogger } from "fastify";

export interface FeedEntry {
  readonly id: number;
  readonly audience: readonly string[];
  /** The event as it is sent. */
  readonly frame: string;
}

export interface Follower {
  offer(entry: FeedEntry): void;
}

/** So many of the newest events are kept in memory, for streams that come back after a short absence. */
const RECENT = 1_000;
const BATCH = 500;
const RETRY_MS = 500;

interface Row {
  id: string;
  kind: EventKind;
  doctype: string;
  name: string;
  at: Date;
  audience: string[];
}

function entryOf(row: Row): FeedEntry {
  const id = Number(row.id);
  const event: LiveEvent = { id, kind: row.kind, doctype: row.doctype, name: row.name, at: row.at.toISOString() };
  return { id, audience: row.audience, frame: `id: ${id}\ndata: ${JSON.stringify(event)}\n\n` };
}

async function readAfter(pool: pg.Pool, id: number): Promise<FeedEntry[]> {
  const { rows } = await pool.query<Row>(
    "select id, kind, doctype, name, at, audience from event_log where id > $1 order by id limit $2",
    [id, BATCH],
  );
  return rows.map(entryOf);
}

export class EventFeed {
  readonly #pool: pg.Pool;
  readonly #log: FastifyBaseLogger;
  readonly #followers = new Set<Follower>();
  #recent: FeedEntry[] = [];
  #last = 0;
  #wanted = false;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(pool: pg.Pool, log: FastifyBaseLogger) {
    this.#pool = pool;
    this.#log = log;
  }

  /** The last id handed out to followers here. */
  get last(): number {
    return this.#last;
  }

  async start(): Promise<void> {
    const { rows } = await this.#pool.query<{ last: string }>("select last from event_sequence");
    this.#last = Number(rows[0]?.last ?? 0);
  }

  /** There may be events past `last`. */
  poke(): void {
    this.#wanted = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      try {
        const entries = await readAfter(this.#pool, this.#last);
        for (const entry of entries) this.#handOut(entry);
        if (entries.length === BATCH) this.#wanted = true;
      } catch (error) {
        this.#log.warn({ err: error }, "new events could not be read; it is tried again");
        this.#retry = setTimeout(() => this.poke(), RETRY_MS);
      }
    }
  }

  #handOut(entry: FeedEntry): void {
    this.#last = entry.id;
    this.#recent.push(entry);
    if (this.#recent.length > 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
    for (const follower of this.#followers) follower.offer(entry);
  }

  /** From now on `follower` is offered each event as it comes. */
  follow(follower: Follower): void {
    this.#followers.add(follower);
  }

  unfollow(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /** The next events after `id`, oldest first; the list may be shorter than what there is. */
  async after(id: number): Promise<readonly FeedEntry[]> {
    const first = this.#recent[0];
    if (first && id >= first.id - 1) {
      const from = id - first.id + 1;
      return this.#recent.slice(from, from + BATCH);
    }
    return readAfter(this.#pool, id);
  }

  /** The ids there are, whichever hub gave them. `first` is past `last` when nothing is kept. */
  async bounds(): Promise<{ first: number; last: number }> {
    const { rows } = await this.#pool.query<{ first: string | null; last: string }>(
      "select (select min(id) from event_log) as first, last from event_sequence",
    );
    const last = Number(rows[0]?.last ?? 0);
    return { first: Number(rows[0]?.first ?? last + 1), last };
  }

  async stop(): Promise<void> {
    clearTimeout(this.#retry);
    this.#wanted = false;
    await this.#running;
    clearTimeout(this.#retry);
  }
}
