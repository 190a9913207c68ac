/** Cancelling an order or a service: what would happen, and the request for it. */
import { z } from "zod";
import { callId, documentName, reasonText, seen } from "./calls.ts";
import { cents } from "./money.ts";
import type { Cents } from "./money.ts";

/** `all`: whatever was invoiced is undone. `unused_days`: what was billed and is not used. An order that is not installed is always `all`. */
export const credit = z.enum(["all", "unused_days", "none"]);
export type Credit = z.infer<typeof credit>;

export const cancelled = z.union([z.strictObject({ order: z.string().min(1).max(40) }), z.strictObject({ location: documentName })]);
export type Cancelled = z.infer<typeof cancelled>;

/** `GET /api/calls/cancellation?order=|location=&credit=`; of a customer's own order `GET /api/orders/{id}/cancellation`. */
export const cancellationPreview = z.object({
  order: z.string().nullable(),
  location: z.string().nullable(),
  /** It was installed: a service ends, rather than an order. */
  installed: z.boolean(),
  /** The visits that are called off. */
  visits: z.array(z.string()),
  subscriptions: z.int(),
  invoices: z.array(z.object({ name: z.string(), becomes: z.enum(["cancelled", "credited", "kept"]), amount_cents: cents })),
  /** Taxes included. */
  credited_cents: cents,
  /** By Stripe, to the card that paid. */
  refund_cents: cents,
  /** Received otherwise, or by nobody knows what: given back by the office. */
  by_hand_cents: cents,
  /** A card is being asked at this moment: it is waited for, and what it pays is given back. */
  charge_under_way: z.boolean(),
  /** Devices that stand there: a visit fetches them. */
  devices: z.int(),
  /** The card on file is let go with it: the customer has nothing else with us. */
  lets_card_go: z.boolean(),
  seen,
});
export type CancellationPreview = z.infer<typeof cancellationPreview>;

/** `POST /api/orders/{id}/cancellation`, by whoever holds the order's token. */
export const cancellationByCustomer = z.strictObject({ id: callId, seen });
/** `POST /api/calls/cancellation` */
export const cancellationRequest = cancellationByCustomer.extend({ of: cancelled, credit, reason: reasonText.optional() });
export type CancellationRequest = z.infer<typeof cancellationRequest>;

export interface PaidByCard {
  readonly payment_intent: string;
  /** What is left of it, refunds taken off. */
  readonly left_cents: Cents;
}

/** Gives back to cards, the latest payment first, and never more than a card paid; what is left over is for the office. */
export function refundsOf(paid_cents: Cents, cards: readonly PaidByCard[]): { readonly refunds: readonly { readonly payment_intent: string; readonly amount_cents: Cents }[]; readonly by_hand_cents: Cents } {
  let left = Math.max(0, paid_cents);
  const refunds = cards.flatMap(({ payment_intent, left_cents }) => {
    const amount_cents = Math.min(left, Math.max(0, left_cents));
    left -= amount_cents;
    return amount_cents > 0 ? [{ payment_intent, amount_cents }] : [];
  });
  return { refunds, by_hand_cents: left };
}
