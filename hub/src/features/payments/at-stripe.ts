/**
 * What Stripe holds for an order, or an invoice of none, before anything new is made there. PostgreSQL may have forgotten it (a restore), and Stripe forgets the key of a
 * request after a day: so it is Stripe that is asked, each time.
 *
 * Lists show at once what was written, but can be filtered by customer or by time only; search knows metadata, and lags by a minute or more. A
 * page to pay on lives a day, so a list of the last day has every page that is still open; what is older and paid, search has.
 */
import type { FastifyInstance } from "fastify";
import type Stripe from "stripe";
import type { Payable } from "./payable.ts";
import { askStripe } from "./stripe.ts";

const PAGE_LIVES_SECONDS = 24 * 3_600;
const SKEW_SECONDS = 3_600;
const MOST = 2_000;

export interface Sought {
  readonly of: Payable;
  /** The customer at Stripe whose card would be charged, when there is one. */
  readonly customer?: string | undefined;
}

export interface AtStripe {
  /** Pages on which it can still be paid, newest first. */
  readonly open: readonly Stripe.Checkout.Session[];
  /** Pages on which it was paid. */
  readonly paid: readonly Stripe.Checkout.Session[];
  /** Payments that succeeded or may still, with or without a page. */
  readonly intents: readonly Stripe.PaymentIntent[];
}

/** Everything that Stripe holds for it and that took, or may yet take, money. @throws Refusal `stripe_unavailable` */
export async function heldAtStripe(app: FastifyInstance, { of: { order_id, invoice }, customer }: Sought): Promise<AtStripe> {
  const gte = Math.floor(Date.now() / 1000) - PAGE_LIVES_SECONDS - SKEW_SECONDS;
  return askStripe(async () => {
    const [pages, searched, listed] = await Promise.all([
      app.stripe.checkout.sessions.list({ created: { gte }, limit: 100 }).autoPagingToArray({ limit: MOST }),
      app.stripe.paymentIntents.search({ query: order_id === null ? `metadata["sales_invoices"]:"${invoice}"` : `metadata["order_id"]:"${order_id}"`, limit: 100 }),
      customer === undefined
        ? app.stripe.paymentIntents.list({ created: { gte }, limit: 100 }).autoPagingToArray({ limit: MOST })
        : app.stripe.paymentIntents.list({ customer, limit: 100 }).autoPagingToArray({ limit: MOST }),
    ]);
    const isOurs = (metadata: Stripe.Metadata): boolean =>
      order_id === null ? metadata["order_id"] === undefined && [metadata["sales_invoice"], metadata["sales_invoices"]].includes(invoice) : metadata["order_id"] === order_id;
    const ours = <T extends { metadata: Stripe.Metadata | null }>(all: readonly T[]): T[] => all.filter(({ metadata }) => isOurs(metadata ?? {}));
    const sessions = ours(pages);
    const known = new Set(sessions.map(({ id }) => id));
    const intents = [...new Map(ours([...searched.data, ...listed]).map((intent) => [intent.id, intent])).values()].filter(({ status }) => status !== "canceled");
    // A payment of long ago was made on a page too, which is found by it.
    for (const intent of intents.filter(({ status }) => status === "succeeded")) {
      if (sessions.some(({ payment_intent }) => payment_intent === intent.id)) continue;
      const { data } = await app.stripe.checkout.sessions.list({ payment_intent: intent.id, limit: 1 });
      for (const session of data) if (!known.has(session.id)) sessions.push(session);
    }
    return {
      open: sessions.filter(({ status }) => status === "open"),
      paid: sessions.filter(({ payment_status }) => payment_status === "paid"),
      intents,
    };
  });
}
