/** What is asked of a list, as it stands in the address: a link shows the same list, and Back is the list before. */
import { z } from "zod";
import type { ListKind } from "./kinds.ts";

export const OPERATORS = ["=", "!=", "like", ">=", "<=", "is"] as const;
export const listFilter = z.object({ field: z.string().regex(/^\w+$/), operator: z.enum(OPERATORS), value: z.string() });
export type ListFilter = z.infer<typeof listFilter>;

export const listState = z.object({
  text: z.string(),
  filters: z.array(listFilter),
  /** A field; `-` before it is downward. */
  sort: z.string().regex(/^-?\w+$/),
  columns: z.array(z.string().regex(/^\w+$/)).min(1),
});
export type ListState = z.infer<typeof listState>;

type Query = Readonly<Record<string, string | readonly (string | null)[] | null | undefined>>;

export const initialState = ({ sort, columns }: ListKind): ListState => ({ text: "", filters: [], sort, columns: [...columns] });

const all = (value: Query[string]): string[] => (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === "string");

/** What is not understood is as if it were not there. */
export function readState(query: Query, kind: ListKind): ListState {
  const initial = initialState(kind);
  const filters = all(query["f"]).flatMap((text) => {
    const [field = "", operator = "", ...value] = text.split(":");
    const read = listFilter.safeParse({ field, operator, value: value.join(":") });
    return read.success ? [read.data] : [];
  });
  const [sort = initial.sort] = all(query["s"]);
  const columns = (all(query["c"])[0] ?? "").split(",").filter((column) => /^\w+$/.test(column));
  return { text: all(query["q"])[0] ?? "", filters, sort: listState.shape.sort.safeParse(sort).success ? sort : initial.sort, columns: columns.length > 0 ? columns : initial.columns };
}

/** Only what differs from the list as it is at first. */
export function writtenState(state: ListState, kind: ListKind): Record<string, string | string[]> {
  const columns = state.columns.join(",");
  return {
    ...(state.text === "" ? {} : { q: state.text }),
    ...(state.filters.length === 0 ? {} : { f: state.filters.map(({ field, operator, value }) => `${field}:${operator}:${value}`) }),
    ...(state.sort === kind.sort ? {} : { s: state.sort }),
    ...(columns === kind.columns.join(",") ? {} : { c: columns }),
  };
}
