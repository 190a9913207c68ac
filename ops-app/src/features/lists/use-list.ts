/** One list: what is asked, how many there are, and the rows about the place that is looked at. */
import { keepPreviousData, useQueries, useQuery } from "@tanstack/vue-query";
import { computed, ref } from "vue";
import type { ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { keys } from "../../query-keys.ts";
import { useFields } from "./fields.ts";
import type { ListFields } from "./fields.ts";
import type { ListKind } from "./kinds.ts";
import { readState, writtenState } from "./list-state.ts";
import type { ListState } from "./list-state.ts";
import { countRows, PAGE, readRows } from "./rows.ts";
import type { Asked, Row } from "./rows.ts";

export interface List {
  readonly kind: ComputedRef<ListKind>;
  readonly fields: ListFields;
  readonly state: ComputedRef<ListState>;
  readonly asked: ComputedRef<Asked>;
  readonly columns: ComputedRef<readonly string[]>;
  /** undefined while it is not known. */
  readonly count: ComputedRef<number | undefined>;
  readonly refusal: ComputedRef<Error | null>;
  readonly rowAt: (index: number) => Row | undefined;
  /** Which rows are looked at. */
  readonly lookAt: (from: number, to: number) => void;
  /** Of what is typed no step Back is kept. */
  readonly change: (change: Partial<ListState>, typed?: boolean) => void;
  readonly readAgain: () => void;
}

export function useList(kind: ComputedRef<ListKind>): List {
  const [route, router] = [useRoute(), useRouter()];
  const fields = useFields(() => kind.value.doctype);
  const state = computed(() => readState(route.query, kind.value));
  const asked = computed<Asked>(() => ({ kind: kind.value, state: state.value, known: fields.known.value }));
  const columns = computed(() => state.value.columns.filter((column) => fields.known.value.has(column)));
  const narrowing = computed(() => [state.value.text, state.value.filters] as const);

  const look = ref({ from: 0, to: PAGE });
  const ready = computed(() => fields.mayRead.value === true);
  const total = useQuery({ queryKey: computed(() => keys.list(kind.value.doctype, "count", ...narrowing.value)), queryFn: () => countRows(asked.value), enabled: ready, placeholderData: keepPreviousData });
  const pages = computed(() => {
    const [first, last] = [Math.floor(look.value.from / PAGE), Math.floor(look.value.to / PAGE)];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  const results = useQueries({
    queries: computed(() =>
      pages.value.map((page) => ({
        queryKey: keys.list(kind.value.doctype, "rows", ...narrowing.value, state.value.sort, columns.value, page),
        queryFn: async () => ({ page, rows: await readRows(asked.value, page * PAGE, PAGE) }),
        enabled: ready.value,
        // Another order or one more column is no empty list meanwhile.
        placeholderData: (before: { page: number; rows: Row[] } | undefined) => (before?.page === page ? before : undefined),
      })),
    ),
  });
  const loaded = computed(() => new Map(results.value.flatMap(({ data }) => (data ? [[data.page, data.rows] as const] : []))));

  return {
    kind,
    fields,
    state,
    asked,
    columns,
    count: computed(() => total.data.value),
    refusal: computed(() => total.error.value ?? results.value.find(({ error }) => error)?.error ?? null),
    rowAt: (index) => loaded.value.get(Math.floor(index / PAGE))?.[index % PAGE],
    lookAt: (from, to) => void (look.value = { from, to }),
    change(change, typed = false) {
      void router[typed ? "replace" : "push"]({ params: route.params, query: writtenState({ ...state.value, ...change }, kind.value) });
    },
    readAgain() {
      void total.refetch();
      for (const { refetch } of results.value) void refetch();
    },
  };
}
