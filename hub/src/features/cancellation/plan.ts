/** What cancelling does, from what stands now: what a person is shown before, and the steps. Pure. */
import { createHash } from "node:crypto";
import { refundsOf } from "@gigafibre/contracts/cancellation";
import type { CancellationPreview, Credit } from "@gigafibre/contracts/cancellation";
import { addDays } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { centsFromDollars, dollarsFromCents } from "@gigafibre/contracts/money";
import { unusedDays } from "@gigafibre/contracts/proration";
import type { Adjustment, Recurring } from "@gigafibre/contracts/proration";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import type { InvoiceSettings } from "../orders/invoice-steps.ts";
import { creditSteps, mirrorSteps } from "./credit-steps.ts";
import type { CancellationFacts, HeldInvoice } from "./facts.ts";

export interface CancellationPlan {
  readonly order: string | null;
  readonly location: string | null;
  readonly customer: string | null;
  readonly fibre: string | null;
  readonly serials: readonly string[];
  readonly jobs: readonly string[];
  readonly refunds: readonly { readonly payment_intent: string; readonly amount_cents: number }[];
  readonly credited_cents: number;
  readonly refund_cents: number;
  readonly by_hand_cents: number;
  /** Of the customer, to be let go at Stripe. */
  readonly card: string | null;
  readonly installed: boolean;
  /** All that was invoiced is undone. */
  readonly undone: boolean;
  readonly nothing_owed: boolean;
  readonly devices: number;
}

const NUMBERS = ["serial_number", "gpon_sn", "mac_address"] as const;
const isEmpty = (device: ErpnextDocument): boolean => NUMBERS.every((field) => textOf(device, field) === "");

export const isInstalled = ({ location }: CancellationFacts): boolean => ["Active", "Suspended"].includes(textOf(location, "status"));

/** An order that is not installed is undone whole; a service, as the person says. */
export const creditFor = (facts: CancellationFacts, wanted: Credit): Credit => (isInstalled(facts) ? wanted : "all");

const billed = (facts: CancellationFacts): Recurring[] =>
  facts.subscriptions
    .filter((each) => textOf(each, "status") === "Active")
    .map((each) => ({
      sku: textOf(each, "item"),
      label: { fr: textOf(each, "item_name") || textOf(each, "item"), en: textOf(each, "item_name") || textOf(each, "item") },
      unit_cents: centsFromDollars(Number(each["price"] ?? 0)),
      quantity: Number(each["quantity"] ?? 1),
      prorated: facts.prorated.has(textOf(each, "item")),
      billed_until: textOf(each, "billed_until") || null,
    }));

interface Money extends Pick<CancellationPreview, "invoices" | "credited_cents" | "refund_cents" | "by_hand_cents"> {
  readonly refunds: CancellationPlan["refunds"];
  readonly unused: Adjustment | null;
  readonly cancels: readonly HeldInvoice[];
  readonly mirrors: readonly HeldInvoice[];
  readonly kept_owed_cents: number;
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0);

function moneyOf(facts: CancellationFacts, credit: Credit, today: IsoDate): Money {
  const { invoices } = facts;
  const row = (becomes: CancellationPreview["invoices"][number]["becomes"]) => ({ document, total_cents }: HeldInvoice) => ({ name: document.name, becomes, amount_cents: total_cents });
  if (credit !== "all") {
    const whole = credit === "unused_days" ? unusedDays(billed(facts), addDays(today, 1), facts.billing_day) : null;
    const unused = whole !== null && whole.net_cents < 0 ? whole : null;
    const credited_cents = unused === null ? 0 : -unused.total_cents;
    const owed = sum(invoices.map(({ outstanding_cents }) => Math.max(0, outstanding_cents)));
    // What is owed still is paid with it first; where no order says what was paid, it stays the customer's balance.
    const { refunds, by_hand_cents } = refundsOf(facts.order === null ? 0 : Math.max(0, credited_cents - owed), facts.cards);
    const refund_cents = sum(refunds.map(({ amount_cents }) => amount_cents));
    return { invoices: invoices.map(row("kept")), credited_cents, refund_cents, by_hand_cents, refunds, unused, cancels: [], mirrors: [], kept_owed_cents: Math.max(0, owed - credited_cents) };
  }
  const cancels = invoices.filter(({ total_cents, outstanding_cents }) => outstanding_cents === total_cents);
  const mirrors = invoices.filter((invoice) => !cancels.includes(invoice));
  const paid = sum(mirrors.map(({ total_cents, outstanding_cents }) => total_cents - outstanding_cents)) + facts.advances_cents;
  const { refunds, by_hand_cents } = refundsOf(paid, facts.cards);
  return {
    invoices: [...cancels.map(row("cancelled")), ...mirrors.map(row("credited"))],
    credited_cents: sum(mirrors.map(({ total_cents }) => total_cents)),
    refund_cents: sum(refunds.map(({ amount_cents }) => amount_cents)),
    by_hand_cents,
    refunds,
    unused: null,
    cancels,
    mirrors,
    kept_owed_cents: 0,
  };
}

const cardOf = ({ customer, elsewhere }: CancellationFacts, owed: number): string | null => (elsewhere === 0 && owed === 0 ? textOf(customer, "stripe_payment_method") || null : null);

export function previewOf(facts: CancellationFacts, wanted: Credit, today: IsoDate): CancellationPreview {
  const money = moneyOf(facts, creditFor(facts, wanted), today);
  const shown = {
    order: facts.order?.id ?? null,
    location: facts.location?.name ?? null,
    installed: isInstalled(facts),
    visits: facts.jobs.map(({ name }) => name),
    subscriptions: facts.subscriptions.length,
    invoices: [...money.invoices],
    credited_cents: money.credited_cents,
    refund_cents: money.refund_cents,
    by_hand_cents: money.by_hand_cents,
    charge_under_way: facts.charge_under_way,
    devices: facts.equipment.filter((device) => !isEmpty(device)).length,
    lets_card_go: cardOf(facts, money.kept_owed_cents) !== null,
  };
  return { ...shown, seen: createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 22) };
}

const change = (doctype: string, document: ErpnextDocument, values: StepValues): Step => ({
  op: "update", doctype, name: document.name, values, expect: { status: textOf(document, "status") },
});

export interface Wished {
  readonly credit: Credit;
  readonly reason: string | undefined;
  readonly today: IsoDate;
  /** Where a credit note goes; asked only where one is made of its own. */
  readonly settings: InvoiceSettings | null;
}

export function planOf(facts: CancellationFacts, { credit, reason, today, settings }: Wished): { readonly steps: Step[]; readonly plan: CancellationPlan } {
  const money = moneyOf(facts, creditFor(facts, credit), today);
  const { location, order, customer } = facts;
  const devices = facts.equipment.filter((device) => !isEmpty(device));
  const templates = facts.equipment.filter(isEmpty);
  const card = cardOf(facts, money.kept_owed_cents);
  const installed = isInstalled(facts);
  const last = facts.invoices.at(-1);
  const steps: Step[] = [
    ...facts.jobs.map((job) => change("Dispatch Job", job, { status: "Cancelled" })),
    ...(location && textOf(location, "status") !== "Cancelled" ? [change("Service Location", location, { status: "Cancelled" })] : []),
    ...facts.subscriptions.map((each) => change("Service Subscription", each, { status: "Cancelled", end_date: today })),
    ...templates.map((each) => change("Service Equipment", each, { status: "Retourné" })),
    // Before its tasks: with none left open it would count as completed.
    ...(facts.project && textOf(facts.project, "status") === "Open" ? [change("Project", facts.project, { status: "Cancelled" })] : []),
    ...facts.tasks.map((task) => change("Task", task, { status: "Cancelled" })),
    ...money.cancels.flatMap(({ document }): Step[] => [standing(document), { op: "cancel", doctype: "Sales Invoice", name: document.name }]),
    ...money.mirrors.flatMap(({ document }) => [standing(document), ...mirrorSteps(document)]),
    ...(money.unused && settings ? [...(last ? [standing(last.document)] : []), ...creditSteps({ adjustment: money.unused, against: last?.document ?? null, customer: customer?.name ?? "", order_id: order?.id ?? null, language: order?.language ?? "fr" }, settings)] : []),
    ...(customer && card !== null ? [{ op: "update" as const, doctype: "Customer", name: customer.name, values: { stripe_payment_method: "", ppa_enabled: 0 }, expect: { stripe_payment_method: card } }] : []),
    ...(location ? [...closePort(facts), ...(devices.length > 0 ? [retrieval(facts, devices, reason)] : [])] : []),
  ];
  return {
    steps,
    plan: {
      order: order?.id ?? null,
      location: location?.name ?? null,
      customer: customer?.name ?? null,
      fibre: order?.fibre_id ?? (textOf(location, "fibre_id") || null),
      serials: facts.equipment.filter(({ equipment_type }) => equipment_type === "ONT").flatMap((ont) => [textOf(ont, "gpon_sn"), textOf(ont, "serial_number")]).filter(Boolean),
      jobs: facts.jobs.map(({ name }) => name),
      refunds: money.refunds,
      credited_cents: money.credited_cents,
      refund_cents: money.refund_cents,
      by_hand_cents: money.by_hand_cents,
      card,
      installed,
      undone: creditFor(facts, credit) === "all",
      nothing_owed: money.kept_owed_cents === 0,
      devices: devices.length,
    },
  };
}

/** What is owed is what it was when the sums were made. */
const standing = (invoice: ErpnextDocument): Step => ({
  op: "expect", doctype: "Sales Invoice", filters: { name: invoice.name, docstatus: 1, outstanding_amount: dollarsFromCents(centsFromDollars(Number(invoice["outstanding_amount"] ?? 0))) }, count: 1,
});

/** Support lets the ONT out at its OLT. */
function closePort({ equipment, location, project }: CancellationFacts): Step[] {
  const ont = equipment.find((each) => each["equipment_type"] === "ONT" && !isEmpty(each));
  if (!ont) return [];
  const at = ["olt_frame", "olt_slot", "olt_port"].map((field) => textOf(location, field)).join("/");
  return [
    {
      op: "insert",
      doctype: "Task",
      values: {
        subject: `Fermer port OLT - ${at}`,
        status: "Open",
        team: "support",
        ...(project ? { project: project.name } : {}),
        description: `<p>${textOf(location, "olt_name")} ${at}, ONT ${textOf(location, "ont_id")}: ${textOf(ont, "gpon_sn") || textOf(ont, "serial_number")}. Le service est annulé.</p>`,
      },
    },
  ];
}

/** A visit that fetches what stands there. */
function retrieval({ location, customer, jobs }: CancellationFacts, devices: readonly ErpnextDocument[], reason: string | undefined): Step {
  const phone = jobs.map((job) => textOf(job, "contact_phone")).find(Boolean);
  return {
    op: "insert",
    doctype: "Dispatch Job",
    as: "retrieval",
    values: {
      customer: customer?.name ?? "",
      service_location: location?.name ?? "",
      job_type: "Retrieval",
      status: "Open",
      ...(phone ? { contact_phone: phone } : {}),
      equipment_list: devices.map(({ name }) => ({ service_equipment: name })),
      notes: ["Service annulé: récupérer les appareils.", ...(reason ? [reason] : [])].join("\n"),
    },
  };
}
