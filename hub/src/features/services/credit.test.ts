import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDays } from "@gigafibre/contracts/dates";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { changedFrom, unusedDays } from "@gigafibre/contracts/proration";
import type { Adjustment, Recurring } from "@gigafibre/contracts/proration";
import { startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { creditSteps } from "../cancellation/credit-steps.ts";
import { invoiceSettings } from "../orders/agent-rules.ts";
import { invoiceSteps } from "../orders/invoice-steps.ts";

const SKUS = ["FTTH150I", "TVBSTANDARD", "TELEPMENS", "SERV911", "RAB3X"];
const label = { fr: "Ligne", en: "Line" };
const sold = fc.array(fc.record({ cents: fc.integer({ min: 1, max: 20_000 }), quantity: fc.integer({ min: 1, max: 3 }), reduces: fc.boolean() }), { minLength: 1, maxLength: SKUS.length });
const when = fc.record({ from: fc.integer({ min: 0, max: 400 }).map((count) => addDays("2026-01-02", count)), billed: fc.integer({ min: 1, max: 62 }), on: fc.integer({ min: 1, max: 28 }) });

describe("what a change of service is said to cost or give back", () => {
  let world: World;
  let customer: string;
  beforeAll(async () => {
    world = await startWorld({ stripe: false });
    customer = (await world.erpnext.admin.insert("Customer", { customer_name: "Au cent près", customer_group: "Résidentiel" })).name;
  });
  afterAll(() => world.stop());

  async function inErpnext(adjustment: Adjustment): Promise<number> {
    const settings = await invoiceSettings(world.app);
    const steps =
      adjustment.net_cents < 0
        ? creditSteps({ adjustment, against: null, customer, order_id: null, language: "fr" }, settings)
        : invoiceSteps({ order_id: "", customer, project: null, language: "fr", invoice: { ...adjustment, billed_until: null } }, settings);
    const { documents } = await world.app.erpnext.commit({ key: `credit:${randomUUID()}`, steps });
    return centsFromDollars(Number((await world.erpnext.admin.get("Sales Invoice", documents[0]?.name ?? ""))["grand_total"]));
  }

  it("is the grand total of its credit note or invoice in ERPNext, to the cent", async () => {
    await fc.assert(
      fc.asyncProperty(sold, when, async (lines, { from, billed, on }) => {
        const held = lines.map(({ cents, quantity, reduces }, index): Recurring => ({
          // The first is never less than the reductions: a month that costs below nothing is not sold.
          sku: SKUS[index] ?? "", label, quantity, prorated: true, billed_until: addDays(from, billed), unit_cents: reduces && index > 0 ? -Math.ceil(cents / 100) : cents + 3_000,
        }));
        const back = unusedDays(held, from, on);
        if (back.net_cents < 0) expect(await inErpnext(back)).toBe(back.total_cents);
        const changed = changedFrom(held.slice(0, 1), [{ sku: "FTTH500I", label, unit_cents: 12_995, quantity: 1, prorated: true }], from, on);
        if (changed.net_cents !== 0) expect(await inErpnext(changed)).toBe(changed.total_cents);
      }),
      { numRuns: 25 },
    );
  });
});
