/** Anyone and anything, by what a person on the phone says of it. `GET /api/find?q=`. */
import { z } from "zod";

export const findKind = z.enum(["customer", "location", "equipment", "invoice", "job", "issue", "lead", "order", "subscription"]);
export type FindKind = z.infer<typeof findKind>;

export const FIND_LIMIT = 20;

/** `q` is a name (accents and one slip forgiven), a phone or its last digits, an e-mail, an address, an invoice, a serial, a MAC address, an order or a legacy id. */
export const findQuery = z.strictObject({ q: z.string().trim().min(2, "invalid").max(140, "too_long") });

export const findHit = z.object({
  kind: findKind,
  /** What opens it: a document of ERPNext's, or "Order" of the hub's. */
  doctype: z.string(),
  name: z.string(),
  title: z.string(),
  /** What tells it from others of the same title: a number, a place, whose it is. */
  detail: z.string(),
  /** What its own fields say besides, as ERPNext holds it: each is shown as its DocType says, in the reader's language. */
  says: z.array(z.object({ field: z.string(), value: z.string() })).default([]),
  /** Whose it is, where it is somebody's: the Customer's document name. */
  customer: z.string().nullable(),
  /** Where it was found. */
  matched: z.object({ field: z.string(), value: z.string() }),
});
export type FindHit = z.infer<typeof findHit>;

/** Best first. What the person may not read in ERPNext is not there. */
export const findAnswer = z.object({ hits: z.array(findHit).max(FIND_LIMIT) });
export type FindAnswer = z.infer<typeof findAnswer>;
