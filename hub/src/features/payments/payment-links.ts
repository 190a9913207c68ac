/**
 * A link that pays what an order, or an invoice of none, still owes, for as long as it owes it. What is owed is ERPNext's to say, each time the link is opened; the
 * Stripe page behind it lives a day and is made anew.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type Stripe from "stripe";
import type { Language } from "@gigafibre/contracts/language";
import { SMALLEST_CHARGE_CENTS } from "@gigafibre/contracts/payments";
import { transaction } from "../../plugins/database.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { orderById } from "../orders/repository.ts";
import { heldAtStripe } from "./at-stripe.ts";
import { OPEN_CHARGES } from "./charges.ts";
import { LINK_PAYMENTS } from "./link-payments.ts";
import { owedBy, owedOf } from "./on-site.ts";
import type { OwedInvoice } from "./on-site.ts";
import { aboutOf, ofOrder } from "./payable.ts";
import { payerOf } from "./payer.ts";
import type { Payable } from "./payable.ts";
import { askStripe, refusedByStripe } from "./stripe.ts";

/** 132 bits: short enough for an SMS. */
const TOKEN_LENGTH = 22;

const NAMES = { order: { fr: "Commande Gigafibre", en: "Gigafibre order" }, invoice: { fr: "Facture Gigafibre", en: "Gigafibre invoice" } } as const;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

/** Makes its link in the caller's transaction, or finds it again. */
export async function paymentLink(app: FastifyInstance, client: pg.ClientBase, { order_id, invoice }: Payable): Promise<string> {
  const token = app.vault.derive(order_id === null ? `payment-link:invoice:${invoice}` : `payment-link:${order_id}`).slice(0, TOKEN_LENGTH);
  await client.query("insert into payment_link (token_hash, order_id, invoice) values ($1, $2, $3) on conflict do nothing", [hashOf(token), order_id, invoice]);
  return `${app.config.PUBLIC_URL.replace(/\/$/, "")}/pay/${token}`;
}

/** What these orders still owe besides what a technician received, each with the link that pays it; those that owe nothing are left out. */
export async function paymentsOf(app: FastifyInstance, orders: readonly string[]): Promise<Map<string, { readonly owed_cents: number; readonly url: string }>> {
  const owed = [...(await owedBy(app, orders))].map(([order, { owed_cents, on_site_cents }]) => [order, owed_cents - on_site_cents] as const).filter(([, cents]) => cents > 0);
  return transaction(app.db, async (client) => {
    const known = await client.query<{ id: string }>("select id from order_intake where id = any($1)", [owed.map(([order]) => order)]);
    const ours = new Set(known.rows.map(({ id }) => id));
    const payments = new Map<string, { owed_cents: number; url: string }>();
    for (const [order, owed_cents] of owed) if (ours.has(order)) payments.set(order, { owed_cents, url: await paymentLink(app, client, ofOrder(order)) });
    return payments;
  });
}

/**
 * Closes its payment page, if one is open, and says in the same transaction who takes the money instead: no page is opened after it.
 * @throws Error when it was paid there; Refusal `stripe_unavailable`
 */
export async function closeLink(app: FastifyInstance, payable: Payable, instead: (client: pg.ClientBase) => Promise<unknown>): Promise<void> {
  const paid = await transaction(app.db, async (client) => {
    const known = await knownSession(app, client, await lockLink(client, payable), null);
    if (known) await app.workers.enqueue(client, LINK_PAYMENTS, known.id);
    else await instead(client);
    return known?.id;
  });
  if (paid !== undefined) throw new Error(`${aboutOf(payable)}: ${paid} has paid it, and is recorded first`);
}

/** An invoice has changed: a page that asks for another sum than is owed now, or for one that is not owed any more, is closed. */
export async function closeStalePage(app: FastifyInstance, name: string, document: ErpnextDocument | null): Promise<void> {
  const order_id = document?.["order_id"];
  const { rows } = await app.db.query<Payable>("select order_id, invoice from payment_link where (order_id = $1 or invoice = $2) and session is not null", [order_id ?? null, name]);
  const [payable] = rows;
  if (!payable) return;
  const { owed_cents, on_site_cents } = await owedOf(app, payable);
  await transaction(app.db, async (client) => {
    const known = await knownSession(app, client, await lockLink(client, payable), owed_cents - on_site_cents);
    if (known?.payment_status === "paid") await app.workers.enqueue(client, LINK_PAYMENTS, known.id);
    if (!known) await noteSession(client, payable, null, null);
  });
}

/** What opening a link leads to. */
export type Opened =
  | { readonly kind: "unknown" }
  | {
      /** `not_ready`: its invoice is not made yet, or it is being cancelled. `charging`: a card is about to be asked. `paid`: ERPNext has yet to hear of it. */
      readonly kind: "not_ready" | "charging" | "nothing_owed" | "too_small" | "paid";
      readonly language: Language;
    }
  | { readonly kind: "pay"; readonly language: Language; readonly url: string };

type Link = Payable & {
  readonly session: string | null;
  readonly session_cents: number | null;
};

async function lockLink(client: pg.ClientBase, { order_id, invoice }: Payable): Promise<Link | undefined> {
  const { rows } = await client.query<Link>("select order_id, invoice, session, session_cents from payment_link where order_id = $1 or invoice = $2 for update", [order_id, invoice]);
  return rows[0];
}

async function noteSession(client: pg.ClientBase, { order_id, invoice }: Payable, session: string | null, cents: number | null): Promise<void> {
  await client.query("update payment_link set session = $3, session_cents = $4 where order_id = $1 or invoice = $2", [order_id, invoice, session, cents]);
}

/** @throws ErpnextUnavailable, or Refusal `stripe_unavailable` */
export async function openPaymentLink(app: FastifyInstance, token: string): Promise<Opened> {
  const { rows } = await app.db.query<Payable>("select order_id, invoice from payment_link where token_hash = $1", [hashOf(token)]);
  const [payable] = rows;
  const payer = payable && (await payerOf(app, payable));
  if (!payer) return { kind: "unknown" };
  const { language } = payer;
  const order = payable.order_id === null ? undefined : await orderById(app.db, payable.order_id);
  if (order?.state === "received" || order?.state === "needs_attention") return { kind: "not_ready", language };
  const { invoices, owed_cents, on_site_cents } = await owedOf(app, payable);
  if (owed_cents === 0) return { kind: "nothing_owed", language };
  // Given to the technician, and with the office.
  const owed = owed_cents - on_site_cents;
  if (owed <= 0) return { kind: "paid", language };
  // The row's lock: two openings at once are given one page, so that nobody pays twice.
  return transaction(app.db, async (client): Promise<Opened> => {
    const link = await lockLink(client, payable);
    const { rowCount: charging } = await client.query(`select 1 from invoice_charge where (order_id = $1 or invoice = $2) and state in ${OPEN_CHARGES} for update`, [payable.order_id, payable.invoice]);
    if (charging) return { kind: "charging", language };
    // What it owes is about to be undone.
    const { rowCount: ending } = await client.query("select 1 from order_intake where id = $1 and cancellation is not null and state <> 'cancelled'", [payable.order_id]);
    if (ending) return { kind: "not_ready", language };
    const known = (await knownSession(app, client, link, owed)) ?? (await forgottenSession(app, client, payable, owed));
    if (known?.payment_status === "paid") {
      // Should Stripe's word of it be lost, the customer's own return is as good.
      await app.workers.enqueue(client, LINK_PAYMENTS, known.id);
      return { kind: "paid", language };
    }
    if (owed < SMALLEST_CHARGE_CENTS) return { kind: "too_small", language };
    const session = known ?? (await newSession(app, token, payable, language, invoices, owed));
    await noteSession(client, payable, session.id, owed);
    if (!session.url) throw new Error(`Checkout Session ${session.id} has no page`);
    return { kind: "pay", language, url: session.url };
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

/** A page that Stripe has for it and the hub does not know: PostgreSQL was restored, or the answer that named it was lost. */
async function forgottenSession(app: FastifyInstance, client: pg.ClientBase, payable: Payable, owed: number): Promise<Stripe.Checkout.Session | null> {
  const held = await heldAtStripe(app, { of: payable });
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

async function newSession(app: FastifyInstance, token: string, payable: Payable, language: Language, invoices: readonly OwedInvoice[], owed: number): Promise<Stripe.Checkout.Session> {
  const page = `${app.config.PUBLIC_URL.replace(/\/$/, "")}/pay/${token}`;
  const about = aboutOf(payable);
  const metadata = { ...(payable.order_id === null ? {} : { order_id: payable.order_id }), sales_invoices: invoices.map(({ name }) => name).join(",").slice(0, 500) };
  return askStripe(() =>
    app.stripe.checkout.sessions.create({
      mode: "payment",
      line_items: [{ quantity: 1, price_data: { currency: "cad", unit_amount: owed, product_data: { name: `${NAMES[payable.order_id === null ? "invoice" : "order"][language]} ${about}` } } }],
      client_reference_id: about,
      locale: language === "fr" ? "fr-CA" : "en",
      metadata,
      payment_intent_data: { metadata, description: about },
      success_url: page,
      cancel_url: page,
    }),
  );
}
