/** Documents that a Link may name, as the person may read them. */
import type { DoctypeMeta } from "@gigafibre/contracts/doctype-meta";
import { z } from "zod";
import { erpnext } from "../../hub-request.ts";
import type { Choice } from "./ChoiceBox.vue";

const OFFERED = 12;
const rows = z.array(z.looseObject({ name: z.union([z.string(), z.number()]).transform(String) }));

/** @throws Refusal */
export async function findDocuments(doctype: string, meta: DoctypeMeta | null, text: string): Promise<Choice[]> {
  const title = meta?.title_field || "name";
  const columns = [...new Set(["name", title])];
  const found = await erpnext(({ db }) =>
    db.getDocList<Record<string, unknown>, Record<string, unknown>>(doctype, {
      fields: columns, limit: OFFERED, orderBy: { field: title, order: "asc" }, ...(text === "" ? {} : { orFilters: columns.map((column) => [column, "like", `%${text}%`] as [string, "like", string]) }),
    }),
  );
  return rows.parse(found).map((row) => {
    const named = row[title];
    const label = typeof named === "string" && named !== "" ? named : row.name;
    return { value: row.name, label, ...(label === row.name ? {} : { detail: row.name }) };
  });
}
