import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { centsFromDollars, divideHalfUp, dollarsFromCents, formatMoney } from "./money.ts";

describe("money", () => {
  it("rounds halves away from zero, and only halves", () => {
    expect([divideHalfUp(55005, 30), divideHalfUp(-55005, 30), divideHalfUp(85, 20), divideHalfUp(1, 3), divideHalfUp(-1, 3)]).toEqual([
      1834, -1834, 4, 0, 0,
    ]);
  });

  it("is within half a unit of the exact quotient, the same for both signs", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 1e6 }), (numerator, denominator) => {
        const rounded = divideHalfUp(numerator, denominator);
        expect(Math.abs(rounded * denominator - numerator) * 2).toBeLessThanOrEqual(denominator);
        expect(Math.abs(divideHalfUp(-numerator, denominator))).toBe(Math.abs(rounded));
      }),
    );
  });

  it("survives the way through ERPNext's dollars", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (amount) => {
        expect(centsFromDollars(dollarsFromCents(amount))).toBe(amount);
      }),
    );
    expect(centsFromDollars("9.9700000")).toBe(997);
    expect(centsFromDollars(2.675)).toBe(268);
    expect(() => centsFromDollars("abc")).toThrow(RangeError);
  });

  it("is written as people write it", () => {
    expect(formatMoney(9995, "fr")).toBe("99,95\u00a0$");
    expect(formatMoney(123456789, "fr")).toBe("1\u00a0234\u00a0567,89\u00a0$");
    expect(formatMoney(-1000, "en")).toBe("\u2212$10.00");
  });
});
