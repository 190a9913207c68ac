/**
 * What a technician did and the hub does not hold yet. It is kept before anything else happens, goes out when a network is there, once in the end
 * however often it is sent, in order within each job; what the hub refuses stops its own job until the person has decided.
 */
import { liveQuery } from "dexie";
import type { Observable } from "dexie";
import type { VisitActionAnswer, VisitActionBody } from "@gigafibre/contracts/visits";
import { Backoff } from "./backoff.ts";
import type { Delays, Rest } from "./backoff.ts";
import { FieldDatabase } from "./database.ts";
import type { PendingAction, PhotoFile, Reason } from "./database.ts";
import { Hub } from "./hub.ts";
import type { Fetch } from "./hub.ts";
import { OneTab } from "./one-tab.ts";
import type { Locks } from "./one-tab.ts";
import { OutboxRefusal, ours, storageRefusal } from "./reasons.ts";
import { Rows } from "./rows.ts";
import { EVERYTHING } from "./sender-world.ts";
import { Sender } from "./sender.ts";

export type { PendingAction, Reason } from "./database.ts";

export interface OutboxStatus {
  /** `resting`: something waits for its next try. Nothing goes before somebody signs in, after `sign_in_required`. */
  readonly state: "idle" | "sending" | "resting" | "sign_in_required" | "storage_failed";
  readonly reason: Reason | null;
}

export interface Unsent {
  /** Waiting or on their way. */
  readonly actions: number;
  readonly refused: number;
  readonly photos: number;
}

type AnswerListener = (action: PendingAction, answer: VisitActionAnswer) => void | Promise<void>;

/** What is around an outbox; a page has all of it. */
export interface Surroundings {
  readonly database: FieldDatabase;
  readonly fetch: Fetch;
  readonly locks: Locks | undefined;
  /** Tells when the page is shown again or has a network; none where there is no page. */
  readonly page: Pick<EventTarget, "addEventListener" | "removeEventListener"> | undefined;
  /** Durations: it never jumps. */
  monotonic(): number;
  /** What the phone shows, which may be wrong and may jump. */
  now(): Date;
  readonly delays: Delays | undefined;
  readonly silentMs: number | undefined;
}

type Message =
  | { readonly kind: "beat" | "added" | "resumed" | "through" }
  | { readonly kind: "rests"; readonly what: string; readonly rest: Rest }
  | { readonly kind: "status"; readonly status: OutboxStatus };

/** While something is unsent it is looked at so often, whatever events a browser forgets. */
const LOOK_MS = 60_000;
const OTHER_TAB_MS = 15_000;
/** The same twice within this is one tap of a gloved hand. */
const DOUBLE_TAP_MS = 1_500;

export class Outbox {
  readonly user: string;
  readonly #around: Surroundings;
  readonly #rows: Rows;
  readonly #sender: Sender;
  readonly #backoff: Backoff;
  readonly #oneTab: OneTab;
  readonly #channel: BroadcastChannel;
  #closed = false;
  readonly #answerListeners = new Set<AnswerListener>();
  readonly #statusListeners = new Set<(status: OutboxStatus) => void>();
  readonly #madeAt = new Map<string, number>();
  #lastTap: { readonly what: string; readonly at: number; readonly added: Promise<PendingAction> } | undefined;
  #status: OutboxStatus = { state: "idle", reason: null };
  #passing: Promise<void> | undefined;
  #again = false;
  #resumed = false;
  /** Another tab was at work when this one wanted to be. */
  #shutOut = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(user: string, around: Surroundings) {
    this.user = user;
    this.#around = around;
    this.#rows = new Rows(around.database, user);
    this.#backoff = new Backoff(() => around.monotonic(), around.delays);
    this.#channel = new BroadcastChannel(`gigafibre-outbox:${user}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#hear(data);
    this.#oneTab = new OneTab(`gigafibre-outbox:${user}`, around.locks, () => around.monotonic(), () => this.#tell({ kind: "beat" }), around.silentMs);
    this.#sender = new Sender({
      rows: this.#rows,
      hub: new Hub(around.fetch, user),
      backoff: this.#backoff,
      now: () => around.now(),
      sentAt: (row) => this.#sentAt(row),
      rests: (what, rest) => this.#tell({ kind: "rests", what, rest }),
      answered: async (row, answer) => {
        for (const listener of this.#answerListeners) await listener(row, answer);
      },
    });
    around.page?.addEventListener("online", this.#onNetwork);
    around.page?.addEventListener("visibilitychange", this.#onNetwork);
    around.page?.addEventListener("pageshow", this.#onNetwork);
    void this.#pass();
  }

  /** @throws OutboxRefusal when the phone cannot keep it: then nothing was done */
  add(job: string, action: VisitActionBody, attachments: { readonly photo?: Blob } = {}): Promise<PendingAction> {
    const what = JSON.stringify([job, action]);
    const at = this.#around.monotonic();
    if (this.#lastTap?.what === what && at - this.#lastTap.at < DOUBLE_TAP_MS) return this.#lastTap.added;
    const added = this.#add(job, plain(action), attachments.photo);
    this.#lastTap = { what, at, added };
    // What was not kept may be tapped again at once.
    added.catch(() => (this.#lastTap = undefined));
    return added;
  }

  async #add(job: string, action: VisitActionBody, photo: Blob | undefined): Promise<PendingAction> {
    if (action.kind === "photo" && photo?.size !== action.size) throw new OutboxRefusal(ours("photo_unusable"));
    const file = action.kind === "photo" && photo ? { id: action.photo, content: await photo.arrayBuffer() } : undefined;
    const row = await this.#keep(job, action, file);
    this.#madeAt.set(row.id, this.#around.monotonic());
    this.#changed("added");
    return row;
  }

  async #keep(job: string, action: VisitActionBody, file: Pick<PhotoFile, "id" | "content"> | undefined): Promise<PendingAction> {
    const keep = () => this.#rows.add(crypto.randomUUID(), this.#around.now(), job, action, file);
    try {
      return await keep();
    } catch (error) {
      const refusal = storageRefusal(error);
      if (refusal.reason.name !== "storage_full") throw refusal;
    }
    try {
      await this.#rows.prune(new Date(8.64e15));
      return await keep();
    } catch (error) {
      throw storageRefusal(error);
    }
  }

  /** What has to be shown, of one job or of all, oldest first: also what the hub holds and the days carried do not say yet. */
  pending(job?: string): Observable<PendingAction[]> {
    return liveQuery(() => this.#rows.pending(job));
  }

  unsent(): Observable<Unsent> {
    return liveQuery(async () => {
      const rows = await this.#rows.pending();
      return {
        actions: rows.filter(({ state }) => state === "waiting" || state === "sending").length,
        refused: rows.filter(({ state, photo }) => state === "refused" || (state === "done" && photo === "refused")).length,
        photos: rows.filter(({ photo }) => photo === "waiting").length,
      };
    });
  }

  /** @param cb called at once, and at every change */
  onStatus(cb: (status: OutboxStatus) => void): () => void {
    this.#statusListeners.add(cb);
    cb(this.#status);
    return () => this.#statusListeners.delete(cb);
  }

  /** In the tab that sent it, once the phone has noted that the hub holds it. */
  onAnswer(cb: AnswerListener): () => void {
    this.#answerListeners.add(cb);
    return () => this.#answerListeners.delete(cb);
  }

  /** Fetches and keeps the person's days; what the hub held before that is in them, and needs no showing any more. */
  async carrying<T>(fetchAndKeep: () => Promise<T>): Promise<T> {
    const settled = await this.#rows.settled();
    const kept = await fetchAndKeep();
    await this.#rows.seen(settled);
    await this.#rows.prune(this.#around.now());
    return kept;
  }

  async retry(id: string): Promise<void> {
    await this.#rows.retry(id).catch(rethrowStorage);
    this.#backoff.clear();
    this.#changed("resumed");
  }

  /** @throws OutboxRefusal `may_have_arrived` where it left and was not refused */
  async edit(id: string, action: VisitActionBody): Promise<PendingAction> {
    const edited = await this.#rows.edit(id, crypto.randomUUID(), plain(action)).catch(rethrowStorage);
    this.#changed("added");
    return edited;
  }

  /** @throws OutboxRefusal `may_have_arrived` where it left and was not refused */
  async discard(id: string): Promise<void> {
    await this.#rows.discard(id).catch(rethrowStorage);
    this.#changed("added");
  }

  /** Now, whatever rested: the person asked for it, or has signed in. */
  async flush(): Promise<void> {
    this.#resume();
    this.#tell({ kind: "resumed" });
    await this.#pass();
  }

  /** Stops sending; what is unsent stays. */
  close(): void {
    this.#closed = true;
    this.#oneTab.stop();
    clearTimeout(this.#timer);
    this.#around.page?.removeEventListener("online", this.#onNetwork);
    this.#around.page?.removeEventListener("visibilitychange", this.#onNetwork);
    this.#around.page?.removeEventListener("pageshow", this.#onNetwork);
    this.#channel.close();
  }

  readonly #onNetwork = (): void => {
    this.#backoff.lift(EVERYTHING);
    void this.#pass();
  };

  #resume(): void {
    this.#resumed = true;
    this.#backoff.clear();
    if (this.#status.state === "sign_in_required") this.#become({ state: "idle", reason: null });
  }

  #changed(kind: "added" | "resumed"): void {
    this.#backoff.lift(EVERYTHING);
    this.#tell({ kind });
    void this.#pass();
  }

  /** One at a time in this tab; asked for meanwhile, once more after it. */
  async #pass(): Promise<void> {
    if (this.#closed || this.#status.state === "sign_in_required") return;
    if (this.#passing) {
      this.#again = true;
      return this.#passing;
    }
    this.#passing = this.#passes();
    try {
      await this.#passing;
    } finally {
      this.#passing = undefined;
    }
  }

  async #passes(): Promise<void> {
    try {
      do {
        clearTimeout(this.#timer);
        this.#again = this.#resumed = false;
        const mine = await this.#oneTab.run(async (lost) => {
          this.#become({ state: "sending", reason: null });
          const end = await this.#sender.pass(lost);
          // An old answer says nothing of who has signed in since.
          if (end === "sign_in_required" && !this.#resumed) this.#become({ state: "sign_in_required", reason: null });
        });
        await this.#rest(mine);
      } while (this.#again && this.#status.state !== "sign_in_required" && !this.#closed);
    } catch (error) {
      // A database that is closed under a tab that goes is no failure.
      if (this.#closed) return;
      this.#become({ state: "storage_failed", reason: storageRefusal(error).reason });
      this.#timer = setTimeout(() => void this.#pass(), LOOK_MS);
    }
  }

  async #rest(mine: boolean): Promise<void> {
    if (this.#closed) return;
    this.#shutOut = !mine;
    if (mine) this.#tell({ kind: "through" });
    if (this.#status.state === "sign_in_required") return;
    const [heads, photos] = [await this.#rows.heads(), await this.#rows.waitingPhotos()];
    const waiting = [...heads, ...photos];
    if (mine) this.#become(waiting.length === 0 ? { state: "idle", reason: null } : { state: "resting", reason: waiting.find(({ reason }) => reason)?.reason ?? null });
    if (waiting.length === 0) return;
    const next = this.#backoff.nextMs([EVERYTHING, ...heads.map(({ job }) => job), ...photos.map(({ id }) => id)]);
    this.#timer = setTimeout(() => void this.#pass(), mine ? Math.min(next ?? LOOK_MS, LOOK_MS) : OTHER_TAB_MS);
  }

  /** A clock that was set back since it was made says less than has passed; one that was set forward cannot be told from a phone that slept. */
  #sentAt({ id, made_at }: PendingAction): Date {
    const made = this.#madeAt.get(id);
    const atLeast = made === undefined ? 0 : Date.parse(made_at) + this.#around.monotonic() - made;
    return new Date(Math.max(this.#around.now().getTime(), atLeast));
  }

  #become(status: OutboxStatus): void {
    this.#status = status;
    for (const listener of this.#statusListeners) listener(status);
    this.#tell({ kind: "status", status });
  }

  #tell(message: Message): void {
    if (!this.#closed) this.#channel.postMessage(message);
  }

  #hear(message: Message): void {
    if (this.#closed) return;
    switch (message.kind) {
      case "beat":
        this.#oneTab.heard();
        return;
      case "rests":
        this.#backoff.rest(message.what, message.rest);
        return;
      case "status":
        this.#status = message.status;
        for (const listener of this.#statusListeners) listener(message.status);
        return;
      case "resumed":
        this.#resume();
        void this.#pass();
        return;
      case "added":
        this.#backoff.lift(EVERYTHING);
        void this.#pass();
        return;
      case "through":
        // It may have ended just before this tab's own was added.
        if (this.#shutOut) void this.#pass();
        return;
    }
  }
}

/** IndexedDB takes no proxies, and a page makes its state of them. What is kept is what is sent: JSON. */
const plain = (action: VisitActionBody): VisitActionBody => JSON.parse(JSON.stringify(action)) as VisitActionBody;

function rethrowStorage(error: unknown): never {
  throw storageRefusal(error);
}

export function openOutbox(user: string, around: Partial<Surroundings> = {}): Outbox {
  return new Outbox(user, {
    database: around.database ?? new FieldDatabase(),
    fetch: around.fetch ?? ((url, init) => fetch(url, init)),
    locks: "locks" in around ? around.locks : navigator.locks,
    page: "page" in around ? around.page : globalThis,
    monotonic: around.monotonic ?? (() => performance.now()),
    now: around.now ?? (() => new Date()),
    delays: around.delays,
    silentMs: around.silentMs,
  });
}
