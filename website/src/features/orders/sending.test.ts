import type { CheckoutInput, OrderAccepted } from "@gigafibre/contracts/orders";
import { problemOf } from "@gigafibre/contracts/problems";
import type { ReasonName } from "@gigafibre/contracts/problems";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../../hub-request.ts";
import { createDraftStore } from "./draft.ts";
import type { DraftStore } from "./draft.ts";
import { awaitsAnswer, sendOrder } from "./sending.ts";
import type { Post } from "./sending.ts";

const body = (phone: string): CheckoutInput => ({
  address: { uuid: "6b3b1c1e-6f0e-4f7c-9a53-0f6a3f6f9d11", fibre_id: "F-1", rue: "101, rang Saint-Charles", ville: "Havelock", zip: "J0S 2C0", olt_port: "0/1/2", lat: 45, lng: -74 },
  customer: { name: "Émilie Côté", email: "emilie@exemple.test", phone },
  services: [{ sku: "FTTH150I", type: "internet" }],
  preferred_dates: "contact_me",
  payment: { method: "stripe_setup", stripe_setup_intent: "seti_1", stripe_customer_id: "cus_1", stripe_payment_method: "pm_1" },
});

const lost = (): Refusal => new Refusal({ status: 0, reason: "network_lost", said: { fr: "", en: "" } });
const refused = (reason: ReasonName): Refusal => {
  const { status, message } = problemOf(reason);
  return new Refusal({ status, reason, said: message });
};

/** A hub that keeps one order a key, whose answers can be cut on their way back. */
class Hub {
  readonly orders = new Map<string, { same: string; answer: OrderAccepted }>();
  received = 0;
  /** What happens to the next requests: `lost before` and `lost after` the hub has them, or a refusal. */
  readonly next: ("lost before" | "lost after" | ReasonName)[] = [];

  readonly post: Post = async (sent, key) => {
    const fate = this.next.shift();
    if (fate === "lost before") throw lost();
    this.received += 1;
    if (fate !== undefined && fate !== "lost after") throw refused(fate);
    const same = JSON.stringify(sent);
    const known = this.orders.get(key);
    if (known && known.same !== same) throw refused("idempotency_key_reused");
    const order_id = known?.answer.order_id ?? `ORD-${this.orders.size + 1}`;
    const answer: OrderAccepted = { order_id, token: `token-of-${order_id}`, state: "received", status_url: `/api/orders/${order_id}` };
    this.orders.set(key, { same, answer });
    if (fate === "lost after") throw lost();
    return answer;
  };
}

let store: DraftStore;
let hub: Hub;
beforeEach(() => {
  localStorage.clear();
  store = createDraftStore(localStorage);
  hub = new Hub();
});
afterEach(() => store.stop());

describe("sending an order", () => {
  it("follows the order and forgets the draft once it is accepted", async () => {
    expect(await sendOrder(store, body("4505550123"), hub.post)).toEqual({ kind: "accepted", order_id: "ORD-1" });
    expect(store.orders[0]).toMatchObject({ order_id: "ORD-1", token: "token-of-ORD-1" });
    expect(store.draft.sent).toEqual([]);
  });

  it("makes one order when the answer is lost and it is sent again", async () => {
    hub.next.push("lost after", "lost before");
    expect(await sendOrder(store, body("4505550123"), hub.post)).toMatchObject({ kind: "refused", refusal: { reason: "network_lost" } });
    expect(awaitsAnswer(store, body("4505550123"))).toBe(true);
    await sendOrder(store, body("4505550123"), hub.post);
    expect(await sendOrder(store, body("4505550123"), hub.post)).toMatchObject({ kind: "accepted", order_id: "ORD-1" });
    expect(hub.orders.size).toBe(1);
  });

  it("still awaits its answer after a reload, with the same key", async () => {
    hub.next.push("lost after");
    await sendOrder(store, body("4505550123"), hub.post);
    const reloaded = createDraftStore(localStorage);
    expect(reloaded.draft.key).toBe(store.draft.key);
    expect(awaitsAnswer(reloaded, body("4505550123"))).toBe(true);
    reloaded.stop();
  });

  it("is not sent again by itself once it was changed", async () => {
    hub.next.push("lost before");
    await sendOrder(store, body("4505550123"), hub.post);
    expect(awaitsAnswer(store, body("4505559999"))).toBe(false);
  });

  it("finds the order that was received when it was changed after a lost answer", async () => {
    hub.next.push("lost after");
    await sendOrder(store, body("4505550123"), hub.post);
    expect(await sendOrder(store, body("4505559999"), hub.post)).toEqual({ kind: "earlier", order_id: "ORD-1" });
    expect(hub.orders.size).toBe(1);
    expect(store.orders[0]?.token).toBe("token-of-ORD-1");
  });

  it("sends the changed order when the first one never arrived", async () => {
    hub.next.push("lost before");
    await sendOrder(store, body("4505550123"), hub.post);
    expect(await sendOrder(store, body("4505559999"), hub.post)).toEqual({ kind: "accepted", order_id: "ORD-1" });
    expect([...hub.orders.values()][0]?.same).toContain("4505559999");
  });

  it("finds it among several changes, whichever was received", async () => {
    hub.next.push("lost before", "lost after", "lost before");
    for (const phone of ["4505550001", "4505550002", "4505550003"]) await sendOrder(store, body(phone), hub.post);
    expect(await sendOrder(store, body("4505550004"), hub.post)).toEqual({ kind: "earlier", order_id: "ORD-1" });
    expect(hub.orders.size).toBe(1);
  });

  it("keeps the key and awaits nothing after a definite refusal", async () => {
    const { key } = store.draft;
    for (const reason of ["price_changed", "stripe_unavailable", "too_many_requests"] as const) {
      hub.next.push(reason);
      await sendOrder(store, body("4505550123"), hub.post);
      expect(store.draft).toMatchObject({ key, sent: [] });
    }
  });

  it("awaits its answer after a failure that may have come too late", async () => {
    for (const reason of ["internal_error", "temporarily_unavailable"] as const) {
      hub.next.push(reason);
      await sendOrder(store, body("4505550123"), hub.post);
      expect(awaitsAnswer(store, body("4505550123"))).toBe(true);
    }
  });

  it("takes a new key only when the old one belongs to an order of another tab", async () => {
    const { key } = store.draft;
    hub.orders.set(key, { same: "another body", answer: { order_id: "ORD-9", token: "t", state: "created", status_url: "/api/orders/ORD-9" } });
    expect(await sendOrder(store, body("4505550123"), hub.post)).toMatchObject({ kind: "refused", refusal: { reason: "idempotency_key_reused" } });
    expect(store.draft.key).not.toBe(key);
    expect(store.draft.sent).toEqual([]);
  });

  it("shows the token of the order already made there, by which the hub knows its owner", async () => {
    store.remember({ order_id: "ORD-7", token: "mine", status_url: "/api/orders/ORD-7", address_uuid: body("").address.uuid, address_label: "x" });
    const seen: (string | undefined)[] = [];
    await sendOrder(store, body("4505550123"), (sent, key, own) => {
      seen.push(own);
      return hub.post(sent, key, own);
    });
    expect(seen).toEqual(["mine"]);
  });
});
