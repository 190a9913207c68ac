/** One pass of the outbox: whatever may go, in order within each job, until nothing is left that may. */
import type { PendingAction } from "./database.ts";
import type { Verdict } from "./hub.ts";
import { sendPhoto } from "./photo-file.ts";
import { EVERYTHING } from "./sender-world.ts";
import type { SenderWorld } from "./sender-world.ts";

export type PassEnd = "through" | "stopped" | "sign_in_required";

export class Sender {
  readonly #world: SenderWorld;

  constructor(world: SenderWorld) {
    this.#world = world;
  }

  async pass(signal: AbortSignal): Promise<PassEnd> {
    const { rows, backoff } = this.#world;
    await rows.takeUp();
    while (!signal.aborted) {
      if (backoff.isResting(EVERYTHING)) return "through";
      const next = await this.#next();
      const row = next && (await rows.leave(next.id));
      if (row) {
        if (await this.#send(row, signal)) return "sign_in_required";
        continue;
      }
      if (next) continue;
      // Actions first: a photo takes long, and between its pieces whatever was added goes.
      const photo = await rows.photoToSend(backoff.resting());
      if (!photo) return "through";
      const verdict = await sendPhoto(this.#world, photo, signal);
      if (verdict?.kind === "sign_in") return "sign_in_required";
      if (verdict?.kind === "later" && !signal.aborted) this.#rest(verdict, photo.row.id);
    }
    return "stopped";
  }

  /** What a tab that lost the lock is still sending is taken up by the next pass. */
  async #next(): Promise<PendingAction | undefined> {
    return (await this.#world.rows.heads()).find(({ state, job }) => state === "waiting" && !this.#world.backoff.isResting(job));
  }

  /** @returns whether nothing goes before somebody signs in */
  async #send(row: PendingAction, signal: AbortSignal): Promise<boolean> {
    const { rows, hub, backoff } = this.#world;
    const { id, version, sequence, job, after, made_at, action } = row;
    const verdict = await hub.send({ id, version, sequence, job, after, made_at, sent_at: this.#world.sentAt(row).toISOString(), action }, signal);
    if (verdict.kind !== "later") for (const what of [job, EVERYTHING]) backoff.worked(what);
    switch (verdict.kind) {
      case "held":
        await rows.done(id, verdict.answer.outcome, this.#world.now());
        await this.#world.answered(row, verdict.answer);
        return false;
      case "refused":
        await rows.refuse(row, verdict.reason);
        return false;
      case "sign_in":
        await rows.wait(row, null, null);
        return true;
      case "later": {
        // The tab goes, or another has taken over: the row is the next one's to take up.
        if (signal.aborted) return false;
        if (verdict.reason.name === "earlier_action_first") await this.#sayEarlierAgain(row);
        const ms = this.#rest(verdict, job);
        await rows.wait(row, verdict.reason, new Date(this.#world.now().getTime() + ms));
        return false;
      }
    }
  }

  /** All before this one was answered, and yet the hub does not have it: it was put back to a backup, and is told again. */
  async #sayEarlierAgain({ id, after }: PendingAction): Promise<void> {
    if (after !== null && !(await this.#world.rows.reopen(after))) await this.#world.rows.followNothing(id);
  }

  #rest({ everything, waitMs }: Extract<Verdict<never>, { kind: "later" }>, what: string): number {
    const resting = everything ? EVERYTHING : what;
    const rest = this.#world.backoff.failed(resting, waitMs);
    this.#world.rests(resting, rest);
    return rest.ms;
  }
}
