/**
 * Money that Stripe gave back, or that a bank disputes. A refund is one Payment Entry of type Pay; a dispute is for people. Neither is believed
 * from an event: both are fetched again.
 */
import type { FastifyInstance } from "fastify";
import type Stripe from "stripe";
import { localDate } from "@gigafibre/contracts/dates";
import { centsFromDollars, dollarsFromCents } from "@gigafibre/contracts/money";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import { raise } from "../issues/raise.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { LINK_PAYMENTS, paymentOf } from "./link-payments.ts";
import { aboutOf } from "./payable.ts";
import type { LinkPayment } from "./link-payments.ts";
import { askStripe } from "./stripe.ts";

/** Subjects are the payments that were given back, or the disputes themselves. */
export const REFUNDS = "refunds";
export const DISPUTES = "disputes";

interface KeptRefund {
  readonly refund: string;
  readonly payment_entry: string | null;
  readonly attention_reason: string | null;
}

export async function refundsJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: REFUNDS,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (intent) => recordRefunds(app, intent),
    async unfinished() {
      const { rows } = await app.db.query<{ payment_intent: string }>(
        "select distinct payment_intent from stripe_refund where payment_entry is null and attention_reason is null limit 500",
      );
      return rows.map(({ payment_intent }) => payment_intent);
    },
  });
  await app.workers.add({
    queue: DISPUTES,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (dispute) => raiseDispute(app, dispute),
    unfinished: () => Promise.resolve([]),
  });
}

/** Enters what was given back of a payment in ERPNext's books, once however often it is called. */
export async function recordRefunds(app: FastifyInstance, intentId: string): Promise<void> {
  const payment = await ours(app, intentId);
  if (!payment) return;
  const refunds = await askStripe(() => app.stripe.refunds.list({ payment_intent: intentId, limit: 100 }).autoPagingToArray({ limit: 1_000 }));
  for (const refund of refunds.toReversed()) await recordRefund(app, payment, refund);
}

/** The payment, recorded or before people. @throws Error while it is neither: what is given back is written after what was received. */
async function ours(app: FastifyInstance, intentId: string): Promise<LinkPayment | undefined> {
  const payment = await paymentOf(app.db, intentId);
  if (payment && (payment.payment_entry !== null || payment.attention_reason !== null)) return payment;
  const intent = await askStripe(() => app.stripe.paymentIntents.retrieve(intentId));
  const known = await app.db.query("select 1 from order_intake where id = $1 union all select 1 from invoice_charge where payment_intent = $2", [intent.metadata["order_id"] ?? null, intentId]);
  if (!payment && known.rowCount === 0) return undefined;
  if (!payment && intent.metadata["sales_invoice"]) {
    await transaction(app.db, (client) => app.workers.enqueue(client, LINK_PAYMENTS, intentId));
    app.workers.wake(LINK_PAYMENTS);
  }
  throw new Error(`${intentId} is not recorded yet`);
}

async function recordRefund(app: FastifyInstance, payment: LinkPayment, refund: Stripe.Refund): Promise<void> {
  const { rows } = await app.db.query<KeptRefund>("select refund, payment_entry, attention_reason from stripe_refund where refund = $1", [refund.id]);
  const kept = rows[0];
  if (refund.status === "failed" || refund.status === "canceled") {
    if (kept?.payment_entry) await putBeforePeople(app, payment, refund, `le remboursement a échoué après coup (${kept.payment_entry} est à annuler)`, "failed");
    return;
  }
  if (refund.status !== "succeeded" || kept?.payment_entry || kept?.attention_reason) return;
  await app.db.query("insert into stripe_refund (refund, payment_intent, amount_cents) values ($1, $2, $3) on conflict do nothing", [
    refund.id,
    payment.payment_intent,
    refund.amount,
  ]);
  try {
    const name = await paymentEntry(app, payment, refund);
    if (name === null) return await putBeforePeople(app, payment, refund, "l'écriture du paiement n'existe pas ou est annulée", "unrecorded");
    await transaction(app.db, async (client) => {
      await client.query("update stripe_refund set payment_entry = $2 where refund = $1", [refund.id, name]);
      await recordEvent(client, { key: `refund:${refund.id}`, kind: "payment.refunded", doctype: "Payment Entry", name });
    });
  } catch (error) {
    if (error instanceof ErpnextRefused && error.step !== undefined) return putBeforePeople(app, payment, refund, error.step.message, "unrecorded");
    throw error;
  }
}

/** From the account the payment came into, back to the customer. @returns null when the payment does not stand in the books */
async function paymentEntry(app: FastifyInstance, payment: LinkPayment, refund: Stripe.Refund): Promise<string | null> {
  const key = `refund:${refund.id}`;
  const received = payment.payment_entry ? await app.erpnext.get("Payment Entry", payment.payment_entry) : null;
  if (received?.["docstatus"] !== 1) return null;
  const text = (field: string): string => (typeof received[field] === "string" ? received[field] : "");
  const amount = dollarsFromCents(refund.amount);
  const references = await settledBy(app, refund);
  const steps: Step[] = [
    {
      op: "insert",
      doctype: "Payment Entry",
      as: "refund",
      values: {
        payment_type: "Pay",
        party_type: "Customer",
        party: text("party"),
        company: text("company"),
        ...(text("mode_of_payment") ? { mode_of_payment: text("mode_of_payment") } : {}),
        paid_from: text("paid_to"),
        paid_to: text("paid_from"),
        paid_amount: amount,
        received_amount: amount,
        reference_no: refund.id,
        reference_date: localDate(new Date(refund.created * 1_000)),
        stripe_refund: refund.id,
        ...(references.length > 0 ? { references } : {}),
      },
    },
    { op: "submit", doctype: "Payment Entry", name: { $ref: "refund.name" } },
  ];
  const { documents } = await app.erpnext.commitOnce(key, async () => ({ key, steps }));
  return documents[0]?.name ?? "";
}

/** The credit note that owes this to the customer, as far as it still does. */
async function settledBy(app: FastifyInstance, refund: Stripe.Refund): Promise<StepValues[]> {
  const { rows } = await app.db.query<{ credit_note: string }>("select credit_note from give_back where key = $1 and credit_note is not null", [refund.metadata?.["give_back"] ?? ""]);
  const note = rows[0] && (await app.erpnext.get("Sales Invoice", rows[0].credit_note));
  const owed = note?.["docstatus"] === 1 ? Math.max(0, -centsFromDollars(Number(note["outstanding_amount"] ?? 0))) : 0;
  const allocated = Math.min(owed, refund.amount);
  return allocated > 0 && note ? [{ reference_doctype: "Sales Invoice", reference_name: note.name, allocated_amount: dollarsFromCents(-allocated) }] : [];
}

async function putBeforePeople(app: FastifyInstance, payment: LinkPayment, refund: Stripe.Refund, reason: string, what: string): Promise<void> {
  app.log.error({ refund: refund.id, reason }, "a refund could not be recorded");
  await raise(app, `refund:${refund.id}:${what}`, {
    subject: `Remboursement à traiter ${aboutOf(payment)}`,
    ...(payment.order_id === null ? {} : { order_id: payment.order_id }),
    lines: [`Stripe: remboursement ${refund.id} de ${dollarsFromCents(refund.amount).toFixed(2)} $ (${payment.payment_intent}) pour ${payment.order_id === null ? "la facture" : "la commande"} ${aboutOf(payment)}: ${reason}.`],
  });
  await app.db.query("update stripe_refund set attention_reason = $2 where refund = $1", [refund.id, reason.slice(0, 2_000)]);
}

const SETTLED: Readonly<Record<string, string>> = { won: "gagnée", lost: "perdue", warning_closed: "close sans suite" };

/** A bank takes a payment back: an Issue when it begins, and one when it is settled. */
async function raiseDispute(app: FastifyInstance, disputeId: string): Promise<void> {
  const dispute = await askStripe(() => app.stripe.disputes.retrieve(disputeId));
  const intent = typeof dispute.payment_intent === "string" ? dispute.payment_intent : dispute.payment_intent?.id;
  const payment = intent ? await paymentOf(app.db, intent) : undefined;
  const metadata = intent && !payment ? (await askStripe(() => app.stripe.paymentIntents.retrieve(intent))).metadata : {};
  const order = payment?.order_id ?? metadata["order_id"] ?? null;
  const about = payment ? aboutOf(payment) : (order ?? "");
  if (!intent || about === "") return app.log.warn({ dispute: disputeId }, "a dispute about no payment of ours");
  const settled = SETTLED[dispute.status];
  await raise(app, `dispute:${dispute.id}:${settled ? dispute.status : "open"}`, {
    subject: settled ? `Contestation ${settled} ${about}` : `Paiement contesté ${about}`,
    ...(order === null ? {} : { order_id: order }),
    lines: [
      `La banque du client conteste ${dollarsFromCents(dispute.amount).toFixed(2)} $ (${intent}, ${dispute.id}), raison: ${dispute.reason}.`,
      settled ? "Ajustez les écritures si le montant a été repris." : "Répondez dans Stripe avant la date limite; la facture reste payée d'ici là.",
    ],
  });
  await transaction(app.db, (client) =>
    recordEvent(client, { key: `dispute:${dispute.id}:${settled ? dispute.status : "open"}`, kind: "payment.disputed", doctype: order === null ? "Sales Invoice" : "Order", name: about }),
  );
}
