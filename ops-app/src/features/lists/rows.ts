/** Rows of a list, page by page in an order that does not change under way, and how many there are; as the person may read them in ERPNext. */
import { z } from "zod";
import { erpnext } from "../../hub-request.ts";
import type { ListKind } from "./kinds.ts";
import type { ListFilter, ListState } from "./list-state.ts";

export const PAGE = 100;
export type Row = Readonly<Record<string, unknown>> & { readonly name: string; readonly modified: string };

const rowsAnswer = z.object({ message: z.array(z.looseObject({ name: z.union([z.string(), z.number()]).transform(String), modified: z.string() })) });
const countAnswer = z.object({ message: z.int() });

type Condition = readonly [field: string, operator: string, value: string];

const condition = ({ field, operator, value }: ListFilter): Condition => [field, operator, operator === "like" ? `%${value.replace(/[\\%_]/g, "\\$&")}%` : value];

/** What narrows a list, as Frappe takes it. */
export function narrowed({ text, filters }: Pick<ListState, "text" | "filters">, { searched }: Pick<ListKind, "searched">, known: ReadonlySet<string>): { filters: Condition[]; or_filters: Condition[] } {
  const words = text.trim();
  const like = `%${words.replace(/[\\%_]/g, "\\$&").replace(/\s+/g, "%")}%`;
  return { filters: filters.filter(({ field }) => known.has(field)).map(condition), or_filters: words === "" ? [] : searched.filter((field) => known.has(field)).map((field) => [field, "like", like]) };
}

/** Of rows that are equal by it the name tells, so that no page shows one twice or leaves one out. */
export function ordered(sort: string, doctype: string): string {
  const field = sort.replace(/^-/, "");
  const way = sort.startsWith("-") ? "desc" : "asc";
  return [...new Set([field, "name"])].map((each) => `\`tab${doctype}\`.\`${each}\` ${way}`).join(", ");
}

export interface Asked {
  readonly kind: Pick<ListKind, "doctype" | "customer" | "searched">;
  readonly state: ListState;
  /** Fields that the person may read. */
  readonly known: ReadonlySet<string>;
  /** Only these documents, whatever narrows the list. */
  readonly names?: readonly string[];
}

/** @throws Refusal */
export async function readRows({ kind, state, known, names }: Asked, start: number, length: number, columns: readonly string[] = state.columns): Promise<Row[]> {
  const { filters, or_filters } = names ? { filters: [["name", "in", names]], or_filters: [] } : narrowed(state, kind, known);
  const beside = kind.customer === null ? [] : [kind.customer];
  const fields = [...new Set(["name", "modified", ...beside, ...columns.filter((column) => known.has(column))])];
  const answer: unknown = await erpnext(({ call }) =>
    call.post("frappe.client.get_list", {
      doctype: kind.doctype, fields: JSON.stringify(fields), filters: JSON.stringify(filters), ...(or_filters.length > 0 ? { or_filters: JSON.stringify(or_filters) } : {}),
      order_by: ordered(known.has(state.sort.replace(/^-/, "")) ? state.sort : "-modified", kind.doctype), limit_start: start, limit_page_length: length,
    }),
  );
  return rowsAnswer.parse(answer).message;
}

/** @throws Refusal */
export async function countRows({ kind, state, known }: Asked): Promise<number> {
  const { filters, or_filters } = narrowed(state, kind, known);
  const answer: unknown = await erpnext(({ call }) => call.post("frappe.desk.reportview.get_count", { doctype: kind.doctype, filters: JSON.stringify(filters), ...(or_filters.length > 0 ? { or_filters: JSON.stringify(or_filters) } : {}) }));
  return countAnswer.parse(answer).message;
}
