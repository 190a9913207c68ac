/**
 * One value of one document to the server, always with the `modified` it was decided on. What others changed elsewhere in the document is kept:
 * it is read again and the value sent anew; only where they changed this very value is the person asked.
 */
import { heldDocument } from "@gigafibre/contracts/customer-360";
import type { HeldDocument } from "@gigafibre/contracts/customer-360";
import type { QueryClient } from "@tanstack/vue-query";
import { z } from "zod";
import { erpnext } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";
import { readDocument } from "./document.ts";
import { same } from "./edit-state.ts";
import type { Value } from "./edit-state.ts";
import { valueOf } from "./values.ts";

/** A row of a table of the document: `name` null is one to be added, with `values` beside the field. One whose field is emptied goes. */
export interface RowAt {
  readonly table: string;
  readonly name: string | null;
  readonly values?: Readonly<Record<string, Value>>;
}
export interface FieldAt {
  readonly doctype: string;
  readonly name: string;
  readonly fieldname: string;
  readonly row?: RowAt | undefined;
}

export const spelled = ({ doctype, name, fieldname, row }: FieldAt): string => JSON.stringify([doctype, name, ...(row ? [row.table, row.name] : []), fieldname]);

export type Outcome =
  /** `row` is the one that holds it now. */
  | { readonly kind: "saved"; readonly held: Value; readonly row: RowAt | undefined }
  | { readonly kind: "clash"; readonly held: Value };

const rowsOf = z.array(z.looseObject({ name: z.string() })).catch([]);

export function heldAt(document: HeldDocument | undefined, { fieldname, row }: FieldAt): Value {
  if (!row) return valueOf(document, fieldname);
  const found = rowsOf.parse(document?.[row.table]).find(({ name }) => name === row.name);
  return valueOf(found, fieldname);
}

function changes(document: HeldDocument, { fieldname, row }: FieldAt, value: Value): Record<string, unknown> {
  if (!row) return { [fieldname]: value };
  const rows = rowsOf.parse(document[row.table]);
  if (row.name === null) return { [row.table]: [...rows, { ...row.values, [fieldname]: value }] };
  const others = same(value, null) ? rows.filter(({ name }) => name !== row.name) : rows.map((each) => (each.name === row.name ? { ...each, [fieldname]: value } : each));
  return { [row.table]: others };
}

/** The row that was added is the one that was not there before. */
function rowNow(before: HeldDocument, after: HeldDocument, { row }: FieldAt): RowAt | undefined {
  if (!row || row.name !== null) return row;
  const known = new Set(rowsOf.parse(before[row.table]).map(({ name }) => name));
  return { ...row, name: rowsOf.parse(after[row.table]).find(({ name }) => !known.has(name))?.name ?? null };
}

/** Somebody who changes a document as often as this meanwhile is no person. */
const TRIES = 6;
const inTurn = new Map<string, Promise<unknown>>();

/** One after the other for each document: the next goes with the `modified` that the last was answered with. @throws Refusal */
export function saveValue(client: QueryClient, at: FieldAt, value: Value, base: Value): Promise<Outcome> {
  const document = JSON.stringify([at.doctype, at.name]);
  const mine = (inTurn.get(document) ?? Promise.resolve()).then(() => save(client, at, value, base));
  const settled = mine.then(
    () => undefined,
    () => undefined,
  );
  inTurn.set(document, settled);
  void settled.then(() => inTurn.get(document) === settled && inTurn.delete(document));
  return mine;
}

async function save(client: QueryClient, at: FieldAt, value: Value, base: Value): Promise<Outcome> {
  const { doctype, name } = at;
  const key = keys.doc(doctype, name);
  const readAgain = async (): Promise<HeldDocument> => {
    const now = await readDocument(doctype, name);
    client.setQueryData(key, now);
    return now;
  };
  // A table goes whole: all of its rows have to be known.
  let document = (at.row ? undefined : client.getQueryData<HeldDocument>(key)) ?? (await readAgain());
  for (let tries = 1; ; tries++) {
    const held = heldAt(document, at);
    // An answer that was lost may have been a yes.
    if (same(held, value)) return { kind: "saved", held, row: at.row };
    if (!same(held, base)) return { kind: "clash", held };
    const sent = document;
    try {
      const answer = heldDocument.parse(await erpnext(({ db }) => db.updateDoc(doctype, name, { ...changes(sent, at, value), modified: sent.modified })));
      await client.cancelQueries({ queryKey: key });
      client.setQueryData(key, answer);
      const row = rowNow(sent, answer, at);
      return { kind: "saved", held: heldAt(answer, { ...at, row }), row };
    } catch (error) {
      if (!(error instanceof Refusal) || error.reason !== "TimestampMismatchError" || tries >= TRIES) throw error;
      document = await readAgain();
    }
  }
}
