/**
 * Payments made through a link or by a saved card become one Payment Entry each in ERPNext, however often and in whatever order Stripe tells of
 * them. What Stripe says in an event is only a hint: the session or the payment is fetched again.
 */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type Stripe from "stripe";
import { localDate } from "@gigafibre/contracts/dates";
import { centsFromDollars, dollarsFromCents } from "@gigafibre/contracts/money";
import type { Committed, Step } from "@gigafibre/contracts/unit-of-work";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { aboutOf } from "./payable.ts";
import { askStripe } from "./stripe.ts";

export const LINK_PAYMENTS = "link-payments";

export interface LinkPayment {
  readonly payment_intent: string;
  /** null: for an invoice that no order made. */
  readonly order_id: string | null;
  /** The one that it was for: a saved card's, or the one of a link. */
  readonly invoice: string | null;
  readonly amount_cents: number;
  readonly payment_entry: string | null;
  readonly attention_reason: string | null;
  readonly created_at: Date;
}

export async function linkPaymentsJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: LINK_PAYMENTS,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (subject) => (subject.startsWith("pi_") ? recordIntent(app, subject) : recordSession(app, subject)),
    async unfinished() {
      const { rows } = await app.db.query<{ subject: string }>(
        "select coalesce(session, payment_intent) as subject from link_payment where payment_entry is null and attention_reason is null order by created_at limit 500",
      );
      return rows.map(({ subject }) => subject);
    },
  });
}

/** Enters a paid session in ERPNext's books, once however often it is called. */
export async function recordSession(app: FastifyInstance, sessionId: string): Promise<void> {
  const session = await askStripe(() => app.stripe.checkout.sessions.retrieve(sessionId));
  await record(app, await noted(app.db, session));
}

/** Enters the payment of a saved card in ERPNext's books, once however often it is called. */
export async function recordIntent(app: FastifyInstance, intentId: string): Promise<void> {
  const intent = await askStripe(() => app.stripe.paymentIntents.retrieve(intentId));
  await record(app, await notedIntent(app.db, intent));
}

async function record(app: FastifyInstance, payment: LinkPayment | undefined): Promise<void> {
  if (!payment || payment.payment_entry !== null || payment.attention_reason !== null) return;
  try {
    await transaction(app.db, async (client) => {
      // What two payments of one order pay is decided one after the other, whichever hubs record them.
      await client.query("select pg_advisory_xact_lock(hashtextextended('payments of ' || $1, 0))", [aboutOf(payment)]);
      const answer = await paymentEntry(app, payment);
      const name = answer.documents.find(({ doctype }) => doctype === "Payment Entry")?.name ?? "";
      await client.query("update link_payment set payment_entry = $2 where payment_intent = $1", [payment.payment_intent, name]);
      await recordEvent(client, { key: `payment:${payment.payment_intent}`, kind: "payment.received", doctype: "Payment Entry", name });
    });
  } catch (error) {
    if (error instanceof NothingToPay) return putBeforePeople(app, payment, error.message);
    if (error instanceof ErpnextRefused && error.step !== undefined) return putBeforePeople(app, payment, error.step.message);
    throw error;
  }
}

/** The order's invoices are gone: somebody has to say what the money is for. */
class NothingToPay extends Error {
  override readonly name = "NothingToPay";
}

/** The session's payment, kept; undefined while it is not paid, or when it is none of ours. */
async function noted(db: pg.Pool, session: Stripe.Checkout.Session): Promise<LinkPayment | undefined> {
  const { order_id, sales_invoices } = session.metadata ?? {};
  const intent = typeof session.payment_intent === "string" ? session.payment_intent : session.payment_intent?.id;
  if (session.payment_status !== "paid" || !(order_id ?? sales_invoices) || !intent || !session.amount_total) return undefined;
  await db.query(
    `insert into link_payment (payment_intent, session, order_id, invoice, amount_cents)
     select $1, $2, id, null, $5::integer from order_intake where id = $3
     union all select $1, $2, null, invoice, $5::integer from payment_link where $3::text is null and invoice = $4
     on conflict do nothing`,
    [intent, session.id, order_id ?? null, sales_invoices ?? null, session.amount_total],
  );
  return paymentOf(db, intent);
}

/** A saved card's payment, kept; undefined while it is not paid, or when it is none of ours. */
async function notedIntent(db: pg.Pool, intent: Stripe.PaymentIntent): Promise<LinkPayment | undefined> {
  const { order_id, sales_invoice } = intent.metadata;
  if (intent.status !== "succeeded" || !sales_invoice) return undefined;
  await db.query(
    `insert into link_payment (payment_intent, order_id, invoice, amount_cents)
     select $1, id, $3::text, $4::integer from order_intake where id = $2
     union all select $1, null, $3::text, $4::integer from invoice_charge where payment_intent = $1 and order_id is null
     on conflict do nothing`,
    [intent.id, order_id ?? null, sales_invoice, intent.amount_received],
  );
  return paymentOf(db, intent.id);
}

export async function paymentOf(db: pg.Pool, intent: string): Promise<LinkPayment | undefined> {
  const { rows } = await db.query<LinkPayment>(
    "select payment_intent, order_id, invoice, amount_cents, payment_entry, attention_reason, created_at from link_payment where payment_intent = $1",
    [intent],
  );
  return rows[0];
}

/** What a retry would write depends on what is still owed. */
async function paymentEntry(app: FastifyInstance, payment: LinkPayment): Promise<Committed> {
  const key = `payment:${payment.payment_intent}`;
  return app.erpnext.commitOnce(key, async () => ({ key, steps: await paymentSteps(app, payment) }));
}

interface Invoice extends Record<string, unknown> {
  readonly name: string;
  readonly customer: string;
  readonly company: string;
  readonly debit_to: string;
  readonly outstanding_amount: number;
}

/** Pays the invoice it was for, then the order's others, oldest first; what is left over stays with the customer as an advance. */
async function paymentSteps(app: FastifyInstance, payment: LinkPayment): Promise<Step[]> {
  const [settings, invoices] = await Promise.all([
    app.erpnext.get("Gigafibre Settings", "Gigafibre Settings"),
    app.erpnext.list<Invoice>("Sales Invoice", {
      fields: ["name", "customer", "company", "debit_to", "outstanding_amount"],
      filters: [
        payment.order_id === null ? ["name", "=", payment.invoice ?? ""] : ["order_id", "=", payment.order_id],
        ["docstatus", "=", 1],
      ],
      order_by: "creation asc",
    }),
  ]);
  const [first] = invoices;
  if (!first) throw new NothingToPay(payment.order_id === null ? "la facture n'est plus soumise" : "la commande n'a plus de facture");
  let left = payment.amount_cents;
  const ordered = invoices.toSorted((a, b) => Number(b.name === payment.invoice) - Number(a.name === payment.invoice));
  const references = ordered.flatMap((invoice) => {
    const allocated = Math.min(left, Math.max(0, centsFromDollars(invoice.outstanding_amount)));
    left -= allocated;
    return allocated > 0 ? [{ reference_doctype: "Sales Invoice", reference_name: invoice.name, allocated_amount: dollarsFromCents(allocated) }] : [];
  });
  const amount = dollarsFromCents(payment.amount_cents);
  const text = (field: string): string | undefined => {
    const value = settings?.[field];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const [mode, account] = [text("mode_of_payment"), text("payment_account")];
  return [
    {
      op: "insert",
      doctype: "Payment Entry",
      as: "payment",
      values: {
        payment_type: "Receive",
        party_type: "Customer",
        party: first.customer,
        company: first.company,
        paid_from: first.debit_to,
        ...(mode === undefined ? {} : { mode_of_payment: mode }),
        ...(account === undefined ? {} : { paid_to: account }),
        paid_amount: amount,
        received_amount: amount,
        reference_no: payment.payment_intent,
        reference_date: localDate(payment.created_at),
        stripe_payment_intent: payment.payment_intent,
        references,
      },
    },
    { op: "submit", doctype: "Payment Entry", name: { $ref: "payment.name" } },
  ];
}

/** The money is at Stripe and not in the books: people must know. */
async function putBeforePeople(app: FastifyInstance, payment: LinkPayment, reason: string): Promise<void> {
  app.log.error({ payment: payment.payment_intent, reason }, "a payment could not be recorded");
  const amount = dollarsFromCents(payment.amount_cents).toFixed(2);
  await app.erpnext.commit({
    key: `payment:${payment.payment_intent}:issue`,
    steps: [
      {
        op: "insert",
        doctype: "Issue",
        values: {
          subject: `Paiement à traiter ${aboutOf(payment)}`,
          ...(payment.order_id === null ? await customerOf(app, payment) : { order_id: payment.order_id }),
          description: `<p>Stripe a reçu ${amount} $ (${payment.payment_intent}) pour ${payment.order_id === null ? "la facture" : "la commande"} ${aboutOf(payment)}; l'écriture n'a pas pu être faite: ${escapeHtml(reason)}</p>`,
        },
      },
    ],
  });
  await app.db.query("update link_payment set attention_reason = $2 where payment_intent = $1", [payment.payment_intent, reason.slice(0, 2_000)]);
}

/** Of an invoice that no order made, as long as ERPNext has it. */
async function customerOf(app: FastifyInstance, { invoice }: LinkPayment): Promise<{ customer?: string }> {
  const customer = (await app.erpnext.get("Sales Invoice", invoice ?? ""))?.["customer"];
  return typeof customer === "string" ? { customer } : {};
}
