/**
 * Sends an order so that it exists once or not at all, whatever is pressed, cut, changed or sent again.
 *
 * A body is noted in the draft before it leaves, and taken out only by a definite answer. When the hub says that the key belongs to
 * another body, it was one of those: it is sent once more, as it was, and the hub answers with the order it made.
 */
import type { CheckoutInput, OrderAccepted } from "@gigafibre/contracts/orders";
import { ask, refusalOf } from "../../hub-request.ts";
import type { Refusal } from "../../hub-request.ts";
import type { DraftStore } from "./draft.ts";

export type Outcome =
  | { readonly kind: "accepted"; readonly order_id: string }
  /** An order sent earlier had been received after all; what was changed since is not part of it. */
  | { readonly kind: "earlier"; readonly order_id: string }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** `own` is the token of this browser's order at that address, by which the hub knows its owner. */
export type Post = (body: CheckoutInput, key: string, own: string | undefined) => Promise<OrderAccepted>;

/** `POST /api/checkout` */
export const postCheckout: Post = (data, key, own) =>
  ask<OrderAccepted>({ method: "POST", url: "/api/checkout", data, headers: { "Idempotency-Key": key, ...(own === undefined ? {} : { "X-Order-Token": own }) } });

export async function sendOrder(store: DraftStore, body: CheckoutInput, post: Post = postCheckout): Promise<Outcome> {
  const key = store.draft.key;
  const answer = await attempt(store, body, key, post);
  if (!("reason" in answer)) return { kind: "accepted", order_id: answer.order_id };
  if (answer.reason !== "idempotency_key_reused") return { kind: "refused", refusal: answer };

  for (const earlier of [...store.draft.sent].reverse()) {
    const replay = await attempt(store, earlier, key, post);
    if (!("reason" in replay)) return { kind: "earlier", order_id: replay.order_id };
    if (replay.uncertain) return { kind: "refused", refusal: replay };
  }
  // None of ours: another tab's order has this key. It stands; these answers go on as an attempt of their own.
  store.renewKey();
  return { kind: "refused", refusal: answer };
}

async function attempt(store: DraftStore, body: CheckoutInput, key: string, post: Post): Promise<OrderAccepted | Refusal> {
  const same = JSON.stringify(body);
  const others = (): CheckoutInput[] => store.draft.sent.filter((sent) => JSON.stringify(sent) !== same);
  store.draft.sent = [...others(), body];
  try {
    const answer = await post(body, key, store.orderFor(body.address.uuid)?.token);
    store.accepted(answer, body.address);
    return answer;
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (!refusal.uncertain) store.draft.sent = others();
    return refusal;
  }
}

/** Whether an order left exactly as it now stands and nothing was heard since: it is sent again without being asked. */
export function awaitsAnswer(store: DraftStore, body: CheckoutInput): boolean {
  const last = store.draft.sent.at(-1);
  return last !== undefined && JSON.stringify(last) === JSON.stringify(body);
}
