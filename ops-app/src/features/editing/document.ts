/** One document of ERPNext's in the cache, wherever it was read: a page that already has it puts it there. */
import { heldDocument } from "@gigafibre/contracts/customer-360";
import type { HeldDocument } from "@gigafibre/contracts/customer-360";
import { useQuery } from "@tanstack/vue-query";
import type { QueryClient } from "@tanstack/vue-query";
import { computed, toValue } from "vue";
import type { ComputedRef, MaybeRefOrGetter } from "vue";
import { erpnext } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import type { Refusal } from "../../refusal.ts";

/** @throws Refusal */
export const readDocument = async (doctype: string, name: string): Promise<HeldDocument> => heldDocument.parse(await erpnext(({ db }) => db.getDoc(doctype, name)));

/** What was read with a page. An older reading never covers a newer. */
export function keepDocument(client: QueryClient, doctype: string, document: HeldDocument): void {
  const known = client.getQueryData<HeldDocument>(keys.doc(doctype, document.name));
  if (!known || known.modified <= document.modified) client.setQueryData(keys.doc(doctype, document.name), { ...known, ...document });
}

export interface KnownDocument {
  readonly document: ComputedRef<HeldDocument | undefined>;
  readonly refusal: ComputedRef<Error | Refusal | null>;
}

/** Read when it is not in the cache, and again when a live event names it. */
export function useDocument(doctype: MaybeRefOrGetter<string>, name: MaybeRefOrGetter<string>): KnownDocument {
  const { data, error } = useQuery({
    queryKey: computed(() => keys.doc(toValue(doctype), toValue(name))),
    queryFn: () => readDocument(toValue(doctype), toValue(name)),
    enabled: () => toValue(name) !== "",
  });
  return { document: computed(() => data.value), refusal: computed(() => error.value) };
}
