/** Whom something is told, from their order, else from what ERPNext has of them. */
import type { FastifyInstance } from "fastify";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { textOf } from "../activation/activation-facts.ts";
import type { Addressee } from "../messages/cancelled-messages.ts";
import { e164Of } from "../messages/stops.ts";

/** The contact of today, who may be another than the order's. */
export function addresseeOf(customer: ErpnextDocument): Addressee {
  return {
    name: textOf(customer, "customer_name") || customer.name,
    language: textOf(customer, "preferred_language") === "en" ? "en" : "fr",
    phone: e164Of(textOf(customer, "mobile_no"))?.slice(2) ?? null,
    email: textOf(customer, "email_id") || null,
    customer: customer.name,
  };
}

export async function addressee(app: FastifyInstance, customer: string): Promise<Addressee | null> {
  const document = await app.erpnext.get("Customer", customer);
  return document && addresseeOf(document);
}
