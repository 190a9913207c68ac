import { QueryClient } from "@tanstack/vue-query";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refusal } from "../../refusal.ts";
import { keys } from "../../query-keys.ts";
import { saveValue } from "./save.ts";
import type { Value } from "./edit-state.ts";

type Held = Record<string, unknown> & { name: string; modified: string };

/** One document of ERPNext's: it takes what comes with its present `modified`, and refuses the rest as ERPNext does. */
const site = vi.hoisted(() => ({ doc: {} as Held, puts: 0, between: (): void => undefined }));
vi.mock("../../hub-request.ts", () => {
  const stamp = (): string => `2026-01-05 12:00:00.${String(++site.puts).padStart(6, "0")}`;
  const db = {
    getDoc: async () => structuredClone(site.doc),
    updateDoc: async (_doctype: string, _name: string, { modified, ...values }: Held) => {
      site.between();
      if (modified !== site.doc.modified) throw new Refusal({ status: 417, reason: "TimestampMismatchError", said: { fr: "", en: "" } });
      site.doc = { ...site.doc, ...values, modified: stamp() };
      return structuredClone(site.doc);
    },
  };
  return { erpnext: (ask: (site: { db: typeof db }) => unknown) => ask({ db }) };
});

const at = { doctype: "Service Location", name: "SL-1", fieldname: "city" };
const others = (values: Record<string, unknown>): void => void (site.doc = { ...site.doc, ...values, modified: `${site.doc.modified}+` });
let client: QueryClient;
beforeEach(() => {
  client = new QueryClient();
  site.doc = { name: "SL-1", modified: "2026-01-05 12:00:00.000000", city: "Ormstown", postal_code: "J0S 1K0", phone_nos: [{ name: "r1", phone: "450-555-0101", is_primary_mobile_no: 1 }] };
  site.between = () => undefined;
  client.setQueryData(keys.doc("Service Location", "SL-1"), structuredClone(site.doc));
});

describe("a value is saved", () => {
  it("beside what others changed elsewhere in the document, of which nothing is put back", async () => {
    others({ postal_code: "J0S 1A0" });
    expect(await saveValue(client, at, "Huntingdon", "Ormstown")).toMatchObject({ kind: "saved", held: "Huntingdon" });
    expect(site.doc).toMatchObject({ city: "Huntingdon", postal_code: "J0S 1A0" });
  });

  it("not over what somebody else wrote there: it is a clash, and theirs stands", async () => {
    others({ city: "Havelock" });
    expect(await saveValue(client, at, "Huntingdon", "Ormstown")).toEqual({ kind: "clash", held: "Havelock" });
    expect(site.doc["city"]).toBe("Havelock");
  });

  it("once, when an answer was lost and it is sent again", async () => {
    others({ city: "Huntingdon" });
    const { modified } = site.doc;
    expect(await saveValue(client, at, "Huntingdon", "Ormstown")).toMatchObject({ kind: "saved" });
    expect(site.doc.modified).toBe(modified);
  });

  it("one after the other in a document, each with what the last was answered", async () => {
    const all = await Promise.all([
      saveValue(client, at, "Huntingdon", "Ormstown"),
      saveValue(client, { ...at, fieldname: "postal_code" }, "J0S 1A0", "J0S 1K0"),
      saveValue(client, at, "Franklin", "Huntingdon"),
    ]);
    expect(all.map(({ kind }) => kind)).toEqual(["saved", "saved", "saved"]);
    expect(site.doc).toMatchObject({ city: "Franklin", postal_code: "J0S 1A0" });
  });

  it("in a row of a table with all other rows as they are now; a new row is added, an emptied one goes", async () => {
    const row = { table: "phone_nos", name: "r1" };
    others({ phone_nos: [{ name: "r1", phone: "450-555-0101", is_primary_mobile_no: 1 }, { name: "r2", phone: "450-555-0102" }] });
    await saveValue(client, { ...at, fieldname: "phone", row }, "450-555-0199", "450-555-0101");
    expect(site.doc["phone_nos"]).toEqual([{ name: "r1", phone: "450-555-0199", is_primary_mobile_no: 1 }, { name: "r2", phone: "450-555-0102" }]);
    await saveValue(client, { ...at, fieldname: "phone", row: { table: "phone_nos", name: null } }, "450-555-0103", null);
    expect(site.doc["phone_nos"]).toHaveLength(3);
    site.doc["phone_nos"] = (site.doc["phone_nos"] as { name: string }[]).slice(0, 2);
    await saveValue(client, { ...at, fieldname: "phone", row }, "", "450-555-0199");
    expect(site.doc["phone_nos"]).toEqual([{ name: "r2", phone: "450-555-0102" }]);
  });

  it("or is refused or asked about, whatever others write at whatever moment: nothing of theirs is ever overwritten unseen", async () => {
    const write = fc.record({ field: fc.constantFrom("city", "postal_code"), value: fc.constantFrom("A", "B", "C") });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(write), { maxLength: 8 }), fc.constantFrom("A", "B", "mine"), async (writes, value) => {
        client.clear();
        site.doc = { name: "SL-1", modified: `${Math.random()}`, city: "Ormstown", postal_code: "J0S 1K0" };
        const left = [...writes];
        const theirs: Record<string, Value> = {};
        site.between = () => {
          const next = left.shift();
          if (!next) return;
          theirs[next.field] = next.value;
          others({ [next.field]: next.value });
        };
        const outcome = await saveValue(client, at, value, "Ormstown").catch((error: unknown) => error);
        if (theirs["postal_code"] !== undefined) expect(site.doc["postal_code"]).toBe(theirs["postal_code"]);
        if (outcome instanceof Refusal) expect(outcome.reason).toBe("TimestampMismatchError");
        else if (theirs["city"] !== undefined && theirs["city"] !== value) expect(outcome).toEqual({ kind: "clash", held: theirs["city"] });
        else expect(site.doc["city"]).toBe(value);
      }),
      { numRuns: 2_000 },
    );
  });
});
