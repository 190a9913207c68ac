/** What is paid at once: all that an order of ours owes, or the one invoice that no order made. */
import type { FastifyInstance } from "fastify";
import { textOf } from "../activation/activation-facts.ts";
import { addressee } from "../calls/addressee.ts";
import type { Addressee } from "../messages/cancelled-messages.ts";
import { orderById, summaryById } from "../orders/repository.ts";

export type Payable = { readonly order_id: string; readonly invoice: null } | { readonly order_id: null; readonly invoice: string };

export const ofOrder = (order_id: string): Payable => ({ order_id, invoice: null });
export const ofInvoice = (invoice: string): Payable => ({ order_id: null, invoice });

/** What an invoice's payment is a payment of. */
export const payableOf = ({ order_id, invoice }: { readonly order_id: string | null; readonly invoice: string }): Payable => (order_id === null ? ofInvoice(invoice) : ofOrder(order_id));

/** What people call it. */
export const aboutOf = ({ order_id, invoice }: { readonly order_id: string | null; readonly invoice: string | null }): string => order_id ?? invoice ?? "";

/** Whom it is asked of: who ordered, or whose invoice it is. @throws ErpnextUnavailable */
export async function payerOf(app: FastifyInstance, payable: Payable): Promise<Addressee | null> {
  if (payable.order_id === null) {
    const document = await app.erpnext.get("Sales Invoice", payable.invoice);
    return document && addressee(app, textOf(document, "customer"));
  }
  const order = await orderById(app.db, payable.order_id);
  if (!order) return null;
  const { customer_name, phone, email } = await summaryById(app.db, app.vault, order.id);
  return { name: customer_name, language: order.language, phone, email, customer: order.documents["customer"] ?? null };
}
