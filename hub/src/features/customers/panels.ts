/** What a customer's page asks ERPNext for, in one call, and what becomes of each panel. */
import { PANEL_PAGE } from "@gigafibre/contracts/customer-360";
import type { Balance, CustomerOverview, InvoiceRow, PaymentRow } from "@gigafibre/contracts/customer-360";
import { daysBetween, localDate } from "@gigafibre/contracts/dates";
import { centsFromDollars } from "@gigafibre/contracts/money";
import type { AskedList, Row } from "../../plugins/erpnext.ts";

/** DocTypes of which the page has to know what the person may do. */
export const EDITED = [
  "Customer", "Contact", "Address", "Service Location", "Service Subscription", "Service Equipment", "Sales Invoice", "Payment Entry", "Issue", "Dispatch Job",
];

export type Lists = Readonly<Record<string, readonly Row[] | null>>;

export const textOf = (row: Row | undefined, field: string): string => {
  const value = row?.[field];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};
export const orNull = (row: Row | undefined, field: string): string | null => textOf(row, field) || null;
const centsOf = (row: Row | undefined, field: string): number => centsFromDollars(Number(row?.[field] ?? 0).toFixed(2));
const intOf = (row: Row | undefined, field: string): number => Math.trunc(Number(row?.[field] ?? 0));

const sumOf = (rows: readonly Row[], field: string): number => rows.reduce((sum, row) => sum + centsOf(row, field), 0);
const paid = (lists: Lists, type: "Receive" | "Pay"): readonly Row[] =>
  (lists["payments"] ?? []).filter((row) => intOf(row, "docstatus") === 1 && textOf(row, "payment_type") === type);

/** The documents that the thread's comments and changes stand beside, with all of them or with their names only. */
export function heldLists(customer: string, fields?: readonly string[]): AskedList[] {
  const all = fields ?? ["*"];
  const linked = [["Dynamic Link", "link_doctype", "=", "Customer"], ["Dynamic Link", "link_name", "=", customer]];
  const theirs = [["customer", "=", customer]];
  return [
    { as: "customer", doctype: "Customer", fields: all, filters: [["name", "=", customer]], order_by: "creation asc" },
    { as: "contacts", doctype: "Contact", fields: all, filters: linked, order_by: "`tabContact`.creation asc" },
    { as: "addresses", doctype: "Address", fields: all, filters: linked, order_by: "`tabAddress`.creation asc" },
    { as: "locations", doctype: "Service Location", fields: all, filters: theirs, order_by: "creation asc" },
    { as: "subscriptions", doctype: "Service Subscription", fields: all, filters: theirs, order_by: "creation asc" },
    { as: "equipment", doctype: "Service Equipment", fields: all, filters: theirs, order_by: "creation asc" },
  ];
}

export function panelLists(customer: string): AskedList[] {
  const ofContacts = { parent: "Contact", filters: [["parent", "in", { $names: "contacts" }]], order_by: "idx asc" };
  const newest = "posting_date desc, creation desc";
  return [
    ...heldLists(customer),
    { as: "emails", doctype: "Contact Email", fields: ["name", "parent", "email_id", "is_primary"], ...ofContacts },
    { as: "phones", doctype: "Contact Phone", fields: ["name", "parent", "phone", "is_primary_phone", "is_primary_mobile_no"], ...ofContacts },
    // All of them, for the sums too: one reading costs ERPNext less than a sum for each figure.
    {
      as: "invoices", doctype: "Sales Invoice", filters: [["customer", "=", customer]], order_by: newest,
      fields: ["name", "modified", "status", "docstatus", "posting_date", "due_date", "grand_total", "outstanding_amount", "order_id"],
    },
    {
      as: "payments", doctype: "Payment Entry", filters: [["party_type", "=", "Customer"], ["party", "=", customer]], order_by: newest,
      fields: ["name", "modified", "docstatus", "payment_type", "posting_date", "mode_of_payment", "paid_amount", "unallocated_amount", "reference_no"],
    },
  ];
}

export type Charges = ReadonlyMap<string, NonNullable<InvoiceRow["charge"]>>;

function invoiceRow(row: Row, charges: Charges): InvoiceRow {
  return {
    name: textOf(row, "name"),
    modified: textOf(row, "modified"),
    status: textOf(row, "status"),
    docstatus: intOf(row, "docstatus"),
    posting_date: textOf(row, "posting_date"),
    due_date: orNull(row, "due_date"),
    grand_total_cents: centsOf(row, "grand_total"),
    outstanding_cents: centsOf(row, "outstanding_amount"),
    order_id: orNull(row, "order_id"),
    charge: charges.get(textOf(row, "name")) ?? null,
  };
}

function paymentRow(row: Row): PaymentRow {
  return {
    name: textOf(row, "name"),
    modified: textOf(row, "modified"),
    docstatus: intOf(row, "docstatus"),
    payment_type: textOf(row, "payment_type"),
    posting_date: textOf(row, "posting_date"),
    mode_of_payment: orNull(row, "mode_of_payment"),
    amount_cents: centsOf(row, "paid_amount"),
    unallocated_cents: centsOf(row, "unallocated_amount"),
    reference_no: orNull(row, "reference_no"),
  };
}

/** Those of the first page on which something is owed. */
export function openInvoices({ invoices }: Lists): string[] {
  return (invoices ?? []).slice(0, PANEL_PAGE).filter((row) => intOf(row, "docstatus") === 1 && centsOf(row, "outstanding_amount") > 0).map((row) => textOf(row, "name"));
}

export function invoicesOf(lists: Lists, charges: Charges): CustomerOverview["invoices"] {
  const { invoices } = lists;
  if (!invoices) return null;
  const submitted = invoices.filter((row) => intOf(row, "docstatus") === 1);
  return { rows: invoices.slice(0, PANEL_PAGE).map((row) => invoiceRow(row, charges)), count: invoices.length, total_cents: sumOf(submitted, "grand_total"), outstanding_cents: sumOf(submitted, "outstanding_amount") };
}

export function paymentsOf(lists: Lists): CustomerOverview["payments"] {
  const { payments } = lists;
  if (!payments) return null;
  const total_cents = sumOf(paid(lists, "Receive"), "paid_amount") - sumOf(paid(lists, "Pay"), "paid_amount");
  return { rows: payments.slice(0, PANEL_PAGE).map(paymentRow), count: payments.length, total_cents };
}

/** From what is open, by the days since it was due. */
export function balanceOf(lists: Lists, today = localDate(new Date())): Balance | null {
  const open = lists["invoices"]?.filter((row) => intOf(row, "docstatus") === 1);
  if (!open) return null;
  const late = open.map((row) => ({ days: daysBetween(textOf(row, "due_date") || today, today), cents: centsOf(row, "outstanding_amount") }));
  const between = (from: number, to: number): number => late.filter(({ days }) => days >= from && days <= to).reduce((sum, { cents }) => sum + cents, 0);
  const unallocated_cents = sumOf(paid(lists, "Receive"), "unallocated_amount");
  return {
    balance_cents: between(-Infinity, Infinity) - unallocated_cents,
    unallocated_cents,
    overdue_cents: between(1, Infinity),
    not_due_cents: between(-Infinity, 0),
    days_0_30_cents: between(1, 30),
    days_31_60_cents: between(31, 60),
    days_61_90_cents: between(61, 90),
    days_over_90_cents: between(91, Infinity),
  };
}
