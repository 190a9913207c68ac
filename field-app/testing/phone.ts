/** A phone whose tabs can be killed in the middle of whatever they do. */
import "fake-indexeddb/auto";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import type { Delays } from "../src/features/outbox/backoff.ts";
import { FieldDatabase } from "../src/features/outbox/database.ts";
import type { PendingAction } from "../src/features/outbox/database.ts";
import type { Locks } from "../src/features/outbox/one-tab.ts";
import { openOutbox } from "../src/features/outbox/outbox.ts";
import type { Outbox } from "../src/features/outbox/outbox.ts";
import type { TestHub } from "./test-hub.ts";

export const USER = "tech1@gigafibre.test";

export interface Tab {
  readonly outbox: Outbox;
  readonly database: FieldDatabase;
  /** As the system does it: nothing of it runs on, and its lock is free. */
  kill(): void;
  /** As a browser does it to a page in the background: nothing of it runs on, and it keeps its lock. */
  freeze(): void;
}

export class Phone {
  readonly hub: TestHub;
  readonly page = new EventTarget();
  readonly tabs: Tab[] = [];
  /** By how much its clock is wrong. */
  clockOff = 0;
  #durations = 0;
  readonly #disk = new IDBFactory();
  readonly #locks = new TestLocks();

  constructor(hub: TestHub) {
    this.hub = hub;
  }

  open(user = USER, silentMs?: number, delays: Delays = { firstMs: 1, longestMs: 4 }): Tab {
    let running = true;
    const never = new Promise<never>(() => undefined);
    const database = new FieldDatabase({ indexedDB: this.#disk, IDBKeyRange });
    const locks = this.#locks.ofTab();
    const outbox = openOutbox(user, {
      database,
      fetch: async (url, init) => {
        const answer = running ? await this.hub.fetch(url, init) : await never;
        return running ? answer : never;
      },
      locks,
      page: this.page,
      monotonic: () => performance.now() + this.#durations,
      now: () => new Date(Date.now() + this.clockOff),
      delays,
      silentMs,
    });
    const end = (): void => {
      running = false;
      outbox.close();
      database.close();
      this.tabs.splice(this.tabs.indexOf(tab), 1);
    };
    const tab: Tab = {
      outbox,
      database,
      kill: () => {
        end();
        locks.release();
      },
      freeze: end,
    };
    this.tabs.push(tab);
    return tab;
  }

  /** Time that all clocks agree about. */
  passes(ms: number): void {
    this.#durations += ms;
    this.clockOff += ms;
  }

  async rows(): Promise<PendingAction[]> {
    const database = new FieldDatabase({ indexedDB: this.#disk, IDBKeyRange });
    const rows = await database.actions.orderBy("[user+sequence]").toArray();
    database.close();
    return rows;
  }

  close(): void {
    for (const tab of [...this.tabs]) tab.kill();
  }
}

/** Polls: what is waited for comes by itself. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Web Locks, as far as they are used, with the lock of a tab that dies. */
class TestLocks {
  #holder: { readonly tab: object; stolen(): void } | undefined;

  ofTab(): Locks & { release(): void } {
    const tab = {};
    return {
      request: async (_name, { steal }, held) => {
        if (this.#holder && !steal) return held(null);
        this.#holder?.stolen();
        return new Promise((resolve, reject) => {
          const holder = { tab, stolen: () => reject(new DOMException("stolen", "AbortError")) };
          this.#holder = holder;
          held({}).then(resolve, reject).finally(() => {
            if (this.#holder === holder) this.#holder = undefined;
          });
        });
      },
      release: () => {
        if (this.#holder?.tab === tab) this.#holder = undefined;
      },
    };
  }
}
