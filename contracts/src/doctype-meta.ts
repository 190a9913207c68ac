/**
 * What a DocType is made of, for whoever shows or edits documents of it. `GET /api/method/gigafibre_fsm.api.meta.of?doctypes=[…]`, through the hub:
 * in both languages, and with what the person's roles let them write.
 */
import { z } from "zod";
import { rightsOnType } from "./customer-360.ts";
import { bilingual } from "./language.ts";

export const metaField = z.object({
  fieldname: z.string(),
  /** Frappe's: Data, Select, Link, Check, Date… */
  fieldtype: z.string(),
  label: bilingual,
  /** The DocType of a Link or Table, the kind of Data (`Email`, `Phone`), the field that names a Dynamic Link's DocType. */
  options: z.string(),
  /** Of a Select. */
  choices: z.array(z.object({ value: z.string(), label: bilingual })),
  description: bilingual.nullable(),
  default: z.string(),
  /** At most so many characters; 0 where nothing says. */
  length: z.int(),
  reqd: z.boolean(),
  hidden: z.boolean(),
  in_list_view: z.boolean(),
  in_standard_filter: z.boolean(),
  set_only_once: z.boolean(),
  allow_on_submit: z.boolean(),
  non_negative: z.boolean(),
  /** This person may write it in documents that they may write; never what is read-only, fetched from elsewhere or moved by a workflow. */
  writable: z.boolean(),
});
export type MetaField = z.infer<typeof metaField>;

export const doctypeMeta = z.object({
  name: z.string(),
  label: bilingual,
  /** What a document is called by; its name where there is none. */
  title_field: z.string(),
  search_fields: z.array(z.string()),
  is_submittable: z.boolean(),
  rights: rightsOnType,
  /** In the order of its form, those that the person may read. */
  fields: z.array(metaField),
});
export type DoctypeMeta = z.infer<typeof doctypeMeta>;

/** null for a DocType that the person may not read. */
export const metaAnswer = z.object({ message: z.record(z.string(), doctypeMeta.nullable()) });
