/** Everything that happened with a customer, newest first: the first page comes with the customer, more as one reads on. */
import { threadPage } from "@gigafibre/contracts/customer-360";
import type { CustomerOverview, ThreadEntry, ThreadKind, ThreadPage } from "@gigafibre/contracts/customer-360";
import { useInfiniteQuery, useQueryClient } from "@tanstack/vue-query";
import type { InfiniteData } from "@tanstack/vue-query";
import { computed, watch } from "vue";
import type { ComputedRef, Ref } from "vue";
import { askHub } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";

export interface Thread {
  readonly entries: ComputedRef<readonly ThreadEntry[]>;
  readonly hasMore: Ref<boolean>;
  readonly loading: Ref<boolean>;
  readonly refusal: ComputedRef<Refusal | null>;
  readonly more: () => void;
}

type Pages = InfiniteData<ThreadPage, string | null>;

export function useThread(overview: () => CustomerOverview, kind: Ref<ThreadKind | null>): Thread {
  const client = useQueryClient();
  const name = overview().customer.name;
  const keyOf = (of: ThreadKind | null) => keys.hub("thread", name, of ?? "all");
  const query = useInfiniteQuery({
    queryKey: computed(() => keyOf(kind.value)),
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ ...(pageParam === null ? {} : { before: pageParam }), ...(kind.value ? { kinds: kind.value } : {}) });
      return askHub(threadPage, `/api/customers/${encodeURIComponent(name)}/thread?${asked.toString()}`, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: ThreadPage) => next,
    initialData: () => (kind.value === null ? { pages: [overview().thread], pageParams: [null] } : undefined),
  });
  // The page was read again: its first entries are the newest. Where more was read on, the cursors have moved with them.
  watch(() => overview().thread, (first) => {
    const known = client.getQueryData<Pages>(keyOf(null));
    if (!known || known.pages.length <= 1) client.setQueryData<Pages>(keyOf(null), { pages: [first], pageParams: [null] });
    else void client.invalidateQueries({ queryKey: keyOf(null) });
    void client.invalidateQueries({ queryKey: keys.hub("thread", name), predicate: ({ queryKey }) => queryKey[3] !== "all" });
  });
  return {
    entries: computed(() => folded([...new Map((query.data.value?.pages ?? []).flatMap(({ entries }) => entries).map((entry) => [entry.id, entry])).values()])),
    hasMore: query.hasNextPage,
    loading: query.isFetching,
    refusal: computed(() => (query.error.value instanceof Refusal ? query.error.value : null)),
    more: () => {
      if (query.hasNextPage.value && !query.isFetchingNextPage.value) void query.fetchNextPage();
    },
  };
}

/** Changes of one document by one person, this near each other, are one. */
const NEAR_MS = 2 * 60_000;

/** Newest first, as they came: many small changes in a row are one entry, which keeps its place as more are added to it. */
export function folded(entries: readonly ThreadEntry[]): ThreadEntry[] {
  const found: ThreadEntry[] = [];
  for (const entry of entries) {
    const newer = found.at(-1);
    const same = newer?.kind === "change" && entry.kind === "change" && newer.doctype === entry.doctype && newer.name === entry.name && newer.by === entry.by;
    if (!same || Date.parse(newer.at) - Date.parse(entry.at) > NEAR_MS) {
      found.push(entry);
      continue;
    }
    const fields = new Map(entry.fields.map((each) => [each.field, each]));
    for (const each of newer.fields) fields.set(each.field, { ...each, before: (fields.get(each.field) ?? each).before });
    found[found.length - 1] = { ...newer, id: entry.id, fields: [...fields.values()] };
  }
  return found;
}

/** What a person wrote in Desk, as plain lines: none of its markup runs here. */
export function plainText(html: string): string {
  const { body } = new DOMParser().parseFromString(html.replaceAll(/<(br|\/p|\/div|\/li)[^>]*>/gi, "$&\n"), "text/html");
  return body.textContent.replaceAll(/\n{3,}/g, "\n\n").trim();
}
