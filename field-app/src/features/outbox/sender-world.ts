/** What a pass of the outbox works with. */
import type { VisitActionAnswer } from "@gigafibre/contracts/visits";
import type { Backoff, Rest } from "./backoff.ts";
import type { PendingAction } from "./database.ts";
import type { Hub } from "./hub.ts";
import type { Rows } from "./rows.ts";

/** Rests when nothing gets through at all. */
export const EVERYTHING = "*";

export interface SenderWorld {
  readonly rows: Rows;
  readonly hub: Hub;
  readonly backoff: Backoff;
  now(): Date;
  /** By the same clock as `made_at`, as far as can be known. */
  sentAt(row: PendingAction): Date;
  /** Something failed and rests. */
  rests(what: string, rest: Rest): void;
  answered(row: PendingAction, answer: VisitActionAnswer): Promise<void>;
}
