/** A customer's invoices and payments: the first with the page, more as they are asked for; a link or a charge for what is owed. */
import { PANEL_PAGE } from "@gigafibre/contracts/customer-360";
import type { InvoiceRow } from "@gigafibre/contracts/customer-360";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { chargeAnswer, paymentLinkSent } from "@gigafibre/contracts/payments";
import type { ChargeAnswer, PaymentLinkSent } from "@gigafibre/contracts/payments";
import { z } from "zod";
import { askHub, erpnext, posted } from "../../hub-request.ts";

const text = z.string().nullish();
const row = z.looseObject({
  name: z.string(), modified: z.string(), status: z.string(), docstatus: z.int(), posting_date: z.string(), due_date: text, grand_total: z.number(), outstanding_amount: z.number(), order_id: text,
});

/** @throws Refusal */
export async function moreInvoices(customer: string, from: number): Promise<InvoiceRow[]> {
  const found = await erpnext(({ db }) =>
    db.getDocList<unknown, Record<string, unknown>>("Sales Invoice", {
      fields: ["name", "modified", "status", "docstatus", "posting_date", "due_date", "grand_total", "outstanding_amount", "order_id"],
      filters: [["customer", "=", customer]], orderBy: { field: "posting_date desc, creation", order: "desc" }, limit_start: from, limit: PANEL_PAGE,
    }),
  );
  return z.array(row).parse(found).map(({ grand_total, outstanding_amount, due_date, order_id, ...rest }) => ({
    ...rest, due_date: due_date ?? null, order_id: order_id ?? null, charge: null, grand_total_cents: centsFromDollars(grand_total.toFixed(2)), outstanding_cents: centsFromDollars(outstanding_amount.toFixed(2)),
  }));
}

/** @throws Refusal */
export const sendLink = (invoice: string, by: "email" | "sms" | "both", id: string): Promise<PaymentLinkSent> =>
  askHub(paymentLinkSent, `/api/invoices/${encodeURIComponent(invoice)}/payment-link`, posted({ id, by }));

/** @throws Refusal */
export const chargeCard = (invoice: string): Promise<ChargeAnswer> => askHub(chargeAnswer, `/api/invoices/${encodeURIComponent(invoice)}/charge`, { method: "POST" });
