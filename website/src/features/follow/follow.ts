/** Follows a technician by asking again while somebody looks. */
import type { FollowAnswer } from "@gigafibre/contracts/follow";
import { computed, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";
import { useAskingAgain } from "../../asking-again.ts";
import { ask, refusalOf } from "../../hub-request.ts";

const PAUSE_MS = 10_000;

export interface Followed {
  readonly answer: Readonly<ShallowRef<FollowAnswer | null>>;
  /** There is no such link, or it has run out. */
  readonly over: Readonly<Ref<boolean>>;
  readonly unreachable: Readonly<Ref<boolean>>;
  /** Of the way that was left when the page was opened, how much is done: 0 to 1. */
  readonly progress: ComputedRef<number>;
  /** Of the last answer, by this browser's clock. */
  readonly asked_at: Readonly<Ref<number>>;
}

export function useFollowed(token: () => string): Followed {
  const answer = shallowRef<FollowAnswer | null>(null);
  const [over, unreachable, asked_at, farthest] = [ref(false), ref(false), ref(0), ref(0)];
  useAskingAgain(async () => {
    try {
      answer.value = await ask<FollowAnswer>({ url: `/api/follow/${encodeURIComponent(token())}` });
      asked_at.value = Date.now();
      farthest.value = Math.max(farthest.value, answer.value.distance_km ?? 0);
      unreachable.value = false;
    } catch (thrown) {
      const { status } = refusalOf(thrown);
      over.value = status === 404 || status === 422;
      unreachable.value = !over.value;
    }
    return over.value || answer.value?.state === "arrived" ? null : PAUSE_MS;
  });
  const progress = computed(() => {
    if (answer.value?.state === "arrived") return 1;
    const left = answer.value?.distance_km ?? null;
    return left === null || farthest.value === 0 ? 0 : 1 - left / farthest.value;
  });
  return { answer, over, unreachable, progress, asked_at };
}
