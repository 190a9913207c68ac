/**
 * The first invoice of an order: positive lines, and every reduction named apart, as ERPNext can submit it.
 */
import type { Bilingual } from "./language.ts";
import { divideHalfUp } from "./money.ts";
import type { Cents } from "./money.ts";
import { taxesOn } from "./pricing.ts";
import type { QuoteLine, Taxes } from "./pricing.ts";
import { billingPeriod } from "./dates.ts";
import type { IsoDate } from "./dates.ts";

export interface InvoiceLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unit_cents: Cents;
  readonly label: Bilingual;
}

export interface InvoiceReduction {
  readonly sku: string;
  /** Positive. */
  readonly amount_cents: Cents;
  readonly label: Bilingual;
}

/** What a line of a sale has to say to be invoiced. */
export type BillableLine = Pick<QuoteLine, "sku" | "quantity" | "unit_cents" | "prorated" | "label">;
export interface Billable {
  readonly monthly: readonly BillableLine[];
  readonly once: readonly BillableLine[];
}

export interface FirstInvoice extends Taxes {
  readonly lines: readonly InvoiceLine[];
  readonly reductions: readonly InvoiceReduction[];
  readonly net_cents: Cents;
  /** The first day not yet billed. */
  readonly billed_until: IsoDate | null;
}

/**
 * Invoices what was sold for its first month.
 *
 * With `activated_on`, each prorated unit price counts its days from that day, included, up to the next billing day, is rounded, then multiplied;
 * without it (an agent's order, invoiced before activation) the month is whole and `billed_until` is known only at activation.
 */
export function firstInvoice(sold: Billable, activation: { activated_on: IsoDate; billing_day: number } | null): FirstInvoice {
  const period = activation && billingPeriod(activation.activated_on, activation.billing_day);
  const lines: InvoiceLine[] = [];
  const reductions: InvoiceReduction[] = [];
  const place = (line: BillableLine, unit_cents: Cents): void => {
    if (unit_cents > 0) lines.push({ sku: line.sku, quantity: line.quantity, unit_cents, label: line.label });
    if (unit_cents < 0) reductions.push({ sku: line.sku, amount_cents: -unit_cents * line.quantity, label: line.label });
  };
  for (const line of sold.monthly) {
    place(line, period && line.prorated ? divideHalfUp(line.unit_cents * period.days_left, period.days) : line.unit_cents);
  }
  for (const line of sold.once) place(line, line.unit_cents);
  const net_cents =
    lines.reduce((total, line) => total + line.unit_cents * line.quantity, 0) -
    reductions.reduce((total, reduction) => total + reduction.amount_cents, 0);
  return { lines, reductions, net_cents, ...taxesOn(net_cents), billed_until: period ? period.next_billing_date : null };
}
