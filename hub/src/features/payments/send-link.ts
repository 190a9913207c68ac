/** The office sends a customer the link that pays an invoice. */
import type { FastifyInstance } from "fastify";
import type { PaymentLinkSent } from "@gigafibre/contracts/payments";
import { transaction } from "../../plugins/database.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { textOf } from "../activation/activation-facts.ts";
import { paymentLinkMessages } from "../messages/payment-link-messages.ts";
import { orderById, summaryById } from "../orders/repository.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { owedBy } from "./on-site.ts";
import { paymentLink } from "./payment-links.ts";

export interface LinkToSend {
  readonly id: string;
  readonly by: "email" | "sms" | "both";
  readonly invoice: string;
  readonly user: string;
}

/**
 * Keeps the messages, once by `id`. The link pays what the invoice's order owes when it is opened.
 * @throws Refusal `not_found` for an invoice that the person may not read, `no_payment_link`, `nothing_owed`; ErpnextUnavailable
 */
export async function sendPaymentLink(app: FastifyInstance, { invoice, ...link }: LinkToSend, caller: Caller): Promise<PaymentLinkSent> {
  const document = await app.erpnext.get("Sales Invoice", invoice, caller);
  if (!document) throw new Refusal("not_found");
  const order = await orderById(app.db, textOf(document, "order_id"));
  if (!order) throw new Refusal("no_payment_link");
  const { owed_cents = 0, on_site_cents = 0 } = (await owedBy(app, [order.id])).get(order.id) ?? {};
  const owed = owed_cents - on_site_cents;
  if (owed <= 0) throw new Refusal("nothing_owed");
  const summary = await summaryById(app.db, app.vault, order.id);
  const sent = await transaction(app.db, async (client) => {
    const messages = paymentLinkMessages(app, order, summary, { ...link, invoice, owed_cents: owed, payUrl: await paymentLink(app, client, order.id) });
    for (const message of messages) await put(app, client, message);
    return messages.map(({ kind }) => kind);
  });
  app.workers.wake(OUTBOX);
  return { invoice, order_id: order.id, owed_cents: owed, sent: sent.filter((kind) => kind === "email" || kind === "sms") };
}
