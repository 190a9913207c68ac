/** Follows an order by asking again: often while it is young, less often later, not at all while nobody looks. */
import type { OrderState, OrderStatus } from "@gigafibre/contracts/orders";
import { ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { useAskingAgain } from "../../asking-again.ts";
import { ask, refusalOf } from "../../hub-request.ts";
import type { PlacedOrder } from "./draft.ts";

export interface FollowedOrder {
  readonly status: Readonly<ShallowRef<OrderStatus | null>>;
  /** The hub does not know this order by this token. */
  readonly unknown: Readonly<Ref<boolean>>;
  /** The last question had no answer. */
  readonly unreachable: Readonly<Ref<boolean>>;
  refresh(): Promise<void>;
}

/** Nothing changes any more. */
const OVER: ReadonlySet<OrderState> = new Set(["live", "cancelled"]);

/** Milliseconds until the next question, after so many. */
export function pauseAfter(questions: number, state: OrderState | undefined): number {
  if (state === undefined || state === "received") return questions < 20 ? 1_500 : 5_000;
  return questions < 10 ? 5_000 : 30_000;
}

/** `GET {status_url}` with the order's own token. */
function askStatus({ status_url, token }: PlacedOrder): Promise<OrderStatus> {
  return ask({ url: status_url, headers: { Authorization: `Bearer ${token}` } });
}

export function useOrderStatus(order: () => PlacedOrder | undefined): FollowedOrder {
  const status = shallowRef<OrderStatus | null>(null);
  const unknown = ref(false);
  const unreachable = ref(false);
  let questions = 0;
  const refresh = useAskingAgain(async () => {
    const followed = order();
    if (!followed) {
      unknown.value = true;
      return null;
    }
    questions += 1;
    try {
      status.value = await askStatus(followed);
      unknown.value = false;
      unreachable.value = false;
    } catch (thrown) {
      const { status: code } = refusalOf(thrown);
      unknown.value = code === 401 || code === 403 || code === 404;
      unreachable.value = !unknown.value;
    }
    const over = status.value !== null && OVER.has(status.value.state);
    return unknown.value || over ? null : pauseAfter(questions, status.value?.state);
  });
  return { status, unknown, unreachable, refresh };
}
