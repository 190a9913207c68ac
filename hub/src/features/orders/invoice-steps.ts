/** The first invoice of an order, as ERPNext can submit it: made at the order when it is paid before the installation, else at the activation. */
import type { FirstInvoice } from "@gigafibre/contracts/invoices";
import type { Language } from "@gigafibre/contracts/language";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import type { Step, StepValue, StepValues } from "@gigafibre/contracts/unit-of-work";

/** What ERPNext's own settings say about invoices, read when the invoice is decided. */
export interface InvoiceSettings {
  readonly company: string;
  readonly tax_template: string;
  /** The template's rows, as a Sales Invoice takes them. */
  readonly taxes: readonly { readonly charge_type: string; readonly account_head: string; readonly description: string; readonly rate: number }[];
}

export interface Invoiced {
  readonly order_id: string;
  readonly customer: StepValue;
  readonly project: StepValue;
  readonly language: Language;
  readonly invoice: FirstInvoice;
  /** Payment Entries that it takes, oldest first. */
  readonly advances?: readonly { readonly name: string; readonly cents: number }[];
}

export function invoiceSteps({ order_id, customer, project, language, invoice, advances = [] }: Invoiced, settings: InvoiceSettings): Step[] {
  const reductions = invoice.reductions.reduce((total, reduction) => total + reduction.amount_cents, 0);
  let left = invoice.total_cents;
  const taken = advances.flatMap(({ name, cents }): StepValues[] => {
    const allocated = Math.min(left, cents);
    left -= allocated;
    return allocated > 0 ? [{ reference_type: "Payment Entry", reference_name: name, advance_amount: dollarsFromCents(cents), allocated_amount: dollarsFromCents(allocated), ref_exchange_rate: 1 }] : [];
  });
  const values: StepValues = {
    customer,
    company: settings.company,
    order_id,
    project,
    items: invoice.lines.map((line) => ({
      item_code: line.sku,
      description: line.label[language],
      qty: line.quantity,
      rate: dollarsFromCents(line.unit_cents),
    })),
    taxes_and_charges: settings.tax_template,
    taxes: settings.taxes.map((tax) => ({ ...tax })),
    // ERPNext refuses negative lines on submit: every reduction is in the discount, and named in a table of ours.
    apply_discount_on: "Net Total",
    discount_amount: dollarsFromCents(reductions),
    discounts: invoice.reductions.map((reduction) => ({
      item: reduction.sku,
      label: reduction.label[language],
      amount: dollarsFromCents(reduction.amount_cents),
    })),
    ...(taken.length > 0 ? { advances: taken } : {}),
    // Otherwise it rounds to the dollar and asks for that.
    disable_rounded_total: 1,
    ignore_pricing_rule: 1,
  };
  return [
    { op: "insert", doctype: "Sales Invoice", as: "invoice", values },
    { op: "submit", doctype: "Sales Invoice", name: { $ref: "invoice.name" } },
  ];
}
