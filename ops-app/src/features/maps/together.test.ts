import fc from "fast-check";
import { expect, it } from "vitest";
import { together } from "./together.ts";

const spots = fc.array(fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 400 }) }), { maxLength: 60 });

it("each spot is under one mark, and no two marks begin where they would lie over each other", () => {
  fc.assert(
    fc.property(spots, (all) => {
      const groups = together(all, (spot) => spot);
      expect(groups.flat()).toHaveLength(all.length);
      expect(new Set(groups.flat()).size).toBe(new Set(all).size);
      const firsts = groups.flatMap(([first]) => first ?? []);
      for (const [index, one] of firsts.entries()) for (const other of firsts.slice(index + 1)) expect(Math.abs(one.x - other.x) >= 44 || Math.abs(one.y - other.y) >= 22).toBe(true);
    }),
  );
});
