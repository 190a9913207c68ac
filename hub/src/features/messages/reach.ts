/** How the customer of a visit is reached. */
import type { FastifyInstance } from "fastify";
import type { Language } from "@gigafibre/contracts/language";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";

export interface Reach {
  readonly customer: string;
  readonly name: string;
  readonly language: Language;
  /** E.164, of the job or else of the customer; null where none can be dialled. */
  readonly phone: string | null;
  readonly email: string | null;
}

/** @throws ErpnextUnavailable */
export async function reachOf(app: FastifyInstance, job: ErpnextDocument | null): Promise<Reach> {
  const customer = textOf(job, "customer") ? await app.erpnext.get("Customer", textOf(job, "customer")) : null;
  const digits = (textOf(job, "contact_phone") || textOf(customer, "mobile_no")).replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
  return {
    customer: textOf(job, "customer"),
    name: textOf(customer, "customer_name") || textOf(job, "customer_name"),
    language: textOf(customer, "preferred_language") === "en" ? "en" : "fr",
    phone: digits.length === 10 ? `+1${digits}` : null,
    email: textOf(customer, "email_id") || null,
  };
}
