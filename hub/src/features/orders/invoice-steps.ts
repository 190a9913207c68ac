/** The invoice of an order that is paid before the installation: one whole month and what is charged once. */
import { firstInvoice } from "@gigafibre/contracts/invoices";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import type { Step, StepValue, StepValues } from "@gigafibre/contracts/unit-of-work";
import type { OrderFacts } from "./steps.ts";

/** What ERPNext's own settings say about invoices, read when the order came. */
export interface InvoiceSettings {
  readonly company: string;
  readonly tax_template: string;
  /** The template's rows, as a Sales Invoice takes them. */
  readonly taxes: readonly { readonly charge_type: string; readonly account_head: string; readonly description: string; readonly rate: number }[];
}

export function invoiceSteps(order: Pick<OrderFacts, "order_id" | "quote" | "body">, settings: InvoiceSettings, customer: StepValue): Step[] {
  const language = order.body.customer.language ?? "fr";
  const invoice = firstInvoice(order.quote, null);
  const reductions = invoice.reductions.reduce((total, reduction) => total + reduction.amount_cents, 0);
  const values: StepValues = {
    customer,
    company: settings.company,
    order_id: order.order_id,
    project: { $ref: "project.name" },
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
    // Otherwise it rounds to the dollar and asks for that.
    disable_rounded_total: 1,
    ignore_pricing_rule: 1,
  };
  return [
    { op: "insert", doctype: "Sales Invoice", as: "invoice", values },
    { op: "submit", doctype: "Sales Invoice", name: { $ref: "invoice.name" } },
  ];
}
