import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refundsOf } from "./cancellation.ts";
import { addDays, billingPeriod } from "./dates.ts";
import { changedFrom, remainingDays, unitFor, unusedDays } from "./proration.ts";
import type { Recurring } from "./proration.ts";

const label = { fr: "Fibre", en: "Fibre" };
const line = (unit_cents: number, more: Partial<Recurring> = {}): Recurring => ({ sku: "FTTH150I", label, unit_cents, quantity: 1, prorated: true, billed_until: "2026-05-01", ...more });
const day = fc.integer({ min: 0, max: 700 }).map((count) => addDays("2026-01-01", count));
const lines = fc.array(
  fc.record({ unit: fc.integer({ min: -3_000, max: 20_000 }).filter((cents) => cents !== 0), quantity: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 1, maxLength: 6 },
);
const billingDay = fc.integer({ min: 1, max: 28 });

describe("a part of a month", () => {
  it("is the first invoice's rule: from the 12th of a 30-day month 19 of 30 days", () => {
    expect(unitFor(9_995, "2026-04-12", "2026-05-01", 1)).toBe(6_330);
    expect(unitFor(9_995, "2026-05-01", "2026-05-01", 1)).toBe(0);
    expect(unitFor(9_995, "2026-05-02", "2026-05-01", 1)).toBe(0);
  });

  it("of a whole month is its price, and of two months twice that", () => {
    fc.assert(
      fc.property(day, billingDay, fc.integer({ min: 1, max: 99_999 }), (any, on, unit) => {
        const { start, next_billing_date } = billingPeriod(any, on);
        expect(unitFor(unit, start, next_billing_date, on)).toBe(unit);
        expect(unitFor(unit, start, billingPeriod(next_billing_date, on).next_billing_date, on)).toBe(2 * unit);
      }),
    );
  });

  it("that ends and begins again the same day costs nothing, to the cent, taxes too", () => {
    fc.assert(
      fc.property(day, billingDay, lines, (from, on, given) => {
        const { next_billing_date } = billingPeriod(from, on);
        const held = given.map(({ unit, quantity }) => line(unit, { quantity, billed_until: next_billing_date }));
        const [back, again] = [unusedDays(held, from, on), remainingDays(held, from, on)];
        expect(again.net_cents + back.net_cents).toBe(0);
        expect(again.total_cents + back.total_cents).toBe(0);
        expect(changedFrom(held, held, from, on).total_cents).toBe(0);
      }),
    );
  });

  it("given back is never more than was billed, and every line stands as ERPNext takes it: positive", () => {
    fc.assert(
      fc.property(day, billingDay, fc.integer({ min: 0, max: 40 }), lines, (from, on, later, given) => {
        const { start, next_billing_date } = billingPeriod(from, on);
        const held = given.map(({ unit, quantity }) => line(Math.abs(unit), { quantity, billed_until: next_billing_date }));
        const back = unusedDays(held, addDays(from, later), on);
        const billed = remainingDays(held, start, on);
        expect(-back.net_cents).toBeLessThanOrEqual(billed.net_cents);
        for (const each of [...back.lines, ...billed.lines]) expect(each.unit_cents).toBeGreaterThan(0);
        for (const each of changedFrom(held, given.map(({ unit, quantity }) => line(unit, { quantity })), from, on).reductions) expect(each.amount_cents).toBeGreaterThan(0);
      }),
    );
  });

  it("of what is not charged by the day is neither charged nor given back", () => {
    expect(unusedDays([line(9_995, { prorated: false })], "2026-04-12", 1)).toMatchObject({ net_cents: 0, lines: [], total_cents: 0 });
  });

  it("that was never billed is not given back", () => {
    expect(unusedDays([line(9_995, { billed_until: null })], "2026-04-12", 1).net_cents).toBe(0);
    expect(changedFrom([line(9_995, { billed_until: null })], [line(12_995)], "2026-04-12", 1).net_cents).toBe(0);
  });
});

describe("what goes back to cards", () => {
  it("is all that was paid, none of a card more than it paid, and the rest is the office's", () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100_000 }), fc.array(fc.integer({ min: -100, max: 50_000 }), { maxLength: 5 }), (paid, left) => {
        const cards = left.map((left_cents, at) => ({ payment_intent: `pi_${at}`, left_cents }));
        const { refunds, by_hand_cents } = refundsOf(paid, cards);
        expect(refunds.reduce((sum, { amount_cents }) => sum + amount_cents, 0) + by_hand_cents).toBe(Math.max(0, paid));
        for (const { payment_intent, amount_cents } of refunds) {
          expect(amount_cents).toBeGreaterThan(0);
          expect(amount_cents).toBeLessThanOrEqual(cards.find((card) => card.payment_intent === payment_intent)?.left_cents ?? 0);
        }
        if (by_hand_cents > 0) expect(refunds.reduce((sum, { amount_cents }) => sum + amount_cents, 0)).toBe(left.reduce((sum, each) => sum + Math.max(0, each), 0));
      }),
    );
  });
});
