/**
 * One off-session PaymentIntent an invoice. It is made unconfirmed and stored before it is confirmed; whatever is lost on the way, a retry looks
 * at that one again. What is owed is ERPNext's to say, and is asked just before. Recording the payment is the webhook's.
 */
import type { FastifyInstance } from "fastify";
import Stripe from "stripe";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { SMALLEST_CHARGE_CENTS } from "@gigafibre/contracts/payments";
import { textOf } from "../../erpnext-document.ts";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { declinedMessages } from "../messages/declined-messages.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { raise } from "../issues/raise.ts";
import { heldAtStripe } from "./at-stripe.ts";
import { beginConfirming, chargeOf, CHARGES, hasUnrecordedPayment, moveCharge, noteDecline, noteIntent, noteLook, unfinishedCharges } from "./charges.ts";
import type { Hold, InvoiceCharge } from "./charges.ts";
import { tellCharge } from "./failed.ts";
import { mayBePaidOnSite } from "./on-site.ts";
import { payableOf } from "./payable.ts";
import { payerOf } from "./payer.ts";
import { closeLink, paymentLink } from "./payment-links.ts";
import { askStripe, refusedByStripe } from "./stripe.ts";

export async function chargesJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: CHARGES,
    concurrency: 2,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (invoice) => charge(app, invoice),
    unfinished: () => unfinishedCharges(app.db),
  });
}

interface Card {
  readonly customer: string;
  readonly payment_method: string;
}

interface Owed {
  readonly cents: number;
  readonly customer: string;
}

async function charge(app: FastifyInstance, invoice: string): Promise<void> {
  const row = await chargeOf(app.db, invoice);
  if (!row || !["waiting", "held", "confirming"].includes(row.state)) return;
  await noteLook(app.db, invoice);
  const owed = await owedFor(app, invoice);
  const card = await cardOf(app, owed.customer);
  const made = await intentOf(app, row, card);
  if (made && (await concluded(app, row, made))) return;

  const hold = await holdOf(app, row, owed);
  if (hold) return holdBack(app, row, hold);
  if (owed.cents < SMALLEST_CHARGE_CENTS) {
    if (made) await askStripe(() => app.stripe.paymentIntents.cancel(made.id));
    return settle(app, row, "not_charged", owed.cents === 0 ? "nothing_owed" : "too_small");
  }
  if (!card) return declined(app, row, "no_card", "no_card");
  if (await hasUnrecordedPayment(app.db, row)) return holdBack(app, row, "draft_payment");

  // From here on nobody is shown a page that pays it too.
  await closeLink(app, payableOf(row), (client) => beginConfirming(client, row));
  let intent: Stripe.PaymentIntent;
  try {
    intent = made ?? (await create(app, row, card, owed.cents));
    await noteIntent(app.db, invoice, intent.id, owed.cents);
    reached("charge.intent_stored", invoice);
    if (intent.amount !== owed.cents) intent = await askStripe(() => app.stripe.paymentIntents.update(intent.id, { amount: owed.cents }));
    const now = await owedFor(app, invoice);
    if (now.cents !== owed.cents || (await holdOf(app, row, now))) throw new Error(`${invoice}: what is owed has changed in between`);
    intent = await askStripe(() => app.stripe.paymentIntents.confirm(intent.id, { off_session: true, payment_method: card.payment_method }));
    reached("charge.confirmed", invoice);
  } catch (error) {
    const cause = error instanceof Stripe.errors.StripeError ? error : undefined;
    if (cause?.code === "payment_intent_unexpected_state" || cause?.type === "StripeIdempotencyError") throw error;
    if (cause instanceof Stripe.errors.StripeCardError) return declined(app, row, cause.decline_code ?? cause.code ?? "card_declined", declineId(cause.payment_intent));
    if (refusedByStripe(error)) return declined(app, row, error.code ?? "card_unusable", error.requestId ?? `${invoice}:${error.code ?? ""}`);
    throw error;
  }
  await concluded(app, row, intent);
}

/** Whether Stripe has the last word already; an intent that can still be confirmed is not concluded. */
async function concluded(app: FastifyInstance, row: InvoiceCharge, intent: Stripe.PaymentIntent): Promise<boolean> {
  switch (intent.status) {
    case "succeeded":
      await noteIntent(app.db, row.invoice, intent.id, intent.amount_received);
      await transaction(app.db, (client) => moveCharge(client, row.invoice, "charged", null));
      return true;
    case "processing":
      return true;
    case "canceled":
      await declined(app, row, "canceled", `${intent.id}:canceled`);
      return true;
    default: {
      const error = intent.last_payment_error;
      if (!error || declineId(intent) === row.told_decline) return false;
      await declined(app, row, error.decline_code ?? error.code ?? "card_declined", declineId(intent));
      return true;
    }
  }
}

/** Names one refusal of a card: a charge that failed. */
function declineId(intent: Stripe.PaymentIntent | undefined): string {
  const latest = intent?.latest_charge;
  return `${intent?.id ?? ""}:${typeof latest === "string" ? latest : (latest?.id ?? "")}`;
}

async function owedFor(app: FastifyInstance, invoice: string): Promise<Owed> {
  const document = await app.erpnext.get("Sales Invoice", invoice);
  const standing = document?.["docstatus"] === 1;
  return {
    cents: standing ? Math.max(0, centsFromDollars(Number(document["outstanding_amount"] ?? 0))) : 0,
    customer: typeof document?.["customer"] === "string" ? document["customer"] : "",
  };
}

async function cardOf(app: FastifyInstance, name: string): Promise<Card | null> {
  const customer = name ? await app.erpnext.get("Customer", name) : null;
  const [id, method] = [customer?.["stripe_customer_id"], customer?.["stripe_payment_method"]];
  return typeof id === "string" && id && typeof method === "string" && method ? { customer: id, payment_method: method } : null;
}

/** The office settles what was received on site; somebody says that the work is good; and what is charged can be entered in the books. */
async function holdOf(app: FastifyInstance, row: InvoiceCharge, owed: Owed): Promise<Hold | null> {
  if (await mayBePaidOnSite(app, { invoice: row.invoice, order_id: row.order_id, customer: owed.customer, owed_cents: owed.cents })) return "draft_payment";
  if (owed.cents >= SMALLEST_CHARGE_CENTS && textOf(await app.erpnext.get("Gigafibre Settings", "Gigafibre Settings"), "payment_account") === "") return "no_account";
  if (row.released_by !== null) return null;
  const job = await app.erpnext.get("Dispatch Job", row.job);
  return job?.["customer_signature"] ? null : "no_signature";
}

/** The invoice's own intent: the one that was stored, or one whose making was cut short before it was. */
async function intentOf(app: FastifyInstance, row: InvoiceCharge, card: Card | null): Promise<Stripe.PaymentIntent | null> {
  const stored = row.payment_intent;
  if (stored !== null) return askStripe(() => app.stripe.paymentIntents.retrieve(stored));
  if (!card) return null;
  try {
    const { intents } = await heldAtStripe(app, { of: payableOf(row), customer: card.customer });
    return intents.find(({ metadata }) => metadata["sales_invoice"] === row.invoice) ?? null;
  } catch (error) {
    // A customer that Stripe does not know has no intent.
    if (refusedByStripe(error)) return null;
    throw error;
  }
}

async function create(app: FastifyInstance, row: InvoiceCharge, card: Card, cents: number): Promise<Stripe.PaymentIntent> {
  const metadata = { sales_invoice: row.invoice, ...(row.order_id === null ? {} : { order_id: row.order_id }) };
  return askStripe(() =>
    app.stripe.paymentIntents.create(
      {
        amount: cents,
        currency: "cad",
        customer: card.customer,
        payment_method: card.payment_method,
        allowed_payment_method_types: ["card"],
        description: row.order_id ?? row.invoice,
        metadata,
      },
      { idempotencyKey: `charge:${row.order_id ?? card.customer}:${row.invoice}:${cents}:${card.payment_method}` },
    ),
  );
}

async function settle(app: FastifyInstance, row: InvoiceCharge, state: "not_charged", reason: string): Promise<void> {
  await transaction(app.db, async (client) => {
    if (await moveCharge(client, row.invoice, state, reason)) await tellCharge(client, row.invoice, "payment.settled");
  });
}

const orderOf = ({ order_id }: InvoiceCharge): { order_id?: string } => (order_id === null ? {} : { order_id });

async function holdBack(app: FastifyInstance, row: InvoiceCharge, hold: Hold): Promise<void> {
  if (hold === "no_signature") {
    await raise(app, `charge:${row.invoice}:no_signature`, {
      subject: `Paiement à autoriser ${row.order_id ?? row.invoice}`,
      ...orderOf(row),
      dispatch_job: row.job,
      lines: [
        `Le client n'a pas signé à la fin de l'installation ${row.job}: la facture ${row.invoice} n'est pas débitée de sa carte.`,
        "Faites signer le client, ou autorisez le paiement.",
      ],
    });
  }
  if (hold === "no_account") {
    await raise(app, `charge:${row.invoice}:no_account`, {
      subject: `Compte de paiement à choisir ${row.order_id ?? row.invoice}`,
      ...orderOf(row),
      lines: [
        `La facture ${row.invoice} n'est pas débitée: Gigafibre Settings ne nomme aucun compte où inscrire les paiements par carte.`,
        "Choisissez « Payment account » dans Gigafibre Settings: le paiement est repris de lui-même.",
      ],
    });
  }
  await transaction(app.db, async (client) => {
    if (!(await moveCharge(client, row.invoice, "held", hold))) return;
    await recordEvent(client, { key: `charge:${row.invoice}:${hold}:${Date.now()}`, kind: "payment.held", doctype: "Sales Invoice", name: row.invoice });
  });
}

/** The service stays live and the invoice unpaid; the customer is given a link that pays it, and ops see it. Once for each refusal. */
async function declined(app: FastifyInstance, row: InvoiceCharge, reason: string, decline: string): Promise<void> {
  app.log.warn({ invoice: row.invoice, reason }, "a card was not charged");
  const payable = payableOf(row);
  const payer = await payerOf(app, payable);
  await transaction(app.db, async (client) => {
    if (!(await moveCharge(client, row.invoice, "declined", reason))) return;
    await noteDecline(client, row.invoice, decline);
    await recordEvent(client, { key: `charge:${row.invoice}:declined:${decline}:${Date.now()}`, kind: "payment.declined", doctype: "Sales Invoice", name: row.invoice });
    if (!payer) return;
    const told = { ...payable, charged: row.invoice, reason, key: `${row.invoice}:${decline}`, payUrl: await paymentLink(app, client, payable) };
    for (const message of declinedMessages(app, payer, told)) await put(app, client, message);
  });
  app.workers.wake(OUTBOX);
}
