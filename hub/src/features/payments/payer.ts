import type { FastifyInstance } from "fastify";
import { textOf } from "../../erpnext-document.ts";
import { addressee } from "../messages/addressee.ts";
import type { Addressee } from "../messages/addressee.ts";
import { orderById, summaryById } from "../orders/repository.ts";
import type { Payable } from "./payable.ts";

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
