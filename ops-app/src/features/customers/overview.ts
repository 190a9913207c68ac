/** A customer on one page: one answer of the hub's, its documents in the one cache, and read again when something of theirs is new. */
import { customerOverview } from "@gigafibre/contracts/customer-360";
import type { CustomerOverview } from "@gigafibre/contracts/customer-360";
import type { LiveEvent } from "@gigafibre/contracts/events";
import { useQuery, useQueryClient } from "@tanstack/vue-query";
import type { QueryClient } from "@tanstack/vue-query";
import { computed, onScopeDispose, toValue, watch } from "vue";
import type { ComputedRef, MaybeRefOrGetter, Ref } from "vue";
import { askHub, erpnext } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";
import { keepDocument } from "../editing/document.ts";
import { useFeed } from "../feed/feed.ts";

export interface KnownCustomer {
  readonly overview: Ref<CustomerOverview | undefined>;
  readonly refusal: ComputedRef<Refusal | null>;
  readonly again: () => unknown;
}

function keepDocuments(client: QueryClient, { customer, addresses, contacts, locations, elsewhere }: CustomerOverview): void {
  keepDocument(client, "Customer", customer);
  for (const contact of contacts ?? []) keepDocument(client, "Contact", contact);
  for (const address of addresses ?? []) keepDocument(client, "Address", address);
  for (const location of locations ?? []) keepDocument(client, "Service Location", location);
  for (const { subscriptions, equipment } of [...(locations ?? []), elsewhere]) {
    for (const subscription of subscriptions ?? []) keepDocument(client, "Service Subscription", subscription);
    for (const device of equipment ?? []) keepDocument(client, "Service Equipment", device);
  }
}

export function useCustomer(name: MaybeRefOrGetter<string>): KnownCustomer {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: computed(() => keys.customer(toValue(name))),
    queryFn: async ({ signal }) => {
      const overview = await askHub(customerOverview, `/api/customers/${encodeURIComponent(toValue(name))}/overview`, { signal });
      keepDocuments(client, overview);
      return overview;
    },
  });
  whenNew(name, data, () => void refetch());
  return { overview: data, refusal: computed(() => (error.value instanceof Refusal ? error.value : null)), again: refetch };
}

/** What a customer's page shows, by the field that says whose it is. */
const WHOSE: Readonly<Record<string, string>> = {
  "Sales Invoice": "customer", "Payment Entry": "party", Issue: "customer", "Dispatch Job": "customer", "Service Location": "customer", "Service Subscription": "customer",
  "Service Equipment": "customer",
};
/** What comes together is asked about together. */
const TOGETHER_MS = 1_000;

/** An event names a document that the page has not: whether it is this customer's is one small question. What the page has is read again by its name. */
function whenNew(name: MaybeRefOrGetter<string>, overview: Ref<CustomerOverview | undefined>, readAgain: () => void): void {
  const feed = useFeed();
  const waiting = new Map<string, Set<string>>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = feed.events[0]?.id ?? 0;

  async function ask(): Promise<void> {
    timer = undefined;
    const asked = [...waiting];
    waiting.clear();
    for (const [doctype, names] of asked) {
      const found = await erpnext(({ db }) => db.getDocList<unknown, Record<string, unknown>>(doctype, { fields: ["name"], filters: [["name", "in", [...names]], [WHOSE[doctype] ?? "customer", "=", toValue(name)]], limit: 1 })).catch((error: unknown) => {
        // Not theirs to read, or not to be had now: the page is as it was.
        if (error instanceof Refusal) return [];
        throw error;
      });
      if (found.length > 0) return readAgain();
    }
  }

  watch(() => feed.events, (events: readonly LiveEvent[]) => {
    const news = events.filter(({ id }) => id > last);
    last = events[0]?.id ?? last;
    const shown = overview.value ? JSON.stringify(overview.value) : "";
    for (const { kind, doctype, name: document } of news) {
      if (!(doctype in WHOSE) || kind === "document.deleted" || shown === "" || shown.includes(JSON.stringify(document))) continue;
      waiting.set(doctype, (waiting.get(doctype) ?? new Set()).add(document));
    }
    if (waiting.size > 0) timer ??= setTimeout(() => void ask(), TOGETHER_MS);
  });
  onScopeDispose(() => clearTimeout(timer));
}
