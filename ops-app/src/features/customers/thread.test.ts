import type { ThreadEntry } from "@gigafibre/contracts/customer-360";
import { describe, expect, it } from "vitest";
import { folded } from "./thread.ts";

const changed = (id: string, second: number, fields: readonly [string, string | null, string | null][], more: Partial<ThreadEntry> = {}): ThreadEntry =>
  ({
    kind: "change", id, doctype: "Service Equipment", name: "EQ-1", at: new Date(1_767_600_000_000 + second * 1_000).toISOString(), by: "agent@x", fields: fields.map(([field, before, after]) => ({ field, before, after })), ...more,
  }) as ThreadEntry;

describe("many small changes in a row", () => {
  it("are one, from what stood before the first to what stands after the last, under the first one's name", () => {
    const [one, ...more] = folded([changed("c", 90, [["status", "B", "C"]]), changed("b", 50, [["ip", null, "10.0.0.1"]]), changed("a", 0, [["status", "A", "B"]])]);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ id: "a", at: new Date(1_767_600_090_000).toISOString(), fields: [{ field: "status", before: "A", after: "C" }, { field: "ip", before: null, after: "10.0.0.1" }] });
  });

  it("stay apart where another person, another document or a while is between them", () => {
    const apart = [changed("d", 600, [["x", "1", "2"]]), changed("c", 100, [["x", "1", "2"]]), changed("b", 90, [["x", "1", "2"]], { by: "other@x" }), changed("a", 80, [["x", "1", "2"]], { name: "EQ-2" })];
    expect(folded(apart)).toEqual(apart);
  });
});
