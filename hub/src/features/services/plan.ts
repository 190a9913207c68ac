/** What a change of service writes, and what it costs or gives back: by the rules of the first invoice. Pure. */
import { createHash } from "node:crypto";
import { findItem, SKU } from "@gigafibre/contracts/catalog";
import { addDays, billingPeriod } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import type { Bilingual } from "@gigafibre/contracts/language";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import { labelOf } from "@gigafibre/contracts/pricing";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import { changedFrom, NO_ADJUSTMENT, remainingDays, soldOnce, unusedDays } from "@gigafibre/contracts/proration";
import type { Adjustment } from "@gigafibre/contracts/proration";
import type { ServiceChange, ServiceChangePreview } from "@gigafibre/contracts/services";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import type { ServiceFacts, SoldSubscription } from "./facts.ts";

export interface ServicePlan {
  readonly steps: readonly Step[];
  readonly adjustment: Adjustment;
  readonly from: IsoDate;
  readonly billed_until: IsoDate | null;
  readonly olt_task: string | null;
  /** What the plan is called. */
  readonly label: Bilingual | null;
}

const later = (one: IsoDate, other: IsoDate): IsoDate => (one > other ? one : other);

const change = (doctype: string, document: ErpnextDocument, values: StepValues): Step => ({
  op: "update", doctype, name: document.name, values, expect: { status: textOf(document, "status") },
});

const withStatus = ({ subscriptions }: ServiceFacts, status: string): readonly SoldSubscription[] => subscriptions.filter(({ document }) => textOf(document, "status") === status);

/** @throws Refusal for a service in another state, or a plan that cannot be had there */
export function servicePlan(facts: ServiceFacts, wanted: ServiceChange, today: IsoDate): ServicePlan {
  switch (wanted.kind) {
    case "suspension":
      return suspension(facts, today);
    case "resumption":
      return resumption(facts, today);
    case "plan":
      return plan(facts, wanted.sku, today);
    case "tv_box":
      return tvBox(facts, wanted.visit, today);
  }
}

function requireStatus({ location }: ServiceFacts, status: string): void {
  if (textOf(location, "status") !== status) throw new Refusal("service_not_active", { details: { status: textOf(location, "status") } });
}

/** Today is served; what was billed beyond it is given back. */
function suspension(facts: ServiceFacts, today: IsoDate): ServicePlan {
  requireStatus(facts, "Active");
  const from = addDays(today, 1);
  const active = withStatus(facts, "Active");
  return {
    from,
    billed_until: from,
    adjustment: unusedDays(active.map(({ line }) => line), from, facts.billing_day),
    steps: [
      change("Service Location", facts.location, { status: "Suspended" }),
      ...active.map(({ document, line }) => change("Service Subscription", document, { status: "Suspended", ...(line.billed_until !== null && line.billed_until > from ? { billed_until: from, next_billing_date: from } : {}) })),
    ],
    olt_task: oltTask(facts, "Suspendre port OLT"),
    label: null,
  };
}

/** Billed from today, or from where it was billed already, up to the next billing day. */
function resumption(facts: ServiceFacts, today: IsoDate): ServicePlan {
  requireStatus(facts, "Suspended");
  const suspended = withStatus(facts, "Suspended");
  const { next_billing_date } = billingPeriod(today, facts.billing_day);
  const from = suspended.reduce<IsoDate>((latest, { line }) => later(latest, line.billed_until ?? today), today);
  const billed_until = later(from, next_billing_date);
  return {
    from,
    billed_until,
    adjustment: from < next_billing_date ? remainingDays(suspended.map(({ line }) => line), from, facts.billing_day) : NO_ADJUSTMENT,
    steps: [
      change("Service Location", facts.location, { status: "Active" }),
      ...suspended.map(({ document }) => change("Service Subscription", document, { status: "Active", billed_until, next_billing_date: billed_until })),
    ],
    olt_task: oltTask(facts, "Rétablir port OLT"),
    label: null,
  };
}

function plan(facts: ServiceFacts, sku: string, today: IsoDate): ServicePlan {
  requireStatus(facts, "Active");
  const [before, another] = withStatus(facts, "Active").filter(({ document }) => textOf(document, "service_type") === "Internet");
  const item = facts.catalog && findItem(facts.catalog, sku);
  if (!before || another) throw new Refusal("service_not_active", { details: { plans: withStatus(facts, "Active").length } });
  if (item?.kind !== "internet") throw Refusal.ofFields([fieldProblemOf("change.sku", "unknown_sku")]);
  if (sku === before.line.sku) throw Refusal.ofFields([fieldProblemOf("change.sku", "invalid")]);
  if (facts.max_speed !== null && (item.download_mbps ?? 0) > facts.max_speed) throw Refusal.ofFields([fieldProblemOf("change.sku", "speed_above_port")]);
  const after = { sku, label: labelOf(item), unit_cents: item.price_cents, quantity: 1, prorated: item.prorated };
  const { document, line } = before;
  const billed_until = line.billed_until;
  return {
    from: today,
    billed_until,
    adjustment: changedFrom([line], [after], today, facts.billing_day),
    steps: [
      change("Service Subscription", document, { status: "Cancelled", end_date: today }),
      {
        op: "insert",
        doctype: "Service Subscription",
        as: "subscription",
        values: {
          customer: facts.customer.name, service_location: facts.location.name, status: "Pending", item: sku, service_type: "Internet", quantity: 1, price: dollarsFromCents(item.price_cents),
          commitment_months: Number(document["commitment_months"] ?? 0), ...(item.line_profile ? { line_profile: item.line_profile } : {}), ...(facts.order ? { order_id: facts.order.id } : {}),
        },
      },
      {
        op: "update", doctype: "Service Subscription", name: { $ref: "subscription.name" },
        values: { status: "Active", start_date: today, ...(billed_until === null ? {} : { billed_until, next_billing_date: billed_until }) },
      },
    ],
    olt_task: (item.line_profile ?? "") === textOf(document, "line_profile") ? null : oltTask(facts, `Changer profil OLT ${item.line_profile ?? ""}`.trim()),
    label: labelOf(item),
  };
}

/** The customer's first ever is free. */
function tvBox(facts: ServiceFacts, visit: boolean, today: IsoDate): ServicePlan {
  const paidTv = facts.subscriptions.some(({ document, line }) => textOf(document, "service_type") === "TV" && line.unit_cents > 0 && ["Active", "Pending"].includes(textOf(document, "status")));
  if (!paidTv) throw Refusal.ofFields([fieldProblemOf("change", "boxes_need_tv")]);
  requireStatus(facts, "Active");
  const item = facts.catalog && findItem(facts.catalog, SKU.tvBox);
  if (!item) throw new Refusal("catalog_unavailable");
  const unit_cents = facts.boxes === 0 ? 0 : item.price_cents;
  const place = { customer: facts.customer.name, service_location: facts.location.name };
  return {
    from: today,
    billed_until: null,
    adjustment: soldOnce([{ sku: item.sku, label: labelOf(item), unit_cents, quantity: 1 }]),
    steps: [
      { op: "expect", doctype: "Service Location", filters: { name: facts.location.name, status: "Active" }, count: 1 },
      { op: "insert", doctype: "Service Equipment", as: "device", values: { ...place, equipment_type: "Décodeur TV", status: "En attente" } },
      ...(visit
        ? [{ op: "insert" as const, doctype: "Dispatch Job", as: "job", values: { ...place, job_type: "Repair", status: "Open", equipment_list: [{ service_equipment: { $ref: "device.name" } }], notes: "Installer un décodeur TV de plus." } }]
        : []),
    ],
    olt_task: null,
    label: null,
  };
}

function oltTask({ location, ont }: ServiceFacts, what: string): string | null {
  if (!ont) return null;
  return `${what} - ${["olt_frame", "olt_slot", "olt_port"].map((field) => textOf(location, field)).join("/")}`;
}

export function taskStep({ location, ont, order }: ServiceFacts, subject: string): Step {
  const project = order?.documents["project"];
  return {
    op: "insert", doctype: "Task", as: "task",
    values: { subject, status: "Open", team: "support", ...(project ? { project } : {}), description: `<p>${location.name}: ONT ${textOf(location, "ont_id")}, ${textOf(ont, "gpon_sn") || textOf(ont, "serial_number")}.</p>` },
  };
}

export function previewOf(facts: ServiceFacts, { adjustment, from, billed_until, olt_task }: ServicePlan): ServiceChangePreview {
  const sign = adjustment.net_cents < 0 ? -1 : 1;
  const lines = [
    ...adjustment.lines.map((line) => ({ label: line.label, amount_cents: sign * line.unit_cents * line.quantity })),
    ...adjustment.reductions.map((reduction) => ({ label: reduction.label, amount_cents: -sign * reduction.amount_cents })),
  ];
  const shown = { from, billed_until, lines, net_cents: adjustment.net_cents, total_cents: adjustment.total_cents, charged: adjustment.net_cents > 0 && isCharged(facts), olt_task };
  return { ...shown, seen: createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 22) };
}

/** By the card on file, as any invoice of theirs. */
export const isCharged = ({ customer, order }: ServiceFacts): boolean => order !== null && Boolean(customer["ppa_enabled"]) && textOf(customer, "stripe_payment_method") !== "";
