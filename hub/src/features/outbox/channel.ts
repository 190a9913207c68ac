/** What every way of telling somebody does for delivery. */
import type { OutboxRow } from "./rows.ts";

/** How a channel answers an attempt. */
export type Outcome =
  | { readonly result: "sent"; readonly provider_ref?: string }
  /** It did not leave. */
  | { readonly result: "not_sent"; readonly error: string }
  /** It may have left. */
  | { readonly result: "uncertain"; readonly error: string }
  /** It never will: a wrong number, an address that does not exist. */
  | { readonly result: "refused"; readonly error: string };

export interface Channel {
  /** Why the channel cannot be used, in words for ops; null when it can. */
  readonly missing: string | null;
  /** What an earlier attempt that may have left became: its reference at the provider, or null when it never arrived there. */
  find?(payload: unknown, row: OutboxRow): Promise<{ provider_ref: string } | null>;
  send(payload: unknown, row: OutboxRow): Promise<Outcome>;
}
