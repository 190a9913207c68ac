/** How the outbox's rows change. Each change is one transaction, so that a tab that is killed leaves a row before it or after it. */
import Dexie from "dexie";
import { ACTION_VERSION } from "@gigafibre/contracts/visits";
import type { VisitActionAnswer, VisitActionBody } from "@gigafibre/contracts/visits";
import type { FieldDatabase, PendingAction, PhotoFile, Reason } from "./database.ts";
import { OutboxRefusal, ours } from "./reasons.ts";

/** Done rows stay for the hub that was restored and has forgotten them; bounded by number too, for clocks jump. */
const KEPT_DAYS = 14;
const KEPT_ROWS = 400;

export class Rows {
  readonly #db: FieldDatabase;
  readonly #user: string;

  constructor(db: FieldDatabase, user: string) {
    this.#db = db;
    this.#user = user;
  }

  /** All of one person, or of one of their jobs, oldest first. */
  async all(job?: string): Promise<PendingAction[]> {
    const found = job === undefined ? this.#ofUser() : this.#db.actions.where("[user+job]").equals([this.#user, job]);
    return found.sortBy("sequence");
  }

  /** The first open action of each job, unless it was refused: that stops its own job only. */
  async heads(): Promise<PendingAction[]> {
    const heads = new Map<string, PendingAction>();
    for (const row of await this.#inState("waiting", "sending", "refused").sortBy("sequence")) if (!heads.has(row.job)) heads.set(row.job, row);
    return [...heads.values()].filter(({ state }) => state !== "refused");
  }

  /** What the person has to see: all but what the hub holds and the days carried already say. */
  async pending(job?: string): Promise<PendingAction[]> {
    return (await this.all(job)).filter(({ state, photo, seen }) => state !== "done" || photo === "waiting" || photo === "refused" || !seen);
  }

  /** What the next days carried will say. */
  async settled(): Promise<string[]> {
    return this.#inState("done").filter(({ outcome, seen }) => outcome === "applied" && !seen).primaryKeys();
  }

  async seen(ids: readonly string[]): Promise<void> {
    await this.#db.actions.where("id").anyOf(ids).filter(({ state }) => state === "done").modify({ seen: true });
  }

  async add(id: string, made_at: Date, job: string, action: VisitActionBody, photo?: Omit<PhotoFile, "user" | "action">): Promise<PendingAction> {
    return this.#change(async () => {
      const key = `sequence:${this.#user}`;
      const last = Number((await this.#db.settings.get(key))?.value ?? 0);
      const earlier = (await this.all(job)).filter(({ state }) => state !== "done").at(-1);
      const row: PendingAction = {
        id, user: this.#user, sequence: last + 1, version: ACTION_VERSION, job, after: earlier?.id ?? null, made_at: made_at.toISOString(), action,
        state: "waiting", outcome: null, reason: null, tries: 0, next_try_at: null, done_at: null, photo: photo ? "waiting" : null, seen: false,
      };
      await this.#db.settings.put({ key, value: last + 1 });
      await this.#db.actions.add(row);
      if (photo) await this.#db.photos.add({ ...photo, user: this.#user, action: id });
      return row;
    });
  }

  /** What a killed tab was sending waits again, under the same id. Only for the tab that sends. */
  async takeUp(): Promise<void> {
    await this.#inState("sending").modify({ state: "waiting" });
  }

  /** @returns the row as it leaves, or undefined when it is no longer to be sent */
  async leave(id: string): Promise<PendingAction | undefined> {
    return this.#change(async () => {
      const row = await this.#db.actions.get(id);
      if (row?.state !== "waiting") return undefined;
      const leaving: PendingAction = { ...row, state: "sending", tries: row.tries + 1, next_try_at: null };
      await this.#db.actions.put(leaving);
      return leaving;
    });
  }

  /** True whoever asked for it, and whichever of two tabs hears it first. */
  async done(id: string, outcome: VisitActionAnswer["outcome"], at: Date): Promise<void> {
    await this.#db.actions.update(id, { state: "done", outcome, reason: null, next_try_at: null, done_at: at.toISOString() });
  }

  /** The hub wrote nothing: it may be changed again. An answer that another try has overtaken counts for nothing. */
  async refuse(sent: PendingAction, reason: Reason): Promise<void> {
    await this.#overwrite(sent, { state: "refused", reason, tries: 0, next_try_at: null });
  }

  async wait(sent: PendingAction, reason: Reason | null, nextTry: Date | null): Promise<void> {
    await this.#overwrite(sent, { state: "waiting", reason, next_try_at: nextTry?.toISOString() ?? null });
  }

  /** A hub put back to a backup has forgotten it. */
  async reopen(id: string): Promise<boolean> {
    return this.#change(async () => {
      const row = await this.#db.actions.get(id);
      if (row?.state !== "done") return false;
      await this.#db.actions.put({ ...row, state: "waiting", outcome: null, done_at: null, seen: false });
      return true;
    });
  }

  /** Nobody holds what it was to follow. */
  async followNothing(id: string): Promise<void> {
    await this.#db.actions.update(id, { after: null });
  }

  async retry(id: string): Promise<void> {
    await this.#change(async () => {
      const row = await this.#mine(id);
      if (row.state === "refused") await this.#db.actions.put({ ...row, state: "waiting", reason: null, next_try_at: null });
      else if (row.photo === "refused") await this.#db.actions.put({ ...row, photo: "waiting", reason: null });
    });
  }

  /** Under a new id, in its place: what the hub may have kept under the old one is another action. */
  async edit(id: string, to: string, action: VisitActionBody): Promise<PendingAction> {
    return this.#change(async () => {
      const row = await this.#changeable(id);
      const edited: PendingAction = { ...row, id: to, action, state: "waiting", reason: null, tries: 0, next_try_at: null };
      await this.#db.actions.delete(id);
      await this.#db.actions.add(edited);
      await this.#follow(row, to);
      return edited;
    });
  }

  /** What came after it now comes after what was before it. Of what the hub holds, the notice goes, and a photo's file that it does not take. */
  async discard(id: string): Promise<void> {
    await this.#change(async () => {
      const row = await this.#mine(id);
      if (row.state === "done") {
        if (row.photo === "waiting") throw new OutboxRefusal(ours("may_have_arrived"));
        await this.#db.actions.put({ ...row, photo: row.photo === "refused" ? null : row.photo, reason: null, seen: true });
      } else {
        await this.#changeable(id);
        await this.#db.actions.delete(id);
        await this.#follow(row, row.after);
      }
      await this.#db.photos.where("action").equals(id).delete();
    });
  }

  async waitingPhotos(): Promise<PendingAction[]> {
    return this.#inState("done").filter(({ photo }) => photo === "waiting").sortBy("sequence");
  }

  /** The next photo whose action the hub holds. */
  async photoToSend(resting: ReadonlySet<string>): Promise<{ row: PendingAction; file: PhotoFile | undefined } | undefined> {
    const row = (await this.waitingPhotos()).find(({ id }) => !resting.has(id));
    return row && { row, file: await this.#db.photos.where("action").equals(row.id).first() };
  }

  async photo(id: string, photo: PendingAction["photo"], reason: Reason | null): Promise<void> {
    await this.#change(async () => {
      await this.#db.actions.update(id, { photo, reason });
      if (photo === "held") await this.#db.photos.where("action").equals(id).delete();
    });
  }

  async prune(now: Date): Promise<void> {
    const done = (await this.#inState("done").sortBy("sequence")).filter(({ photo, seen }) => seen && (photo === null || photo === "held"));
    const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
    const old = done.filter(({ done_at }, index) => index < done.length - KEPT_ROWS || Date.parse(done_at ?? "") < oldest);
    await this.#db.actions.bulkDelete(old.map(({ id }) => id));
  }

  #ofUser() {
    return this.#db.actions.where("[user+sequence]").between([this.#user, Dexie.minKey], [this.#user, Dexie.maxKey]);
  }

  #inState(...states: PendingAction["state"][]) {
    return this.#db.actions.where("[user+state]").anyOf(states.map((state) => [this.#user, state]));
  }

  async #change<T>(body: () => Promise<T>): Promise<T> {
    return this.#db.transaction("rw", this.#db.actions, this.#db.photos, this.#db.settings, body);
  }

  async #overwrite(sent: PendingAction, change: Partial<PendingAction>): Promise<void> {
    await this.#change(async () => {
      const row = await this.#db.actions.get(sent.id);
      if (row?.state === "sending" && row.tries === sent.tries) await this.#db.actions.put({ ...row, ...change });
    });
  }

  async #mine(id: string): Promise<PendingAction> {
    const row = await this.#db.actions.get(id);
    if (row?.user !== this.#user) throw new OutboxRefusal(ours("gone"));
    return row;
  }

  async #changeable(id: string): Promise<PendingAction> {
    const row = await this.#mine(id);
    if (row.state === "refused" || (row.state === "waiting" && row.tries === 0)) return row;
    throw new OutboxRefusal(ours(row.state === "done" ? "gone" : "may_have_arrived"));
  }

  async #follow({ id, job }: PendingAction, after: string | null): Promise<void> {
    await this.#db.actions.where("[user+job]").equals([this.#user, job]).filter((each) => each.after === id).modify({ after });
  }
}
