/** The office sends a customer the link that pays an invoice. */
import type { FastifyInstance } from "fastify";
import { SMALLEST_CHARGE_CENTS } from "@gigafibre/contracts/payments";
import type { PaymentLinkSent } from "@gigafibre/contracts/payments";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import type { Addressee } from "../messages/addressee.ts";
import { paymentLinkMessages } from "../messages/payment-link-messages.ts";
import { isStopped } from "../messages/stops.ts";
import { orderById } from "../orders/repository.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { owedOf } from "./on-site.ts";
import { ofInvoice, ofOrder } from "./payable.ts";
import { payerOf } from "./payer.ts";
import { paymentLink } from "./payment-links.ts";

type Way = "email" | "sms";

export interface LinkToSend {
  readonly id: string;
  readonly by: Way | "both";
  readonly invoice: string;
  readonly user: string;
}

/**
 * Keeps the messages, once by `id`. The link pays what the invoice, or all of its order, owes when it is opened.
 * @throws Refusal `not_found` for an invoice that the person may not read, `invoice_not_open`, `nothing_owed`, `charge_too_small`, `sms_stopped`,
 * of the field `by` for whom it does not reach; ErpnextUnavailable
 */
export async function sendPaymentLink(app: FastifyInstance, { invoice, by, ...link }: LinkToSend, caller: Caller): Promise<PaymentLinkSent> {
  const document = await app.erpnext.get("Sales Invoice", invoice, caller);
  if (!document) throw new Refusal("not_found");
  const order = await orderById(app.db, textOf(document, "order_id"));
  if (!order && (document["docstatus"] !== 1 || document["is_return"] === 1)) throw new Refusal("invoice_not_open");
  const pays = order ? ofOrder(order.id) : ofInvoice(invoice);
  const [{ owed_cents, on_site_cents }, payer] = await Promise.all([owedOf(app, pays), payerOf(app, pays)]);
  const owed = owed_cents - on_site_cents;
  if (owed <= 0) throw new Refusal("nothing_owed");
  if (owed < SMALLEST_CHARGE_CENTS) throw new Refusal("charge_too_small");
  if (!payer) throw new Refusal("not_found");
  const ways = await waysTo(app, payer, by);
  const sent = await transaction(app.db, async (client) => {
    const messages = paymentLinkMessages(app, payer, { ...link, by: ways, pays, asked: invoice, owed_cents: owed, payUrl: await paymentLink(app, client, pays) });
    for (const message of messages) await put(app, client, message);
    return messages.map(({ kind }) => kind);
  });
  app.workers.wake(OUTBOX);
  return { invoice, order_id: pays.order_id, owed_cents: owed, sent: sent.filter((kind) => kind === "email" || kind === "sms") };
}

/** Those by which it reaches them: of both, one is enough. */
async function waysTo(app: FastifyInstance, { phone, email }: Addressee, by: Way | "both"): Promise<Way[]> {
  const stopped = phone !== null && by !== "email" && (await isStopped(app, `+1${phone}`));
  const ways: Way[] = [...(by === "email" || phone === null || stopped ? [] : (["sms"] as const)), ...(by === "sms" || email === null ? [] : (["email"] as const))];
  if (ways.length > 0) return ways;
  if (stopped) throw new Refusal("sms_stopped");
  throw Refusal.ofFields([fieldProblemOf("by", by === "email" ? "invalid_email" : "invalid_phone")]);
}
