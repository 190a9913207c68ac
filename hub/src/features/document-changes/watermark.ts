/**
 * Finds changes that no webhook told about: ERPNext gives up after three tries, and while the hub is away nobody listens.
 *
 * Each followed DocType is searched once a minute, by one hub, for documents `modified` since the newest one met, and 90 minutes before: that
 * field is the site's local time, not commit order, and goes back an hour in autumn. What was met before is told apart by name and version.
 */
import type pg from "pg";
import { z } from "zod";
import type { FastifyBaseLogger } from "fastify";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { ErpnextClient, ListOptions } from "../../plugins/erpnext.ts";
import { transaction } from "../../plugins/database.ts";
import type { Workers } from "../../plugins/workers.ts";
import { FOLLOWED, isFollowed, isSingle } from "./followed.ts";
import { CHANGED_QUEUE, hint } from "./hints.ts";

const EVERY_MS = 60_000;
const OVERLAP_MS = 90 * 60_000;
const PAGE = 500;
const DELETED = "Deleted Document";
/** Before anything was ever modified. */
const BEGINNING = "1970-01-01 00:00:00.000000";

const deletions = z.array(z.object({ name: z.string(), modified: z.string(), deleted_doctype: z.string(), deleted_name: z.string() }));

interface Found extends Record<string, unknown> {
  name: string;
  modified: string;
  deleted_doctype?: string;
  deleted_name?: string;
}

/** Frappe's `YYYY-MM-DD HH:MM:SS.ffffff`, moved back by the overlap. */
export function overlapBefore(modified: string): string {
  const at = Date.parse(`${modified.replace(" ", "T").slice(0, 23)}Z`);
  if (Number.isNaN(at)) throw new Error(`ERPNext's modified is not a time: ${modified}`);
  return new Date(Math.max(at - OVERLAP_MS, 0)).toISOString().replace("T", " ").replace("Z", "000");
}

export class Watermark {
  readonly #pool: pg.Pool;
  readonly #erpnext: ErpnextClient;
  readonly #workers: Workers;
  readonly #log: FastifyBaseLogger;
  readonly #failing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: { pool: pg.Pool; erpnext: ErpnextClient; workers: Workers; log: FastifyBaseLogger }) {
    this.#pool = parts.pool;
    this.#erpnext = parts.erpnext;
    this.#workers = parts.workers;
    this.#log = parts.log;
  }

  start(): void {
    this.#timer = setInterval(() => this.#searchSoon(), EVERY_MS);
    this.#searchSoon();
  }

  #searchSoon(): void {
    this.#running = this.#running.then(() => this.search());
  }

  /** Searches every DocType whose turn it is. @param dueMs how long ago the last search must be. */
  async search(dueMs = EVERY_MS - 5_000): Promise<void> {
    for (const doctype of [...FOLLOWED, DELETED]) {
      if (this.#stopped) return;
      try {
        await this.#searchOne(doctype, dueMs);
        this.#failing.delete(doctype);
      } catch (error) {
        if (error instanceof ErpnextUnavailable) {
          this.#log.info({ err: error }, "ERPNext is away; changes there are searched for when it is back");
          await this.#giveBack(doctype);
          return;
        }
        this.#warnOnce(doctype, error);
      }
    }
  }

  /** A permission that is missing stays missing: it is said once, and again after it was there. */
  #warnOnce(doctype: string, error: unknown): void {
    const level = this.#failing.has(doctype) ? "debug" : "warn";
    this.#failing.add(doctype);
    this.#log[level]({ err: error, doctype }, error instanceof ErpnextRefused ? "ERPNext refuses to list changes" : "changes could not be searched for");
  }

  async #searchOne(doctype: string, dueMs: number): Promise<void> {
    const turn = await this.#takeTurn(doctype, dueMs);
    if (!turn) return;
    const newest = turn.modified === null ? await this.#newest(doctype) : turn.modified;
    const found = await this.#modifiedSince(doctype, overlapBefore(newest));
    const mark = found.reduce((latest, { modified }) => (modified > latest ? modified : latest), newest);
    await transaction(this.#pool, async (client) => {
      // The first search ever takes what it finds for known: history is not news. What was made meanwhile is, once its webhook says so.
      if (turn.modified === null) await remember(client, doctype, found);
      else await this.#hintAll(client, doctype, await unknown(client, doctype, found));
      await client.query("update document_watermark set modified = $2 where doctype = $1", [doctype, mark]);
    });
    this.#workers.wake(CHANGED_QUEUE);
  }

  /** @returns null when another hub has searched a moment ago, or does so now. */
  async #takeTurn(doctype: string, dueMs: number): Promise<{ modified: string | null } | null> {
    const { rows } = await this.#pool.query<{ modified: string | null }>(
      `insert into document_watermark (doctype, searched_at) values ($1, now())
       on conflict (doctype) do update set searched_at = now()
       where document_watermark.searched_at is null or document_watermark.searched_at <= now() - $2 * interval '1 millisecond'
       returning modified`,
      [doctype, dueMs],
    );
    return rows[0] ?? null;
  }

  async #giveBack(doctype: string): Promise<void> {
    await this.#pool.query("update document_watermark set searched_at = null where doctype = $1", [doctype]);
  }

  async #newest(doctype: string): Promise<string> {
    if (isSingle(doctype)) return BEGINNING;
    if (doctype === DELETED) return this.#newestOfAll();
    const [newest] = await this.#erpnext.list<Found>(doctype, { fields: ["name", "modified"], order_by: "modified desc", limit: 1 });
    return newest?.modified ?? BEGINNING;
  }

  /** Where the search for deletions begins: they are kept for ever, and those of before the hub are no news. */
  async #newestOfAll(): Promise<string> {
    const { rows } = await this.#pool.query<{ newest: string | null }>("select max(modified) as newest from document_watermark");
    return rows[0]?.newest ?? BEGINNING;
  }

  async #modifiedSince(doctype: string, since: string): Promise<Found[]> {
    if (isSingle(doctype)) {
      const single = await this.#erpnext.get(doctype, doctype);
      return single ? [{ name: doctype, modified: single.modified }] : [];
    }
    const found = new Map<string, Found>();
    // Each page begins at the last one's end, past those of that very moment: counted from the beginning, pages of thousands cost their square.
    for (let from = since, met = 0; ; ) {
      const page = doctype === DELETED ? await this.#deletedSince(from, met) : await this.#listedSince(doctype, from, met);
      for (const document of page) found.set(document.name, document);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return [...found.values()];
      const ofLast = page.filter(({ modified }) => modified === last.modified).length;
      [from, met] = [last.modified, last.modified === from ? met + ofLast : ofLast];
    }
  }

  #listedSince(doctype: string, modified: string, start: number): Promise<Found[]> {
    const options: ListOptions = { fields: ["name", "modified"], filters: [["modified", ">=", modified]], order_by: "modified asc, name asc" };
    return this.#erpnext.list<Found>(doctype, { ...options, limit: PAGE, start });
  }

  /** Frappe's own Deleted Document is for System Managers; the app tells the hub what it needs of it. */
  async #deletedSince(modified: string, start: number): Promise<Found[]> {
    const query = { modified, start: String(start), limit: String(PAGE) };
    const { message } = await this.#erpnext.call("GET", "/api/method/gigafibre_fsm.api.deletions.since", { query });
    return deletions.parse(message);
  }

  async #hintAll(client: pg.PoolClient, doctype: string, found: readonly Found[]): Promise<void> {
    for (const document of found) {
      if (doctype !== DELETED) await hint(client, this.#workers, { doctype, name: document.name });
      else if (document.deleted_doctype && document.deleted_name && isFollowed(document.deleted_doctype)) {
        await hint(client, this.#workers, { doctype: document.deleted_doctype, name: document.deleted_name });
      }
    }
    if (doctype !== DELETED) return;
    // Nothing is fetched again for a deletion: its record itself is what was met.
    await remember(client, doctype, found);
    await client.query("delete from document_seen where doctype = $1 and seen_at < now() - interval '7 days'", [DELETED]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}

const columns = (found: readonly Found[]): [string[], string[]] => [found.map(({ name }) => name), found.map(({ modified }) => modified)];

/** Those whose version the hub has not yet done with. */
async function unknown(client: pg.PoolClient, doctype: string, found: readonly Found[]): Promise<Found[]> {
  const { rows } = await client.query<{ name: string }>(
    `select found.name from unnest($2::text[], $3::text[]) as found (name, modified)
     where not exists (
       select 1 from document_seen seen
       where seen.doctype = $1 and seen.name = found.name and seen.modified = found.modified and seen.handled and not seen.deleted
     )`,
    [doctype, ...columns(found)],
  );
  const names = new Set(rows.map(({ name }) => name));
  return found.filter(({ name }) => names.has(name));
}

async function remember(client: pg.PoolClient, doctype: string, found: readonly Found[]): Promise<void> {
  await client.query(
    `insert into document_seen (doctype, name, modified, handled, told)
     select $1, name, modified, true, false from unnest($2::text[], $3::text[]) as found (name, modified)
     on conflict (doctype, name) do nothing`,
    [doctype, ...columns(found)],
  );
}
