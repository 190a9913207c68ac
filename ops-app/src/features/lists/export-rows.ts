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
  readonly count: number;
  readonly language: Language;
}

const value = (row: Row, field: MetaField, language: Language): string | number | null => {
  const held = row[field.fieldname];
  if (typeof held === "number") return field.fieldtype === "Check" ? held : isNumber(field) ? held : String(held);
  if (typeof held !== "string") return null;
  return field.choices.find((choice) => choice.value === held)?.label[language] ?? held;
};

/** @throws Refusal */
export async function csvOf({ asked, columns, names, count, language }: Exported, told: (done: number) => void, read = readRows): Promise<string[]> {
  const fields = columns.map(({ fieldname }) => fieldname);
  const pieces = [BOM, csvLine(columns.map(({ label }) => label[language]), language)];
  let done = 0;
  const write = (rows: readonly Row[]): void => {
    pieces.push(...rows.map((row) => csvLine(columns.map((field) => value(row, field, language)), language)));
    told((done += rows.length));
  };
  if (names.length > 0) {
    for (let from = 0; from < names.length; from += NAMES_AT_ONCE) write(await read({ ...asked, names: names.slice(from, from + NAMES_AT_ONCE) }, 0, NAMES_AT_ONCE, fields));
    return pieces;
  }
  for (let from = 0; from < count; from += AT_ONCE) {
    const rows = await read(asked, from, AT_ONCE, fields);
    write(rows);
    if (rows.length < AT_ONCE) break;
  }
  return pieces;
}

export const saveCsv = (name: string, pieces: readonly string[]): unknown => exportFile(name, new Blob([...pieces], { type: "text/csv;charset=utf-8" }), { mimeType: "text/csv" });
