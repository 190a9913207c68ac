import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shownRows } from "./shown-rows.ts";

const ROW = 36;

describe("the rows that are drawn", () => {
  it("are all that is in sight, wherever it was scrolled, and few whatever the list has", () => {
    fc.assert(
      fc.property(fc.nat(50_000), fc.integer({ min: 0, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, height, at) => {
        const scrolled = Math.max(0, count * ROW - height) * at;
        const { from, to } = shownRows(scrolled, height, ROW, count);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
        expect(from * ROW).toBeLessThanOrEqual(scrolled);
        expect(to * ROW).toBeGreaterThanOrEqual(Math.min(count * ROW, scrolled + height));
        expect(to - from).toBeLessThanOrEqual(height / ROW + 33);
      }),
    );
  });

  it("are none of an empty list, and never beyond one that has become shorter", () => {
    expect(shownRows(0, 600, ROW, 0)).toEqual({ from: 0, to: 0 });
    expect(shownRows(90_000, 600, ROW, 5)).toEqual({ from: 5, to: 5 });
  });
});
