/** Money received on site: the drafts that the office has yet to submit or discard, and what orders owe besides. */
import type { FastifyInstance } from "fastify";
import { centsFromDollars, dollarsFromCents } from "@gigafibre/contracts/money";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { Payable } from "./payable.ts";

const PAYMENT = "Payment Entry";

export interface OwedInvoice extends Record<string, unknown> {
  readonly name: string;
  readonly order_id: string | null;
  readonly customer: string;
  readonly debit_to: string;
  readonly outstanding_amount: number;
}

interface Received extends Record<string, unknown> {
  readonly name: string;
  readonly modified: string;
  readonly order_id: string | null;
  readonly paid_amount: number;
  readonly unallocated_amount: number;
}

export interface Owed {
  /** Oldest first. */
  readonly invoices: readonly OwedInvoice[];
  /** By the books. */
  readonly owed_cents: number;
  /** In drafts. */
  readonly on_site_cents: number;
}

const OWED = ["name", "order_id", "customer", "debit_to", "outstanding_amount"] as const;
const FIELDS = ["name", "modified", "order_id", "paid_amount", "unallocated_amount"] as const;
const cents = (rows: readonly Record<string, unknown>[], field: string): number => rows.reduce((sum, row) => sum + centsFromDollars(Number(row[field] ?? 0)), 0);

/** What these orders owe. @throws ErpnextUnavailable */
export async function owedBy(app: FastifyInstance, orders: readonly string[]): Promise<Map<string, Owed>> {
  if (orders.length === 0) return new Map();
  const [invoices, drafts] = await Promise.all([
    app.erpnext.list<OwedInvoice>("Sales Invoice", {
      fields: OWED,
      filters: [["order_id", "in", orders], ["docstatus", "=", 1], ["outstanding_amount", ">", 0]],
      order_by: "creation asc",
    }),
    app.erpnext.list<Received>(PAYMENT, { fields: FIELDS, filters: [["order_id", "in", orders], ["docstatus", "=", 0], ["payment_type", "=", "Receive"]] }),
  ]);
  return new Map(
    orders.map((order) => {
      const owed = invoices.filter(({ order_id }) => order_id === order);
      return [order, { invoices: owed, owed_cents: cents(owed, "outstanding_amount"), on_site_cents: cents(drafts.filter(({ order_id }) => order_id === order), "paid_amount") }];
    }),
  );
}

/** What is owed of it, and what of that was received on site. @throws ErpnextUnavailable */
export async function owedOf(app: FastifyInstance, payable: Payable): Promise<Owed> {
  if (payable.order_id !== null) return (await owedBy(app, [payable.order_id])).get(payable.order_id) ?? { invoices: [], owed_cents: 0, on_site_cents: 0 };
  const { invoice } = payable;
  const [invoices, drafts] = await Promise.all([
    app.erpnext.list<OwedInvoice>("Sales Invoice", { fields: OWED, filters: [["name", "=", invoice], ["docstatus", "=", 1], ["outstanding_amount", ">", 0]] }),
    draftsNaming(app, invoice),
  ]);
  return { invoices, owed_cents: cents(invoices, "outstanding_amount"), on_site_cents: cents(drafts, "paid_amount") };
}

/** Payments that the office has yet to submit, which name the invoice. */
async function draftsNaming(app: FastifyInstance, invoice: string): Promise<Record<string, unknown>[]> {
  const { data } = await app.erpnext.call("GET", `/api/resource/${encodeURIComponent(PAYMENT)}`, {
    query: { fields: JSON.stringify(["name", "paid_amount"]), filters: JSON.stringify([["Payment Entry Reference", "reference_name", "=", invoice], [PAYMENT, "docstatus", "=", 0]]), limit_page_length: "0" },
  });
  // One for each row that names it.
  return [...new Map((Array.isArray(data) ? (data as Record<string, unknown>[]) : []).map((draft) => [draft["name"], draft])).values()];
}

export interface Asked {
  readonly invoice: string;
  readonly order_id: string | null;
  readonly customer: string;
  readonly owed_cents: number;
}

/**
 * Whether money received on site may be for this invoice: a draft that names it, or one of the customer's that names none; what the office has
 * submitted and nobody has set against it; or what could not be entered at all.
 */
export async function mayBePaidOnSite(app: FastifyInstance, asked: Asked): Promise<boolean> {
  const { invoice, order_id, customer } = asked;
  const of = [["party_type", "=", "Customer"], ["party", "=", customer], ["payment_type", "=", "Receive"]] as const;
  const [named, drafts, advances, unentered] = await Promise.all([
    draftsNaming(app, invoice),
    app.erpnext.list<Received>(PAYMENT, { fields: FIELDS, filters: [...of, ["docstatus", "=", 0], ["total_allocated_amount", "=", 0]] }),
    order_id === null ? [] : app.erpnext.list<Received>(PAYMENT, { fields: FIELDS, filters: [["order_id", "=", order_id], ["payment_type", "=", "Receive"], ["docstatus", "=", 1], ["unallocated_amount", ">", 0]] }),
    order_id === null ? false : hasUnenteredMoney(app, order_id),
  ]);
  const theirs = drafts.filter((draft) => !draft.order_id || draft.order_id === order_id);
  for (const draft of theirs) if (draft.order_id) await setAgainst(app, asked, draft);
  return named.length > 0 || theirs.length > 0 || (asked.owed_cents > 0 && advances.length > 0) || unentered;
}

/** A draft made before the order's invoice takes it once it is there: submitted as it stands, it would pay nothing. */
async function setAgainst(app: FastifyInstance, { invoice, owed_cents }: Asked, draft: Received): Promise<void> {
  const allocated = Math.min(owed_cents, centsFromDollars(draft.paid_amount));
  if (allocated === 0) return;
  const references = [{ reference_doctype: "Sales Invoice", reference_name: invoice, allocated_amount: dollarsFromCents(allocated) }];
  try {
    await app.erpnext.commit({ key: `payment:${draft.name}:${invoice}:${draft.modified}`, steps: [{ op: "update", doctype: PAYMENT, name: draft.name, values: { references }, expect: { modified: draft.modified } }] });
  } catch (error) {
    // The office has it in hand at this moment: it holds the charge as it is.
    if (!(error instanceof ErpnextRefused)) throw error;
    app.log.info({ err: error, payment: draft.name }, "a draft payment could not be set against its invoice");
  }
}

/** Money that could not be entered, while its Issue is open. */
export async function hasUnenteredMoney(app: FastifyInstance, order: string): Promise<boolean> {
  const { rows } = await app.db.query<{ issue: string | null }>("select issue from site_payment where order_id = $1 and payment_entry is null", [order]);
  if (rows.length === 0) return false;
  const issues = rows.flatMap(({ issue }) => (issue === null ? [] : [issue]));
  const settled = await app.erpnext.list("Issue", { fields: ["name", "status"], filters: [["name", "in", issues.length > 0 ? issues : [""]], ["status", "in", ["Closed", "Resolved"]]] });
  return rows.length > settled.length;
}

/** What was received for the order before its first invoice, and is submitted: the invoice takes it. */
export async function advancesOf(app: FastifyInstance, order: string): Promise<{ readonly name: string; readonly cents: number }[]> {
  const rows = await app.erpnext.list<Received>(PAYMENT, {
    fields: FIELDS,
    filters: [["order_id", "=", order], ["payment_type", "=", "Receive"], ["docstatus", "=", 1], ["unallocated_amount", ">", 0]],
    order_by: "creation asc",
  });
  return rows.map((row) => ({ name: row.name, cents: centsFromDollars(row.unallocated_amount) }));
}
