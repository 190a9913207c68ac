/**
 * Copies of what ERPNext says, kept in PostgreSQL: they survive a restart while ERPNext is away, and every hub has the same. Each is read
 * again when the hub starts, when a change is told, and once a minute.
 */
import { createHash } from "node:crypto";
import fp from "fastify-plugin";
import type pg from "pg";
import type { FastifyBaseLogger } from "fastify";
import { ErpnextUnavailable } from "./erpnext.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Keeps a copy of what `read` answers. Before the hub is ready only. */
    keepSnapshot<T extends object>(name: string, read: () => Promise<T>): Snapshot<T>;
  }
}

const EVERY_MS = 60_000;
/** While nothing was ever read, the hub has nothing to sell. */
const RETRY_MS = 3_000;
/** How often a reader that was overtaken by another begins again. */
const ATTEMPTS = 5;

interface Row {
  readonly hash: string;
  readonly body: unknown;
}

export class Snapshot<T extends object> {
  readonly #name: string;
  readonly #pool: pg.Pool;
  readonly #read: () => Promise<T>;
  readonly #log: FastifyBaseLogger;
  #copy: { readonly hash: string; readonly body: T } | null = null;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** So that what goes on failing is said once. */
  #failing = false;

  constructor(parts: { name: string; pool: pg.Pool; read: () => Promise<T>; log: FastifyBaseLogger }) {
    this.#name = parts.name;
    this.#pool = parts.pool;
    this.#read = parts.read;
    this.#log = parts.log;
  }

  /** What this hub last saw of it, without asking; null before the first `get`. */
  get known(): T | null {
    return this.#copy?.body ?? null;
  }

  /** The copy as it stands, whichever hub wrote it; null when nothing was ever read. */
  async get(db: pg.Pool | pg.ClientBase = this.#pool): Promise<T | null> {
    const { rows } = await db.query<Row>({
      name: "snapshot.get",
      text: "select hash, case when hash is distinct from $2 then body end as body from erpnext_snapshot where name = $1",
      values: [this.#name, this.#copy?.hash ?? null],
    });
    const [row] = rows;
    if (row?.body) this.#copy = { hash: row.hash, body: row.body as T };
    return row ? this.known : null;
  }

  /**
   * Reads ERPNext again. Those who ask while a reading is under way share the one that begins after it: what they were told of is in it.
   * @throws what ERPNext's client throws; the copy stays as it was.
   */
  refresh(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#readAndKeep().finally(() => (this.#running = undefined));
      return this.#running;
    }
    this.#next ??= this.#running
      .catch((error: unknown) => this.#log.debug({ err: error, snapshot: this.#name }, "the reading before failed"))
      .then(() => {
        this.#next = undefined;
        return this.refresh();
      });
    return this.#next;
  }

  async #readAndKeep(): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const before = await this.#version();
      const body = JSON.stringify(await this.#read());
      const hash = createHash("sha256").update(body).digest("hex");
      if (await this.#keep(before, body, hash)) {
        await this.get();
        return;
      }
    }
    throw new Error(`the snapshot ${this.#name} was overtaken ${ATTEMPTS} times`);
  }

  async #version(): Promise<string | null> {
    const { rows } = await this.#pool.query<{ version: string }>("select version from erpnext_snapshot where name = $1", [this.#name]);
    return rows[0]?.version ?? null;
  }

  /** @returns false when another wrote since `before`. */
  async #keep(before: string | null, body: string, hash: string): Promise<boolean> {
    const { rowCount } =
      before === null
        ? await this.#pool.query("insert into erpnext_snapshot (name, body, hash) values ($1, $2, $3) on conflict do nothing", [this.#name, body, hash])
        : await this.#pool.query(
            "update erpnext_snapshot set body = $2, hash = $3, version = version + 1, taken_at = now() where name = $1 and version = $4",
            [this.#name, body, hash, before],
          );
    return rowCount === 1;
  }

  /** Reads in the background, now and then; ERPNext being away is waited out. */
  start(): void {
    void this.#turn();
  }

  async #turn(): Promise<void> {
    try {
      await this.get();
      await this.refresh();
      this.#failing = false;
    } catch (error) {
      if (!this.#stopped && !this.#failing) {
        const away = error instanceof ErpnextUnavailable;
        this.#log[away ? "info" : "warn"]({ err: error, snapshot: this.#name }, away ? "ERPNext is away; the last copy serves" : "the copy could not be renewed");
      }
      this.#failing = true;
    }
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#turn(), this.#copy ? EVERY_MS : RETRY_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }
}

export const snapshots = fp(
  async (app) => {
    const kept: { start(): void; stop(): void }[] = [];
    app.decorate("keepSnapshot", <T extends object>(name: string, read: () => Promise<T>): Snapshot<T> => {
      const snapshot = new Snapshot<T>({ name, pool: app.db, read, log: app.log });
      kept.push(snapshot);
      return snapshot;
    });
    app.addHook("onReady", async () => kept.forEach((snapshot) => snapshot.start()));
    app.addHook("preClose", async () => kept.forEach((snapshot) => snapshot.stop()));
  },
  { name: "snapshots", dependencies: ["database", "erpnext"] },
);
