/** From an event to what is read again: the one place where the cache learns that it is old. */
import type { LiveEvent } from "@gigafibre/contracts/events";
import { TOUCHES } from "@gigafibre/contracts/events";
import type { QueryClient, QueryKey } from "@tanstack/vue-query";
import { keys } from "../../query-keys.ts";

/** What comes together is read again together. */
const TOGETHER_MS = 200;
/** A customer's page and thread move once for many small changes, when they are over; but do not wait for ever. */
const QUIET_MS = 800;
const AT_MOST_MS = 4_000;

export function touchedKeys({ kind, doctype, name }: LiveEvent): QueryKey[] {
  return [
    keys.doc(doctype, name),
    keys.list(doctype),
    ...(doctype === "Customer" ? [keys.customer(name)] : []),
    // What one device says is no news of all others.
    ...TOUCHES[kind].map((what) => (what === "device" && doctype === "Service Equipment" ? keys.hub(what, name) : keys.hub(what))),
  ];
}

const moves = ([first, what]: QueryKey): boolean => first === "customer" || (first === "hub" && what === "thread");

/** @returns takes each event */
export function invalidating(client: QueryClient): (event: LiveEvent) => void {
  let waiting: LiveEvent[] = [];
  let calming: { readonly since: number; readonly events: LiveEvent[]; timer: ReturnType<typeof setTimeout> } | null = null;

  function readAgain(events: readonly LiveEvent[], which: (key: QueryKey) => boolean): void {
    const touched = new Map(events.flatMap(touchedKeys).filter(which).map((key) => [JSON.stringify(key), key]));
    for (const queryKey of touched.values()) void client.invalidateQueries({ queryKey });
  }

  function atOnce(): void {
    const events = waiting;
    waiting = [];
    readAgain(events, (key) => !moves(key));
  }

  function onceCalm(): void {
    const events = calming?.events ?? [];
    calming = null;
    readAgain(events, moves);
    const names = [...new Set(events.map(({ name }) => JSON.stringify(name)))];
    // A customer's page shows documents of many kinds: it is read again when one that is on it is named.
    void client.invalidateQueries({
      queryKey: ["customer"],
      predicate: ({ state }) => {
        const shown = JSON.stringify(state.data ?? null);
        return names.some((name) => shown.includes(name));
      },
    });
  }

  return (event) => {
    if (waiting.push(event) === 1) setTimeout(atOnce, TOGETHER_MS);
    if (calming) clearTimeout(calming.timer);
    const since = calming?.since ?? Date.now();
    const timer = setTimeout(onceCalm, Math.max(0, Math.min(QUIET_MS, since + AT_MOST_MS - Date.now())));
    calming = { since, events: [...(calming?.events ?? []), event], timer };
  };
}
