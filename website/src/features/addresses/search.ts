/** Suggests addresses as one types: quietly, one question at a time, the last one's answer only. */
import type { AddressDetails, AddressSuggestion } from "@gigafibre/contracts/addresses";
import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { ask, isCancelled, refusalOf } from "../../hub-request.ts";

/** Less than this finds half the register. */
export const SHORTEST = 3;
const QUIET_MS = 150;
/** The hub allows 20 searches a second; one who is told to wait tries once more after this. */
const AFTER_TOO_MANY_MS = 1_000;

export type SearchState = "idle" | "searching" | "found" | "none" | "failed";

export interface AddressLookup {
  readonly state: Readonly<Ref<SearchState>>;
  readonly suggestions: Readonly<ShallowRef<readonly AddressSuggestion[]>>;
  /** Asks once typing has paused. */
  readonly type: (query: string) => void;
  /** Asks at once. */
  readonly search: (query: string) => Promise<void>;
  /** Forgets the answer and stops the question. */
  readonly clear: () => void;
}

/** `GET /api/address?q=&limit=8` */
export function suggest(query: string, signal: AbortSignal): Promise<{ results: AddressSuggestion[] }> {
  return ask({ url: "/api/address", params: { q: query, limit: 8 }, signal });
}

/** `GET /api/address/{uuid}` */
export function addressDetails(uuid: string): Promise<AddressDetails> {
  return ask({ url: `/api/address/${encodeURIComponent(uuid)}` });
}

export function useAddressLookup(find: typeof suggest = suggest): AddressLookup {
  const state = ref<SearchState>("idle");
  const suggestions = shallowRef<readonly AddressSuggestion[]>([]);
  let pause: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;

  function stop(): void {
    clearTimeout(pause);
    asking?.abort();
    asking = undefined;
  }

  function clear(): void {
    stop();
    state.value = "idle";
    suggestions.value = [];
  }

  async function search(query: string, patient = true): Promise<void> {
    stop();
    const text = query.trim();
    if (text.length < SHORTEST) return clear();
    const mine = new AbortController();
    asking = mine;
    state.value = "searching";
    try {
      const { results } = await find(text, mine.signal);
      if (mine.signal.aborted) return;
      suggestions.value = results;
      state.value = results.length > 0 ? "found" : "none";
    } catch (thrown) {
      if (mine.signal.aborted || isCancelled(thrown)) return;
      if (patient && refusalOf(thrown).reason === "too_many_requests") {
        pause = setTimeout(() => void search(query, false), AFTER_TOO_MANY_MS);
        return;
      }
      suggestions.value = [];
      state.value = "failed";
    }
  }

  function type(query: string): void {
    stop();
    if (query.trim().length < SHORTEST) return clear();
    pause = setTimeout(() => void search(query), QUIET_MS);
  }

  onScopeDispose(stop);
  return { state, suggestions, type, search: (query) => search(query), clear };
}
