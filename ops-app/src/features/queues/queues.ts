/** What waits for a person, asked for once for the page and the rail. */
import { queues } from "@gigafibre/contracts/queues";
import type { QueueName, Queues } from "@gigafibre/contracts/queues";
import { useQuery } from "@tanstack/vue-query";
import { computed } from "vue";
import type { ComputedRef } from "vue";
import { askHub } from "../../hub-request.ts";
import { keys } from "../../query-keys.ts";

/** What becomes late by the clock alone is no event. */
const LATE_LOOK_MS = 5 * 60_000;

export const QUEUES: readonly QueueName[] = ["messages", "orders", "proof", "ports", "charges", "outbox", "devices"];

export function useQueues() {
  return useQuery({ queryKey: keys.hub("queues"), queryFn: ({ signal }) => askHub(queues, "/api/queues", { signal }), refetchInterval: LATE_LOOK_MS });
}

export const waitingIn = (answer: Queues | undefined): number => QUEUES.reduce((sum, name) => sum + (answer?.[name]?.waiting ?? 0), 0);

export function useWaiting(): ComputedRef<number> {
  const { data } = useQueues();
  return computed(() => waitingIn(data.value));
}
