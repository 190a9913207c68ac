import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import { expect, it } from "vitest";
import { csvOf } from "./export-rows.ts";
import { kindOf } from "./kinds.ts";
import { readState } from "./list-state.ts";
import type { Asked, Row } from "./rows.ts";

const kind = kindOf("lieux");
if (!kind) throw new Error("no places");
const column = { fieldname: "city", fieldtype: "Data", label: { fr: "Ville", en: "City" }, choices: [] } as unknown as MetaField;
const asked: Asked = { kind, state: readState({}, kind), known: new Set(["city"]) };
const at = (minute: number): string => `2026-01-05 08:${String(minute).padStart(2, "0")}:00.000000`;

/** A site of 2,500 places, newest first, on which something happens after each page. */
function site(happens: (rows: Row[], page: number) => void) {
  const rows: Row[] = Array.from({ length: 2_500 }, (_, index) => ({ name: `LOC-${index}`, modified: at(0), city: `Ville ${index}` }));
  let page = 0;
  return (of: Asked, start: number, length: number): Promise<Row[]> => {
    const since = of.state.filters.find(({ field }) => field === "modified")?.value ?? "";
    const answer = rows.filter(({ modified }) => modified >= since).sort((one, other) => other.modified.localeCompare(one.modified)).slice(start, start + length);
    if (length > 1) happens(rows, (page += 1));
    return Promise.resolve(answer);
  };
}

it("a file has each row once, though rows are changed and made while it is read", async () => {
  const read = site((rows, page) => {
    if (page === 1) rows.push({ name: "LOC-new", modified: at(1), city: "Nouvelle" });
    // Not read yet, and from now on before what has been.
    if (page === 2) Object.assign(rows[2_400] ?? {}, { modified: at(2) });
  });
  const told: number[] = [];
  const pieces = await csvOf({ asked, columns: [column], names: [], language: "fr" }, (done) => void told.push(done), new AbortController().signal, read);
  const cities = (pieces ?? []).slice(2);
  expect([cities.length, new Set(cities).size]).toEqual([2_501, 2_501]);
  expect([pieces?.[0], told[0], told.at(-1)]).toEqual(["\uFEFF", 1_000, 2_501]);
});

it("a file that is stopped is none", async () => {
  const stop = new AbortController();
  const read = site((_, page) => page === 1 && stop.abort());
  const told: number[] = [];
  expect(await csvOf({ asked, columns: [column], names: [], language: "fr" }, (done) => void told.push(done), stop.signal, read)).toBeNull();
  expect(told).toEqual([1_000]);
});
