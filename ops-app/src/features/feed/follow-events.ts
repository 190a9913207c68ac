/** From an event to what is read again: the one place where the cache learns that it is old. */
import type { LiveEvent } from "@gigafibre/contracts/events";
import { TOUCHES } from "@gigafibre/contracts/events";
import type { QueryClient, QueryKey } from "@tanstack/vue-query";
import { keys } from "../../query-keys.ts";

/** What comes together is read again together. */
const TOGETHER_MS = 200;

export function touchedKeys({ kind, doctype, name }: LiveEvent): QueryKey[] {
  return [
    keys.doc(doctype, name),
    keys.list(doctype),
    ...(doctype === "Customer" ? [keys.customer(name)] : []),
    // What one device says is no news of all others.
    ...TOUCHES[kind].map((what) => (what === "device" && doctype === "Service Equipment" ? keys.hub(what, name) : keys.hub(what))),
  ];
}

/** @returns takes each event */
export function invalidating(client: QueryClient): (event: LiveEvent) => void {
  let waiting: LiveEvent[] = [];

  function readAgain(): void {
    const events = waiting;
    waiting = [];
    const touched = new Map(events.flatMap(touchedKeys).map((key) => [JSON.stringify(key), key]));
    for (const queryKey of touched.values()) void client.invalidateQueries({ queryKey });
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
    if (waiting.push(event) === 1) setTimeout(readAgain, TOGETHER_MS);
  };
}
