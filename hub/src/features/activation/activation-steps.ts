/**
 * The unit of work that makes a service live, from what ERPNext holds at that moment: whatever a person changed in Desk since the order counts.
 * Pure. Each document is expected as it was read, so that a change in between is not written over.
 */
import { addMonths, billingPeriod } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { firstInvoice } from "@gigafibre/contracts/invoices";
import type { Billable, BillableLine } from "@gigafibre/contracts/invoices";
import type { Bilingual, Language } from "@gigafibre/contracts/language";
import { centsFromDollars } from "@gigafibre/contracts/money";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { invoiceSteps } from "../orders/invoice-steps.ts";
import type { InvoiceSettings } from "../orders/invoice-steps.ts";

export interface Subscription {
  readonly name: string;
  readonly status: string;
  readonly item: string;
  readonly item_name: string;
  readonly quantity: number;
  readonly price: number;
  readonly billed_until: string | null;
}

export interface Charge {
  readonly item: string;
  readonly label: string | null;
  readonly kind: string;
  readonly quantity: number;
  readonly rate: number;
}

export interface Equipment {
  readonly name: string;
  readonly equipment_type: string;
  readonly status: string;
  readonly serial_number: string | null;
  readonly gpon_sn: string | null;
  readonly mac_address: string | null;
  readonly device_profile: string | null;
  readonly brand?: string | null;
  readonly model?: string | null;
}

/** What stands in ERPNext for an order whose installation is completed. */
export interface ActivationFacts {
  readonly order_id: string;
  readonly job: string;
  readonly customer: string;
  readonly project: string | null;
  readonly language: Language;
  readonly activated_on: IsoDate;
  readonly location: { readonly name: string; readonly status: string };
  readonly subscriptions: readonly Subscription[];
  readonly charges: readonly Charge[];
  readonly equipment: readonly Equipment[];
  /** Names of the ONTs that do the voice. */
  readonly speaking: ReadonlySet<string>;
  readonly open_tasks: readonly { readonly name: string; readonly status: string }[];
  readonly billing_day: number;
  /** null: the order is invoiced already. */
  readonly invoice: InvoiceSettings | null;
  /** What was received for the order before its invoice, and is submitted. */
  readonly advances: readonly { readonly name: string; readonly cents: number }[];
  /** Items whose first month is charged by the day. */
  readonly prorated: ReadonlySet<string>;
  /** How the order named what it sold, by SKU. */
  readonly labels: ReadonlyMap<string, Bilingual>;
}

export function activationSteps(facts: ActivationFacts): Step[] {
  const { location, activated_on } = facts;
  const dates: StepValues = { start_date: activated_on, billed_until: billedUntil(facts), next_billing_date: billedUntil(facts) };
  return [
    { op: "expect", doctype: "Dispatch Job", filters: { name: facts.job, status: "Completed" }, count: 1 },
    ...(location.status === "Pending Install"
      ? [update("Service Location", location, { status: "Active", activated_on })]
      : []),
    ...toActivate(facts).map((subscription) => update("Service Subscription", subscription, { status: "Active", ...dates })),
    ...nowActive(facts).map((equipment) => update("Service Equipment", equipment, { status: "Actif" })),
    ...facts.open_tasks.map((task) => update("Task", task, { status: "Completed", completed_on: activated_on })),
    ...invoiced(facts),
  ];
}

const update = (doctype: string, document: { readonly name: string; readonly status: string }, values: StepValues): Step => ({
  op: "update",
  doctype,
  name: document.name,
  values,
  expect: { status: document.status },
});

/** The first day not yet billed: the next billing day, or a whole month on when the order was invoiced before. */
function billedUntil({ activated_on, billing_day, invoice }: ActivationFacts): IsoDate {
  return invoice === null ? addMonths(activated_on, 1) : billingPeriod(activated_on, billing_day).next_billing_date;
}

/** Those that wait, and those that a person made active without saying from when they are billed. */
const toActivate = ({ subscriptions }: ActivationFacts): Subscription[] =>
  subscriptions.filter(({ status, billed_until }) => status === "Pending" || (status === "Active" && !billed_until));

/** What was scanned; and the telephones, where the ONT speaks for them. */
function nowActive({ equipment, speaking }: ActivationFacts): Equipment[] {
  const present = equipment.filter(({ status }) => status === "En attente" || status === "Actif");
  const scanned = (each: Equipment): boolean => Boolean(each.serial_number) || Boolean(each.mac_address) || Boolean(each.gpon_sn);
  const ontSpeaks = present.some((each) => each.equipment_type === "ONT" && scanned(each) && speaking.has(each.name));
  return present.filter((each) => each.status === "En attente" && (scanned(each) || (ontSpeaks && each.equipment_type === "Téléphone IP")));
}

/** What ERPNext says was sold, as a quote says it. */
export function soldOf(facts: ActivationFacts): Billable {
  const named = (sku: string, name: string): Bilingual => facts.labels.get(sku) ?? { fr: name, en: name };
  const monthly = new Map<string, BillableLine>();
  for (const { item, item_name, quantity, price } of toActivate(facts)) {
    const unit_cents = centsFromDollars(price);
    const same = monthly.get(`${item}|${unit_cents}`);
    monthly.set(`${item}|${unit_cents}`, {
      sku: item,
      unit_cents,
      quantity: quantity + (same?.quantity ?? 0),
      prorated: facts.prorated.has(item),
      label: named(item, item_name || item),
    });
  }
  const once = facts.charges.map(({ item, label, kind, quantity, rate }): BillableLine => {
    const cents = centsFromDollars(rate);
    // A credit names itself: the order's label is of the charge it reduces.
    const name = label ?? item;
    return { sku: item, quantity, unit_cents: kind === "credit" ? -cents : cents, prorated: false, label: kind === "credit" ? { fr: name, en: name } : named(item, name) };
  });
  return { monthly: [...monthly.values()], once };
}

function invoiced(facts: ActivationFacts): Step[] {
  if (facts.invoice === null) return [];
  const { order_id, customer, project, language, activated_on, billing_day } = facts;
  const invoice = firstInvoice(soldOf(facts), { activated_on, billing_day });
  if (invoice.lines.length === 0) return [];
  return [
    { op: "expect", doctype: "Sales Invoice", filters: { order_id, docstatus: 1 }, count: 0 },
    ...invoiceSteps({ order_id, customer, project, language, invoice, advances: facts.advances }, facts.invoice),
  ];
}
