/** What DocTypes are made of, asked for together however many fields of a page want to know. */
import { metaAnswer } from "@gigafibre/contracts/doctype-meta";
import type { DoctypeMeta, MetaField } from "@gigafibre/contracts/doctype-meta";
import { useQuery } from "@tanstack/vue-query";
import { computed, toValue } from "vue";
import type { ComputedRef, MaybeRefOrGetter } from "vue";
import { gathered } from "../../gathered.ts";
import { askHub } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";

const ofEach = gathered<DoctypeMeta | null>(async (doctypes) =>
  (await askHub(metaAnswer, `/api/method/gigafibre_fsm.api.meta.of?${new URLSearchParams({ doctypes: JSON.stringify(doctypes) }).toString()}`)).message,
);

/** null: not the person's to read. */
export const askMeta = async (doctype: string): Promise<DoctypeMeta | null> => (await ofEach(doctype)) ?? null;

export interface KnownMeta {
  /** undefined while it is not known; null: not the person's to read. */
  readonly meta: ComputedRef<DoctypeMeta | null | undefined>;
  readonly field: (fieldname: string) => MetaField | undefined;
}

/** A DocType changes with an update of the app, and hardly ever under somebody's eyes. */
export function useMeta(doctype: MaybeRefOrGetter<string>): KnownMeta {
  const { data } = useQuery({ queryKey: computed(() => keys.meta(toValue(doctype))), queryFn: () => askMeta(toValue(doctype)), staleTime: Infinity, enabled: () => toValue(doctype) !== "" });
  const byName = computed(() => new Map((data.value?.fields ?? []).map((field) => [field.fieldname, field])));
  return { meta: computed(() => data.value), field: (fieldname) => byName.value.get(fieldname) };
}
