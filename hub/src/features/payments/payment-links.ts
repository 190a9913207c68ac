/**
 * A link that pays what an order still owes, for as long as it owes it. What is owed is ERPNext's to say, each time the link is opened; the
 * Stripe page behind it lives a day and is made anew.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type Stripe from "stripe";
import { transaction } from "../../plugins/database.ts";
import type { Order } from "../orders/repository.ts";
import { orderById } from "../orders/repository.ts";
import { heldAtStripe } from "./at-stripe.ts";
import { OPEN_CHARGES } from "./charges.ts";
import { LINK_PAYMENTS } from "./link-payments.ts";
import { owedBy } from "./on-site.ts";
import type { OwedInvoice } from "./on-site.ts";
import { askStripe, refusedByStripe } from "./stripe.ts";

/** 132 bits: short enough for an SMS. */
const TOKEN_LENGTH = 22;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Makes the order's link in the caller's transaction, or finds it again. */
export async function paymentLink(app: FastifyInstance, client: pg.ClientBase, orderId: string): Promise<string> {
  const token = app.vault.derive(`payment-link:${orderId}`).slice(0, TOKEN_LENGTH);
  await client.query("insert into payment_link (token_hash, order_id) values ($1, $2) on conflict (order_id) do nothing", [hashOf(token), orderId]);
  return `${app.config.PUBLIC_URL.replace(/\/$/, "")}/pay/${token}`;
}

/** What these orders still owe besides what a technician received, each with the link that pays it; those that owe nothing are left out. */
export async function paymentsOf(app: FastifyInstance, orders: readonly string[]): Promise<Map<string, { readonly owed_cents: number; readonly url: string }>> {
  const owed = [...(await owedBy(app, orders))].map(([order, { owed_cents, on_site_cents }]) => [order, owed_cents - on_site_cents] as const).filter(([, cents]) => cents > 0);
  return transaction(app.db, async (client) => {
    const known = await client.query<{ id: string }>("select id from order_intake where id = any($1)", [owed.map(([order]) => order)]);
    const ours = new Set(known.rows.map(({ id }) => id));
    const payments = new Map<string, { owed_cents: number; url: string }>();
    for (const [order, owed_cents] of owed) if (ours.has(order)) payments.set(order, { owed_cents, url: await paymentLink(app, client, order) });
    return payments;
  });
}

/**
 * Closes the order's payment page, if one is open, and says in the same transaction who takes the money instead: no page is opened after it.
 * @throws Error when it was paid there; Refusal `stripe_unavailable`
 */
export async function closeLink(app: FastifyInstance, orderId: string, instead: (client: pg.ClientBase) => Promise<unknown>): Promise<void> {
  const paid = await transaction(app.db, async (client) => {
    const { rows } = await client.query<Link>("select order_id, session, session_cents from payment_link where order_id = $1 for update", [orderId]);
    const known = await knownSession(app, client, rows[0], null);
    if (known) await app.workers.enqueue(client, LINK_PAYMENTS, known.id);
    else await instead(client);
    return known?.id;
  });
  if (paid !== undefined) throw new Error(`${orderId}: ${paid} has paid it, and is recorded first`);
}

/** What opening a link leads to. */
export type Opened =
  | { readonly kind: "unknown" }
  /** Its invoice is not made yet. */
  | { readonly kind: "not_ready"; readonly order: Order }
  | { readonly kind: "nothing_owed"; readonly order: Order }
  /** Paid at Stripe; ERPNext has yet to hear of it. */
  | { readonly kind: "paid"; readonly order: Order }
  | { readonly kind: "pay"; readonly order: Order; readonly url: string };

interface Link {
  readonly order_id: string;
  readonly session: string | null;
  readonly session_cents: number | null;
}

/** @throws ErpnextUnavailable, or Refusal `stripe_unavailable` */
export async function openPaymentLink(app: FastifyInstance, token: string): Promise<Opened> {
  const { rows } = await app.db.query<{ order_id: string }>("select order_id from payment_link where token_hash = $1", [hashOf(token)]);
  const order = rows[0] && (await orderById(app.db, rows[0].order_id));
  if (!order) return { kind: "unknown" };
  if (order.state === "received" || order.state === "needs_attention") return { kind: "not_ready", order };
  const { invoices = [], owed_cents = 0, on_site_cents = 0 } = (await owedBy(app, [order.id])).get(order.id) ?? {};
  if (owed_cents === 0) return { kind: "nothing_owed", order };
  // Given to the technician, and with the office.
  const owed = owed_cents - on_site_cents;
  if (owed <= 0) return { kind: "paid", order };
  // The row's lock: two openings at once are given one page, so that nobody pays twice.
  return transaction(app.db, async (client): Promise<Opened> => {
    const link = await client.query<Link>("select order_id, session, session_cents from payment_link where order_id = $1 for update", [order.id]);
    // A card is about to be asked for it.
    const { rowCount: charging } = await client.query(`select 1 from invoice_charge where order_id = $1 and state in ${OPEN_CHARGES} for update`, [order.id]);
    // It is being cancelled: what it owes is about to be undone.
    const { rowCount: ending } = await client.query("select 1 from order_intake where id = $1 and cancellation is not null and state <> 'cancelled'", [order.id]);
    if (charging || ending) return { kind: "not_ready", order };
    const known = (await knownSession(app, client, link.rows[0], owed)) ?? (await forgottenSession(app, client, order, owed));
    if (known?.payment_status === "paid") {
      // Should Stripe's word of it be lost, the customer's own return is as good.
      await app.workers.enqueue(client, LINK_PAYMENTS, known.id);
      return { kind: "paid", order };
    }
    const session = known ?? (await newSession(app, token, order, invoices, owed));
    await client.query("update payment_link set session = $2, session_cents = $3 where order_id = $1", [order.id, session.id, owed]);
    if (!session.url) throw new Error(`Checkout Session ${session.id} has no page`);
    return { kind: "pay", order, url: session.url };
  });
}

/**
 * The page opened last: one that was paid and is not in ERPNext's books yet, whatever is owed by them; or one still open for this very amount.
 * One open for another amount is closed; any, when no amount is wanted.
 */
async function knownSession(app: FastifyInstance, client: pg.ClientBase, link: Link | undefined, owed: number | null): Promise<Stripe.Checkout.Session | null> {
  const id = link?.session;
  if (!id) return null;
  const { rowCount: recorded } = await client.query("select 1 from link_payment where session = $1 and payment_entry is not null", [id]);
  if (recorded) return null;
  return askStripe(async () => {
    const session = await app.stripe.checkout.sessions.retrieve(id);
    if (session.payment_status === "paid") return session;
    if (session.status !== "open") return null;
    if (link.session_cents === owed) return session;
    return closed(app, id);
  });
}

/** Closes a page. @returns it, when it was paid between the two questions */
async function closed(app: FastifyInstance, id: string): Promise<Stripe.Checkout.Session | null> {
  return askStripe(async () => {
    try {
      await app.stripe.checkout.sessions.expire(id);
      return null;
    } catch (error) {
      if (!refusedByStripe(error)) throw error;
      return app.stripe.checkout.sessions.retrieve(id);
    }
  });
}

/** A page that Stripe has for this order and the hub does not know: PostgreSQL was restored, or the answer that named it was lost. */
async function forgottenSession(app: FastifyInstance, client: pg.ClientBase, order: Order, owed: number): Promise<Stripe.Checkout.Session | null> {
  const held = await heldAtStripe(app, { order_id: order.id });
  const { rows } = await client.query<{ session: string }>("select session from link_payment where session = any($1) and payment_entry is not null", [
    held.paid.map(({ id }) => id),
  ]);
  const recorded = new Set(rows.map(({ session }) => session));
  const paid = held.paid.find(({ id }) => !recorded.has(id));
  if (paid) return paid;
  for (const session of held.open) {
    const meanwhile = session.amount_total === owed ? null : await closed(app, session.id);
    if (meanwhile?.payment_status === "paid") return meanwhile;
  }
  return held.open.find(({ amount_total }) => amount_total === owed) ?? null;
}

async function newSession(app: FastifyInstance, token: string, order: Order, invoices: readonly OwedInvoice[], owed: number): Promise<Stripe.Checkout.Session> {
  const page = `${app.config.PUBLIC_URL.replace(/\/$/, "")}/pay/${token}`;
  const metadata = { order_id: order.id, sales_invoices: invoices.map(({ name }) => name).join(",").slice(0, 500) };
  return askStripe(() =>
    app.stripe.checkout.sessions.create({
      mode: "payment",
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: "cad",
            unit_amount: owed,
            product_data: { name: order.language === "fr" ? `Commande Gigafibre ${order.id}` : `Gigafibre order ${order.id}` },
          },
        },
      ],
      client_reference_id: order.id,
      locale: order.language === "fr" ? "fr-CA" : "en",
      metadata,
      payment_intent_data: { metadata, description: order.id },
      success_url: page,
      cancel_url: page,
    }),
  );
}
