/** All rows of a list, or those that are ticked, into one file: read in pages, written piece by piece. */
import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import type { Language } from "@gigafibre/contracts/language";
import { exportFile } from "quasar";
import { BOM, csvLine } from "./csv.ts";
import { isNumber } from "./fields.ts";
import { readRows } from "./rows.ts";
import type { Asked, Row } from "./rows.ts";

const AT_ONCE = 1_000;
const NAMES_AT_ONCE = 200;

export interface Exported {
  readonly asked: Asked;
  readonly columns: readonly MetaField[];
  /** Only these, where some are ticked. */
  readonly names: readonly string[];
  readonly language: Language;
}

const value = (row: Row, field: MetaField, language: Language): string | number | null => {
  const held = row[field.fieldname];
  if (typeof held === "number") return field.fieldtype === "Check" ? held : isNumber(field) ? held : String(held);
  if (typeof held !== "string") return null;
  return field.choices.find((choice) => choice.value === held)?.label[language] ?? held;
};

/**
 * Each row once, whatever is changed, made or deleted while it is read: what moved to an earlier page meanwhile comes at the end.
 *
 * @returns null where it was stopped
 * @throws Refusal
 */
export async function csvOf({ asked, columns, names, language }: Exported, told: (done: number) => void, stop: AbortSignal, read = readRows): Promise<string[] | null> {
  const fields = columns.map(({ fieldname }) => fieldname);
  const pieces = [BOM, csvLine(columns.map(({ label }) => label[language]), language)];
  const written = new Set<string>();
  const write = (rows: readonly Row[]): void => {
    const fresh = rows.filter(({ name }) => !written.has(name));
    for (const { name } of fresh) written.add(name);
    pieces.push(...fresh.map((row) => csvLine(columns.map((field) => value(row, field, language)), language)));
    told(written.size);
  };
  /** @returns whether all of it was read */
  async function pages(of: Asked): Promise<boolean> {
    for (let from = 0; !stop.aborted; from += AT_ONCE) {
      const rows = await read(of, from, AT_ONCE, fields);
      write(rows);
      if (rows.length < AT_ONCE) return true;
    }
    return false;
  }
  if (names.length > 0) {
    for (let from = 0; from < names.length && !stop.aborted; from += NAMES_AT_ONCE) write(await read({ ...asked, names: names.slice(from, from + NAMES_AT_ONCE) }, 0, NAMES_AT_ONCE, fields));
    return stop.aborted ? null : pieces;
  }
  const known = new Set([...asked.known, "modified"]);
  const [newest] = await read({ ...asked, known, state: { ...asked.state, sort: "-modified" } }, 0, 1, []);
  if (!(await pages(asked))) return null;
  const since = newest && { field: "modified", operator: ">=" as const, value: newest.modified };
  return !since || (await pages({ ...asked, known, state: { ...asked.state, filters: [...asked.state.filters, since] } })) ? pieces : null;
}

export const saveCsv = (name: string, pieces: readonly string[]): unknown => exportFile(name, new Blob([...pieces], { type: "text/csv;charset=utf-8" }), { mimeType: "text/csv" });
