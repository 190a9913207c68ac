/** Money that Stripe holds for orders of ours, and ERPNext's books. */
import type Stripe from "stripe";
import { centsFromDollars, dollarsFromCents } from "@gigafibre/contracts/money";
import { recordIntent, recordSession } from "../payments/link-payments.ts";
import { ofInvoice, ofOrder } from "../payments/payable.ts";
import { paymentLink } from "../payments/payment-links.ts";
import { recordRefunds } from "../payments/refunds.ts";
import { askStripe, refusedByStripe } from "../payments/stripe.ts";
import { transaction } from "../../plugins/database.ts";
import type { Comparison } from "./comparison.ts";

interface Entry extends Record<string, unknown> {
  readonly name: string;
  readonly paid_amount: number;
  readonly stripe_payment_intent: string | null;
  readonly stripe_refund: string | null;
}

interface Kept {
  readonly session: string;
  readonly payment_entry: string | null;
  readonly attention_reason: string | null;
}

const idOf = (reference: string | { id: string } | null): string => (typeof reference === "string" ? reference : (reference?.id ?? ""));
/** The order that a page of ours pays, or the invoice of none. */
const aboutOf = ({ metadata }: Stripe.Checkout.Session): string => metadata?.["order_id"] ?? metadata?.["sales_invoices"] ?? "";
/** The same words for both languages. */
const money = (cents: number): string => `${dollarsFromCents(cents).toFixed(2)} CAD`;

export async function comparePayments(comparison: Comparison): Promise<void> {
  const { app, sinceSeconds } = comparison;
  const created = { gte: sinceSeconds };
  const sessions = await askStripe(() => app.stripe.checkout.sessions.list({ created, limit: 100 }).autoPagingToArray({ limit: 10_000 }));
  const intents = await askStripe(() => app.stripe.paymentIntents.list({ created, limit: 100 }).autoPagingToArray({ limit: 10_000 }));
  const refunds = await askStripe(() => app.stripe.refunds.list({ created, limit: 100 }).autoPagingToArray({ limit: 10_000 }));
  const paid = sessions.filter((session) => session.payment_status === "paid" && aboutOf(session) !== "");
  const known = new Set(intents.map(({ id }) => id));

  for (const session of paid) await compareSession(comparison, session);
  const bySession = new Set(paid.map((session) => idOf(session.payment_intent)));
  const entries = await entriesSince(comparison);
  const inBooks = new Set(entries.map((entry) => entry.stripe_payment_intent));
  for (const intent of intents) {
    const ours = intent.metadata["order_id"] ?? intent.metadata["sales_invoices"] ?? intent.metadata["sales_invoice"];
    if (intent.status !== "succeeded" || ours === undefined || bySession.has(intent.id)) continue;
    if (inBooks.has(intent.id)) {
      if (comparison.hubForgot && intent.metadata["sales_invoice"]) await noteCharge(comparison, intent);
      continue;
    }
    if (intent.metadata["sales_invoice"]) await compareCharge(comparison, intent);
    else comparison.note("payment_unrecorded", intent.id, `${money(intent.amount_received)}, ${ours}`);
  }
  const received = new Map(intents.map(({ id, amount_received }) => [id, amount_received]));
  for (const entry of entries) {
    const intent = entry.stripe_payment_intent;
    if (intent && !known.has(intent) && !(await exists(comparison, intent))) comparison.note("payment_unknown", entry.name, intent);
    const cents = intent ? received.get(intent) : undefined;
    if (cents !== undefined && cents !== centsFromDollars(entry.paid_amount)) comparison.note("payment_differs", entry.name, `${money(centsFromDollars(entry.paid_amount))}, Stripe ${money(cents)} (${intent})`);
  }
  const refunded = new Set(entries.map((entry) => entry.stripe_refund));
  for (const refund of refunds) {
    const intent = idOf(refund.payment_intent);
    if (refund.status !== "succeeded" || refunded.has(refund.id) || !(bySession.has(intent) || inBooks.has(intent))) continue;
    await compareRefund(comparison, refund, intent);
  }
}

/** A saved card's payment that the books lack; one that is before people is theirs already. */
async function compareCharge(comparison: Comparison, intent: Stripe.PaymentIntent): Promise<void> {
  const { app, apply } = comparison;
  const fact = `${money(intent.amount_received)}, ${intent.metadata["sales_invoice"] ?? ""}`;
  const kept = await keptOf(comparison, intent.id);
  if (kept?.attention_reason) return;
  // Its key stands in ERPNext: a person has taken the entry back.
  if (kept?.payment_entry && (await app.erpnext.find(`payment:${intent.id}`))) return comparison.note("payment_unrecorded", intent.id, fact);
  if (apply) {
    await app.db.query("update link_payment set payment_entry = null where payment_intent = $1", [intent.id]);
    await recordIntent(app, intent.id);
  }
  const recorded = !apply || Boolean((await keptOf(comparison, intent.id))?.payment_entry);
  comparison.note(recorded ? "payment_recorded" : "payment_unrecorded", intent.id, fact);
}

/** A saved card's payment that the books have, and PostgreSQL forgot. */
async function noteCharge(comparison: Comparison, intent: Stripe.PaymentIntent): Promise<void> {
  const { app, apply } = comparison;
  if ((await keptOf(comparison, intent.id))?.payment_entry) return;
  if (apply) await recordIntent(app, intent.id);
  comparison.note("payment_noted", intent.id, `${money(intent.amount_received)}, ${intent.metadata["sales_invoice"] ?? ""}`);
}

async function compareRefund(comparison: Comparison, refund: Stripe.Refund, intent: string): Promise<void> {
  const { app, apply } = comparison;
  const fact = `${money(refund.amount)}, ${intent}`;
  const kept = async () => (await app.db.query<{ payment_entry: string | null }>("select payment_entry from stripe_refund where refund = $1", [refund.id])).rows[0];
  const known = await keptOf(comparison, intent);
  if (!apply || !known) return comparison.note("refund_unrecorded", refund.id, fact);
  await recordRefunds(app, intent);
  comparison.note((await kept())?.payment_entry ? "refund_recorded" : "refund_unrecorded", refund.id, fact);
}

async function entriesSince({ app, sinceLocal }: Comparison): Promise<Entry[]> {
  return app.erpnext.list<Entry>("Payment Entry", {
    fields: ["name", "paid_amount", "stripe_payment_intent", "stripe_refund"],
    filters: [
      ["docstatus", "=", 1],
      ["creation", ">=", sinceLocal],
    ],
  });
}

async function exists({ app }: Comparison, intent: string): Promise<boolean> {
  return askStripe(async () => {
    try {
      await app.stripe.paymentIntents.retrieve(intent);
      return true;
    } catch (error) {
      if (refusedByStripe(error)) return false;
      throw error;
    }
  });
}

/** One Payment Entry a payment: where its key stands in ERPNext it has one, or a person has taken it back. */
async function compareSession(comparison: Comparison, session: Stripe.Checkout.Session): Promise<void> {
  const { app, apply } = comparison;
  const intent = idOf(session.payment_intent);
  const fact = `${money(session.amount_total ?? 0)}, ${aboutOf(session)}`;
  const kept = await keptOf(comparison, intent);
  const landed = await app.erpnext.find(`payment:${intent}`);
  if (landed && kept?.payment_entry) return;
  const beforePeople = Boolean(kept?.attention_reason) && (await app.erpnext.find(`payment:${intent}:issue`)) !== null;
  if (beforePeople) return;
  if (!apply) return comparison.note(landed ? "payment_noted" : "payment_recorded", intent, fact);
  await app.db.query("update link_payment set payment_entry = null, attention_reason = null where payment_intent = $1", [intent]);
  const { order_id, sales_invoices } = session.metadata ?? {};
  // It names no order: it was made for the link of that invoice.
  if (!order_id && sales_invoices) await transaction(app.db, (client) => paymentLink(app, client, ofInvoice(sales_invoices)));
  await recordSession(app, session.id);
  const now = await keptOf(comparison, intent);
  if (now?.payment_entry) comparison.note(landed ? "payment_noted" : "payment_recorded", intent, fact);
  else comparison.note("payment_unrecorded", intent, `${fact}: ${now?.attention_reason ?? "commande inconnue / unknown order"}`);
}

async function keptOf({ app }: Comparison, intent: string): Promise<Kept | undefined> {
  const { rows } = await app.db.query<Kept>("select session, payment_entry, attention_reason from link_payment where payment_intent = $1", [intent]);
  return rows[0];
}

/** An order with an invoice of its own has a link that pays it. The link is derived from the order: it is the one the customer has. */
export async function compareLinks(comparison: Comparison): Promise<void> {
  const { app, apply, since } = comparison;
  const { rows } = await app.db.query<{ id: string }>(
    `select id from order_intake where created_at >= $1 and body_hash = 'rebuilt' and documents ? 'invoice'
       and not exists (select 1 from payment_link where order_id = order_intake.id)`,
    [since],
  );
  for (const { id } of rows) {
    if (apply) await transaction(app.db, (client) => paymentLink(app, client, ofOrder(id)));
    comparison.note("link_restored", id);
  }
  if (comparison.hubForgot && apply) await restoreInvoiceLinks(comparison);
}

/** Which invoices of no order were given a link is forgotten: each that is open has its own again, and nobody but who was sent it knows it. */
async function restoreInvoiceLinks({ app }: Comparison): Promise<void> {
  const open = await app.erpnext.list("Sales Invoice", { filters: [["docstatus", "=", 1], ["outstanding_amount", ">", 0], ["order_id", "is", "not set"]] });
  await transaction(app.db, async (client) => {
    for (const { name } of open) await paymentLink(app, client, ofInvoice(name));
  });
}
