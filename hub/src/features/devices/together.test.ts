import { describe, expect, it } from "vitest";
import { together } from "./together.ts";

describe("small works done together", () => {
  it("go in batches, in their order, each answered once its own is done", async () => {
    const batches: number[][] = [];
    const double = together<number, number>(async (entries) => {
      batches.push([...entries]);
      return entries.map((entry) => 2 * entry);
    }, 3);
    expect(await Promise.all([1, 2, 3, 4, 5].map(double))).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([[1, 2, 3], [4, 5]]);
  });

  it("do not fail for one among them that fails", async () => {
    const done: number[] = [];
    const add = together<number, number>(async (entries) => {
      if (entries.includes(2)) throw new Error("two");
      done.push(...entries);
      return entries;
    }, 10);
    const told = await Promise.allSettled([1, 2, 3].map(add));
    expect(told.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(done).toEqual([1, 3]);
  });
});
