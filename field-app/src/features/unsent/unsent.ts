/** How much of what a technician did the hub does not hold yet. */
import type { PendingAction } from "../outbox/outbox.ts";

export interface Unsent {
  /** Waiting or on their way, photos' files included. */
  readonly waiting: number;
  /** A person has to decide. */
  readonly refused: number;
  readonly all: number;
}

export const isRefused = ({ state, photo }: PendingAction): boolean => state === "refused" || photo === "refused";
export const isKept = ({ state, outcome }: PendingAction): boolean => state === "done" && outcome === "kept_for_dispatch";
const isWaiting = ({ state, photo }: PendingAction): boolean => state === "waiting" || state === "sending" || (state === "done" && photo === "waiting");

export function unsentOf(pending: readonly PendingAction[]): Unsent {
  const refused = pending.filter(isRefused).length;
  const waiting = pending.filter(isWaiting).length;
  return { waiting, refused, all: waiting + refused };
}

/** What a person still has to see: the hub holds the rest. */
export const toShow = (pending: readonly PendingAction[]): PendingAction[] => pending.filter((each) => isWaiting(each) || isRefused(each) || isKept(each));
