/** The fields of a list's DocType that the person may read, with those that every document has. */
import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import type { Bilingual, Language } from "@gigafibre/contracts/language";
import { computed, toValue } from "vue";
import type { ComputedRef, MaybeRefOrGetter } from "vue";
import { useMeta } from "../editing/meta.ts";

/** Nothing that fits into a cell. */
const NO_CELL = new Set(["Table", "Table MultiSelect", "Text Editor", "HTML", "HTML Editor", "Markdown Editor", "Code", "JSON", "Password", "Signature", "Attach", "Attach Image", "Image", "Button", "Geolocation"]);

const standard = (fieldname: string, fieldtype: string, label: Bilingual): MetaField => ({
  fieldname, fieldtype, label, options: "", choices: [], description: null, default: "", length: 0, reqd: false, hidden: false, in_list_view: false, in_standard_filter: false, set_only_once: false,
  allow_on_submit: false, non_negative: false, writable: false,
});
const STANDARD: readonly MetaField[] = [
  standard("name", "Data", { fr: "Numéro", en: "Number" }),
  standard("creation", "Datetime", { fr: "Créé le", en: "Created" }),
  standard("modified", "Datetime", { fr: "Modifié le", en: "Changed" }),
  standard("owner", "Data", { fr: "Créé par", en: "Created by" }),
];
/** Of what is assigned in our lists. */
const ASSIGNED: Readonly<Record<string, readonly MetaField[]>> = { Issue: [standard("_assign", "Assign", { fr: "Attribué à", en: "Assigned to" })] };

export interface ListFields {
  /** undefined while it is not known. */
  readonly mayRead: ComputedRef<boolean | undefined>;
  readonly mayWrite: ComputedRef<boolean>;
  readonly fields: ComputedRef<readonly MetaField[]>;
  readonly byName: ComputedRef<ReadonlyMap<string, MetaField>>;
  readonly known: ComputedRef<ReadonlySet<string>>;
}

export function useFields(doctype: MaybeRefOrGetter<string>): ListFields {
  const { meta } = useMeta(() => toValue(doctype));
  const fields = computed(() => (meta.value ? [...STANDARD, ...(ASSIGNED[toValue(doctype)] ?? []), ...meta.value.fields.filter(({ fieldtype, hidden }) => !NO_CELL.has(fieldtype) && !hidden)] : []));
  const byName = computed(() => new Map(fields.value.map((field) => [field.fieldname, field])));
  return {
    mayRead: computed(() => (meta.value === undefined ? undefined : meta.value !== null)),
    mayWrite: computed(() => meta.value?.rights.write ?? false),
    fields,
    byName,
    known: computed(() => new Set(byName.value.keys())),
  };
}

const NUMBERS = new Set(["Int", "Float", "Currency", "Percent"]);
export const isNumber = (field: MetaField | undefined): boolean => field !== undefined && NUMBERS.has(field.fieldtype);

/** Of a heading's letters, at their widest on the whole; and of what stands beside them: air, and the arrow of a sorted column. */
const LETTER_PX = 7;
const BESIDE_PX = 36;

/** Of a column, in pixels: what stands in it, and its heading whole. */
export function widthOf(field: MetaField | undefined, language: Language): number {
  if (field === undefined) return 140;
  return Math.max(contentWidth(field), field.label[language].length * LETTER_PX + BESIDE_PX);
}

function contentWidth(field: MetaField): number {
  if (/email/.test(field.fieldname)) return 250;
  if (/mobile|phone/.test(field.fieldname)) return 140;
  if (isNumber(field) || field.fieldtype === "Check") return 110;
  if (field.fieldtype === "Date") return 120;
  if (field.fieldtype === "Datetime") return 170;
  return field.fieldtype === "Select" ? 130 : 200;
}
