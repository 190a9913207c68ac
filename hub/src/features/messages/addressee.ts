/** Whom something is told, from their order, else from what ERPNext has of them. */
import type { FastifyInstance } from "fastify";
import { textOf } from "../../erpnext-document.ts";
import type { Language } from "@gigafibre/contracts/language";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { e164Of } from "./stops.ts";

export interface Addressee {
  readonly name: string;
  readonly language: Language;
  /** Ten digits. */
  readonly phone: string | null;
  readonly email: string | null;
  readonly customer: string | null;
}

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
