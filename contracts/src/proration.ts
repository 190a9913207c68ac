/** What a part of a month costs: the same rule as the first invoice's, each unit price by its days, rounded, then multiplied. */
import { billingPeriod, daysBetween } from "./dates.ts";
import type { IsoDate } from "./dates.ts";
import type { InvoiceLine, InvoiceReduction } from "./invoices.ts";
import type { Bilingual } from "./language.ts";
import { divideHalfUp } from "./money.ts";
import type { Cents } from "./money.ts";
import { taxesOn } from "./pricing.ts";
import type { Taxes } from "./pricing.ts";

/** A unit's price from `from`, included, to `until`, not included: month by month where billing days lie in between. Nothing when it has run out. */
export function unitFor(unit_cents: Cents, from: IsoDate, until: IsoDate, billing_day: number): Cents {
  let total = 0;
  for (let day = from; day < until; ) {
    const { next_billing_date, days } = billingPeriod(day, billing_day);
    const end = next_billing_date < until ? next_billing_date : until;
    total += divideHalfUp(unit_cents * daysBetween(day, end), days);
    day = end;
  }
  return total;
}

export interface Recurring {
  readonly sku: string;
  readonly label: Bilingual;
  /** Negative for a discount. */
  readonly unit_cents: Cents;
  readonly quantity: number;
  /** Whether a part of a month is charged by the day; else it is neither charged nor given back. */
  readonly prorated: boolean;
  /** The first day not billed yet; null when it never was. */
  readonly billed_until: IsoDate | null;
}

export interface Adjustment extends Taxes {
  readonly lines: readonly InvoiceLine[];
  readonly reductions: readonly InvoiceReduction[];
  /** Before tax. Negative: the customer is owed it, and lines and reductions are those of a credit note, positive as on an invoice. */
  readonly net_cents: Cents;
}

type Part = Pick<Recurring, "sku" | "label" | "unit_cents" | "quantity">;

/** As ERPNext can submit it: positive lines, reductions apart; the other way round when it is a credit. */
function adjustmentOf(parts: readonly Part[]): Adjustment {
  const net_cents = parts.reduce((sum, { unit_cents, quantity }) => sum + unit_cents * quantity, 0);
  const sign = net_cents < 0 ? -1 : 1;
  const lines = parts.flatMap((part): InvoiceLine[] => (part.unit_cents * sign > 0 ? [{ ...part, unit_cents: part.unit_cents * sign }] : []));
  const reductions = parts.flatMap(({ sku, label, unit_cents, quantity }): InvoiceReduction[] =>
    unit_cents * sign < 0 ? [{ sku, label, amount_cents: -unit_cents * sign * quantity }] : [],
  );
  return { lines, reductions, net_cents, ...taxesOn(net_cents) };
}

const ofDays = (line: Recurring, sign: 1 | -1, from: IsoDate, until: IsoDate, billing_day: number): Part => ({
  sku: line.sku,
  label: line.label,
  quantity: line.quantity,
  unit_cents: sign * (line.prorated ? unitFor(line.unit_cents, from, until, billing_day) : 0),
});

/** Nothing to pay and nothing to give back. */
export const NO_ADJUSTMENT: Adjustment = adjustmentOf([]);

/** What is sold at its price, on top of what recurs. */
export const soldOnce = (parts: readonly Part[]): Adjustment => adjustmentOf(parts.filter(({ unit_cents }) => unit_cents !== 0));

/** What was billed and is not used: from `from` on. */
export function unusedDays(lines: readonly Recurring[], from: IsoDate, billing_day: number): Adjustment {
  return adjustmentOf(lines.map((line) => ofDays(line, -1, from, line.billed_until ?? from, billing_day)));
}

/** What begins on `from`, up to the next billing day. */
export function remainingDays(lines: readonly Recurring[], from: IsoDate, billing_day: number): Adjustment {
  const { next_billing_date } = billingPeriod(from, billing_day);
  return adjustmentOf(lines.map((line) => ofDays(line, 1, from, next_billing_date, billing_day)));
}

/** One in the place of others from `from` on, as far as those were billed; what was not billed yet is billed in its time. */
export function changedFrom(before: readonly Recurring[], after: readonly Omit<Recurring, "billed_until">[], from: IsoDate, billing_day: number): Adjustment {
  const until = before.reduce<IsoDate>((latest, { billed_until }) => (billed_until !== null && billed_until > latest ? billed_until : latest), from);
  return adjustmentOf([
    ...after.map((line) => ofDays({ ...line, billed_until: until }, 1, from, until, billing_day)),
    ...before.map((line) => ofDays(line, -1, from, line.billed_until ?? from, billing_day)),
  ]);
}
