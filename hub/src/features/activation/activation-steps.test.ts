import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { billingPeriod } from "@gigafibre/contracts/dates";
import { firstInvoice } from "@gigafibre/contracts/invoices";
import type { StepValues } from "@gigafibre/contracts/unit-of-work";
import { anyOrder, factsOf, sampleBody, sampleInvoiceSettings } from "../../../testing/order-samples.ts";
import { buildSteps } from "../orders/steps.ts";
import type { OrderFacts } from "../orders/steps.ts";
import { activationSteps, soldOf } from "./activation-steps.ts";
import type { ActivationFacts, Charge } from "./activation-steps.ts";

/** The order's documents, as they stand when nobody has touched them. */
function standing(order: OrderFacts, more: Partial<ActivationFacts> = {}): ActivationFacts {
  const inserted = (doctype: string): { name: string; values: StepValues }[] =>
    buildSteps(order).flatMap((step) => (step.op === "insert" && step.doctype === doctype ? [{ name: step.as ?? "", values: step.values }] : []));
  return {
    order_id: order.order_id,
    job: "DJ-1",
    customer: "Marie-Ève Tremblay",
    project: "PROJ-1",
    language: "fr",
    activated_on: "2026-04-12",
    location: { name: "SL-1", status: "Pending Install" },
    subscriptions: inserted("Service Subscription").map(({ name, values }) => ({
      name,
      status: "Pending",
      item: values["item"] as string,
      item_name: "",
      quantity: Number(values["quantity"]),
      price: Number(values["price"]),
      billed_until: null,
    })),
    charges: (inserted("Dispatch Job")[0]?.values["charges"] ?? []) as unknown as Charge[],
    equipment: [],
    speaking: new Set(),
    open_tasks: [],
    billing_day: 1,
    invoice: sampleInvoiceSettings,
    advances: [],
    prorated: new Set(order.catalog.items.filter(({ prorated }) => prorated).map(({ sku }) => sku)),
    labels: new Map(),
    ...more,
  };
}

describe("the first invoice, read back from the order's documents", () => {
  it("is the quote's own to the cent, for every order and every day", () => {
    fc.assert(
      fc.property(anyOrder, fc.date({ min: new Date("2026-01-01"), max: new Date("2028-12-31"), noInvalidDate: true }), fc.integer({ min: 1, max: 28 }), (order, date, billing_day) => {
        const activation = { activated_on: date.toISOString().slice(0, 10), billing_day };
        const read = firstInvoice(soldOf(standing(order, activation)), activation);
        const quoted = firstInvoice(order.quote, activation);
        expect([read.net_cents, read.total_cents, read.billed_until]).toEqual([quoted.net_cents, quoted.total_cents, quoted.billed_until]);
      }),
    );
  });

  it("of the worked example, active on the 12th of a month of 30 days, is 189.37", () => {
    expect(firstInvoice(soldOf(standing(factsOf(sampleBody))), { activated_on: "2026-04-12", billing_day: 1 }).total_cents).toBe(18_937);
  });
});

describe("the steps of an activation", () => {
  const order = factsOf(sampleBody);
  const template = { serial_number: null, gpon_sn: null, mac_address: null, device_profile: null, status: "En attente" };
  const ont = { ...template, name: "E1", equipment_type: "ONT", gpon_sn: "RCMG12345678", device_profile: "HT803G" };
  const phone = { ...template, name: "E2", equipment_type: "Téléphone IP" };
  const box = { ...template, name: "E3", equipment_type: "Décodeur TV" };
  const activeOf = (facts: ActivationFacts): unknown[] =>
    activationSteps(facts).flatMap((step) => (step.op === "update" && step.doctype === "Service Equipment" ? [step.name] : []));

  it("make a telephone active with the ONT that speaks for it, and with no other", () => {
    const equipment = [ont, phone, box];
    expect(activeOf(standing(order, { equipment, speaking: new Set(["E1"]) }))).toEqual(["E1", "E2"]);
    expect(activeOf(standing(order, { equipment }))).toEqual(["E1"]);
    expect(activeOf(standing(order, { equipment: [{ ...ont, gpon_sn: null }, phone], speaking: new Set(["E1"]) }))).toEqual([]);
    expect(activeOf(standing(order, { equipment: [{ ...ont, status: "Retourné" }, phone], speaking: new Set(["E1"]) }))).toEqual([]);
  });

  it("bill from the next billing day, or a month on where the order was invoiced before; never an invoice twice", () => {
    const billed = (facts: ActivationFacts): unknown[] =>
      activationSteps(facts).flatMap((step) => (step.op === "update" && step.doctype === "Service Subscription" ? [step.values["billed_until"]] : []));
    expect(new Set(billed(standing(order)))).toEqual(new Set([billingPeriod("2026-04-12", 1).next_billing_date]));
    expect(new Set(billed(standing(order, { invoice: null })))).toEqual(new Set(["2026-05-12"]));
    expect(activationSteps(standing(order, { invoice: null })).some(({ doctype }) => doctype === "Sales Invoice")).toBe(false);
    expect(activationSteps(standing(order))).toContainEqual({ op: "expect", doctype: "Sales Invoice", filters: { order_id: order.order_id, docstatus: 1 }, count: 0 });
  });

  it("leave alone what is active already, but for the days it was not billed from", () => {
    const facts = standing(order);
    const [first, second, ...others] = facts.subscriptions;
    if (!first || !second) throw new Error("the example has five");
    const again = standing(order, {
      location: { name: "SL-1", status: "Active" },
      subscriptions: [{ ...first, status: "Active" }, { ...second, status: "Active", billed_until: "2026-05-01" }, ...others],
    });
    const touched = activationSteps(again).flatMap((step) => (step.op === "update" ? [step.name] : []));
    expect(touched).not.toContain("SL-1");
    expect(touched).toContain(first.name);
    expect(touched).not.toContain(second.name);
  });
});
