import { describe, expect, it } from "vitest";
import { Refusal } from "../../refusal.ts";
import { writeMany } from "./write-many.ts";

const rows = Array.from({ length: 20 }, (_, index) => ({ name: `R${index}`, modified: `m${index}` }));
const refusal = new Refusal({ status: 417, reason: "ValidationError", said: { fr: "non", en: "no" } });

describe("one change to many", () => {
  it("tries each once with its own modified, and tells which were refused", async () => {
    const tried: string[] = [];
    const told: number[] = [];
    const refused = await writeMany("Issue", rows, { status: "Closed" }, (done) => told.push(done), (_doctype, { name, modified }) => {
      tried.push(`${name}/${modified}`);
      return Number(name.slice(1)) % 5 === 0 ? Promise.reject(refusal) : Promise.resolve();
    });
    expect(tried.sort()).toEqual(rows.map(({ name, modified }) => `${name}/${modified}`).sort());
    expect(refused.map(({ name }) => name).sort()).toEqual(["R0", "R10", "R15", "R5"]);
    expect(told).toEqual(rows.map((_, index) => index + 1));
  });

  it("is no silence when what goes wrong is no refusal", async () => {
    await expect(writeMany("Issue", rows, {}, () => undefined, () => Promise.reject(new TypeError("x")))).rejects.toThrow("x");
  });
});
