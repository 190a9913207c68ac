/** Cards that were not charged, with what ERPNext says is still owed, as the person who asks may read it. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { QUEUE_LIMIT } from "@gigafibre/contracts/queues";
import type { Queues } from "@gigafibre/contracts/queues";
import type { Caller, ErpnextDocument } from "../../plugins/erpnext.ts";
import { transaction } from "../../plugins/database.ts";
import { recordEvent } from "../live-events/record-event.ts";
import type { ChargeState } from "./charges.ts";

/** @returns null for somebody who may not read invoices. @throws ErpnextUnavailable */
export async function failedCharges(app: FastifyInstance, caller: Caller): Promise<Queues["charges"]> {
  const { rows } = await app.db.query<{ invoice: string; order_id: string | null; state: ChargeState; reason: string | null; since: Date; waiting: string }>(
    `select invoice, order_id, state, reason, updated_at as since, count(*) over () as waiting
     from invoice_charge where state in ('declined', 'held') order by updated_at, invoice limit $1`,
    [QUEUE_LIMIT],
  );
  const { lists } = await app.erpnext.lists(
    [{ as: "invoices", doctype: "Sales Invoice", fields: ["name", "customer", "customer_name", "outstanding_amount"], filters: [["name", "in", rows.length === 0 ? [""] : rows.map(({ invoice }) => invoice)]] }],
    caller,
  );
  if (!lists["invoices"]) return null;
  const known = new Map(lists["invoices"].map((invoice) => [String(invoice["name"]), invoice]));
  return {
    waiting: Number(rows[0]?.waiting ?? 0),
    rows: rows.flatMap(({ waiting: _, since, ...charge }) => {
      const invoice = known.get(charge.invoice);
      if (!invoice) return [];
      const { customer, customer_name, outstanding_amount } = invoice;
      return [{ ...charge, customer: String(customer), customer_name: String(customer_name ?? customer), owed_cents: centsFromDollars(Number(outstanding_amount ?? 0)), since: since.toISOString() }];
    }),
  };
}

/** Paid by a link or at the office, or cancelled: what was declined is nobody's concern any more. */
export async function settleDeclined(app: FastifyInstance, invoice: string, document: ErpnextDocument | null): Promise<void> {
  if (document?.["docstatus"] === 0) return;
  if (document?.["docstatus"] === 1 && Number(document["outstanding_amount"] ?? 0) > 0) return;
  await transaction(app.db, async (client) => {
    const { rowCount } = await client.query("update invoice_charge set state = 'not_charged', reason = 'nothing_owed', updated_at = now() where invoice = $1 and state = 'declined'", [invoice]);
    if (rowCount === 1) await tellCharge(client, invoice, "payment.settled");
  });
}

/** What becomes of a charge may come about again: each time is news. */
export const tellCharge = (client: pg.ClientBase, invoice: string, kind: "payment.settled" | "payment.retried"): Promise<void> =>
  recordEvent(client, { key: `${kind}:${invoice}:${Date.now()}`, kind, doctype: "Sales Invoice", name: invoice });
