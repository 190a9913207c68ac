/** Credit notes, as ERPNext can submit them: the mirror of an invoice, or what is given back of a month. */
import type { Language } from "@gigafibre/contracts/language";
import { centsFromDollars, dollarsFromCents } from "@gigafibre/contracts/money";
import type { Adjustment } from "@gigafibre/contracts/proration";
import type { Step, StepValue, StepValues } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import type { InvoiceSettings } from "../orders/invoice-steps.ts";

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (document: ErpnextDocument, table: string): readonly Row[] => (Array.isArray(document[table]) ? (document[table] as Row[]) : []);
const cents = (row: Row, field: string): number => centsFromDollars(Number(row[field] ?? 0));

/** One that owes still is lowered by it; one that is paid leaves the customer a balance, which a refund settles. */
const against = (invoice: ErpnextDocument): StepValues => ({ return_against: invoice.name, update_outstanding_for_self: cents(invoice, "outstanding_amount") > 0 ? 0 : 1 });

const submitted = (values: StepValues, as: string): Step[] => [
  { op: "insert", doctype: "Sales Invoice", as, values: { is_return: 1, ...values, disable_rounded_total: 1, ignore_pricing_rule: 1 } },
  { op: "submit", doctype: "Sales Invoice", name: { $ref: `${as}.name` } },
];

/** Everything that an invoice sold, given back to the cent. Its reductions stand in the discount, below zero as all the rest. */
export function mirrorSteps(invoice: ErpnextDocument): Step[] {
  const taken = (row: Row, fields: readonly string[]): Record<string, StepValue> => Object.fromEntries(fields.map((field) => [field, textOf(row, field)] as const).filter(([, value]) => value !== ""));
  return submitted(
    {
      customer: textOf(invoice, "customer"),
      company: textOf(invoice, "company"),
      ...(textOf(invoice, "order_id") ? { order_id: textOf(invoice, "order_id") } : {}),
      ...(textOf(invoice, "project") ? { project: textOf(invoice, "project") } : {}),
      ...against(invoice),
      items: rowsOf(invoice, "items").map((row) => ({
        ...taken(row, ["item_code", "description", "income_account", "cost_center"]), qty: -Number(row["qty"] ?? 0), rate: dollarsFromCents(cents(row, "rate")),
      })),
      taxes_and_charges: textOf(invoice, "taxes_and_charges"),
      taxes: rowsOf(invoice, "taxes").map((row) => ({ ...taken(row, ["charge_type", "account_head", "description"]), rate: Number(row["rate"] ?? 0) })),
      apply_discount_on: "Net Total",
      discount_amount: dollarsFromCents(-cents(invoice, "discount_amount")),
    },
    `credit_${invoice.name}`,
  );
}

export interface Credited {
  readonly adjustment: Adjustment;
  /** The invoice that sold it; null where there is none. */
  readonly against: ErpnextDocument | null;
  readonly customer: string;
  readonly order_id: string | null;
  readonly language: Language;
}

/** Whether an invoice sold all of this, at no lower a price: ERPNext gives back nothing else against it. */
function sold(invoice: ErpnextDocument, { lines }: Adjustment): boolean {
  return lines.every(({ sku, unit_cents, quantity }) => rowsOf(invoice, "items").some((row) => textOf(row, "item_code") === sku && cents(row, "rate") >= unit_cents && Number(row["qty"] ?? 0) >= quantity));
}

export function creditSteps({ adjustment, against: invoice, customer, order_id, language }: Credited, settings: InvoiceSettings): Step[] {
  return submitted(
    {
      customer,
      company: settings.company,
      ...(order_id === null ? {} : { order_id }),
      ...(invoice && sold(invoice, adjustment) ? against(invoice) : {}),
      items: adjustment.lines.map((line) => ({ item_code: line.sku, description: line.label[language], qty: -line.quantity, rate: dollarsFromCents(line.unit_cents) })),
      taxes_and_charges: settings.tax_template,
      taxes: settings.taxes.map((tax) => ({ ...tax })),
      apply_discount_on: "Net Total",
      discount_amount: dollarsFromCents(-adjustment.reductions.reduce((total, { amount_cents }) => total + amount_cents, 0)),
    },
    "credit",
  );
}
