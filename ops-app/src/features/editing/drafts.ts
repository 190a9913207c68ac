/** What was typed and is not on the server, in this tab and under this person's name: a reload loses nothing of it. */
import { z } from "zod";
import type { Draft } from "./edit-state.ts";

const kept = z.object({ typed: z.string(), base: z.union([z.string(), z.number(), z.null()]) });

const keyOf = (user: string, what: string): string => `gigafibre-ops-draft:${user}:${what}`;

export function draftAt(user: string, what: string): Draft | null {
  const stored = sessionStorage.getItem(keyOf(user, what));
  const draft = kept.safeParse(stored === null ? null : JSON.parse(stored));
  return draft.success ? draft.data : null;
}

export function keepDraft(user: string, what: string, draft: Draft | null): void {
  if (draft) sessionStorage.setItem(keyOf(user, what), JSON.stringify(draft));
  else sessionStorage.removeItem(keyOf(user, what));
}
