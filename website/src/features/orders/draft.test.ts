import type { AddressDetails } from "@gigafibre/contracts/addresses";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { effectScope } from "vue";
import { createDraftStore, emptyDraft } from "./draft.ts";
import type { DraftStore } from "./draft.ts";

const address: AddressDetails = {
  uuid: "6b3b1c1e-6f0e-4f7c-9a53-0f6a3f6f9d11",
  label: "123, rang Saint-Charles, Havelock, J0S 2C0",
  rue: "123, rang Saint-Charles",
  ville: "Havelock",
  zip: "J0S 2C0",
  status: "available",
  fibre_id: "F-1",
  olt_port: "0/1/2",
  max_speed_mbps: 1500,
  zone_tarifaire: "standard",
  lat: 45.05,
  lng: -73.75,
};
const ordered = { uuid: address.uuid, fibre_id: "F-1", rue: address.rue, ville: address.ville, zip: address.zip, olt_port: "0/1/2", lat: 45.05, lng: -73.75 };

const stores: DraftStore[] = [];
const open = (): DraftStore => {
  const store = createDraftStore(localStorage, window);
  stores.push(store);
  return store;
};

beforeEach(() => localStorage.clear());
afterEach(() => stores.splice(0).forEach((store) => store.stop()));

describe("the draft of an order", () => {
  it("survives a reload with every answer and the same key, from the very keystroke", () => {
    const before = open();
    before.draft.address = address;
    before.draft.tv_addons.push("TVSPORTS");
    before.draft.name = "Émilie Côté";
    const after = open();
    expect(after.draft).toEqual(before.draft);
    expect(after.draft.key).toBe(before.draft.key);
  });

  it("goes on being kept when the page that first asked for it is left", () => {
    const page = effectScope();
    const store = page.run(open);
    page.stop();
    if (store) store.draft.name = "Émilie Côté";
    store?.remember({ order_id: "ORD-1", token: "t", status_url: "/s", address_uuid: "1", address_label: "x" });
    expect(open().draft.name).toBe("Émilie Côté");
    expect(open().orders).toHaveLength(1);
  });

  it("has its key before anything is answered, so that a reload on the first press keeps it", () => {
    expect(open().draft.key).toBe(open().draft.key);
  });

  it("makes a key the hub accepts", () => {
    expect(open().draft.key).toMatch(/^[A-Za-z0-9_-]{16,128}$/);
  });

  it("keeps only what follows the order once it is accepted, and starts with a new key", () => {
    const store = open();
    const { key } = store.draft;
    Object.assign(store.draft, { address, name: "Émilie Côté", email: "emilie@exemple.test", phone: "450 555-0123" });
    store.accepted({ order_id: "ORD-1", token: "secret", state: "received", status_url: "/api/orders/ORD-1" }, ordered);
    expect(store.draft).toEqual({ ...emptyDraft(), key: store.draft.key });
    expect(store.draft.key).not.toBe(key);
    expect(localStorage.getItem("gigafibre.draft")).not.toContain("Côté");
    expect(open().orderFor(address.uuid)).toMatchObject({ order_id: "ORD-1", token: "secret" });
  });

  it("keeps every answer but the card when an attempt gets a new key", () => {
    const store = open();
    const { key } = store.draft;
    store.draft.name = "Émilie Côté";
    store.draft.card = { client_secret: "s", setup_intent: "seti_1", stripe_customer_id: "cus_1", name: "Émilie Côté", email: "e@x.test", payment_method: "pm_1" };
    store.renewKey();
    expect(store.draft).toMatchObject({ name: "Émilie Côté", card: null, sent: [] });
    expect(store.draft.key).not.toBe(key);
  });

  it("starts afresh on a draft of another version, or one that cannot be read", () => {
    localStorage.setItem("gigafibre.draft", JSON.stringify({ ...emptyDraft(), version: 0, name: "Ancien" }));
    expect(open().draft.name).toBe("");
    localStorage.setItem("gigafibre.draft", "{cut");
    expect(open().draft.name).toBe("");
  });

  it("replaces an answer of the wrong type by a blank one and keeps the others", () => {
    localStorage.setItem("gigafibre.draft", JSON.stringify({ ...emptyDraft(), dates: "demain", tv_addons: null, name: "Émilie" }));
    expect(open().draft).toMatchObject({ dates: [], tv_addons: [], name: "Émilie" });
  });

  it("follows another tab, so that both send the same key", () => {
    const store = open();
    const other = { ...emptyDraft(), key: "web_from-the-other-tab", name: "Autre onglet" };
    localStorage.setItem("gigafibre.draft", JSON.stringify(other));
    window.dispatchEvent(new StorageEvent("storage", { key: "gigafibre.draft", newValue: JSON.stringify(other) }));
    expect(store.draft).toMatchObject({ key: other.key, name: "Autre onglet" });
  });

  it("goes on in memory where the browser refuses to keep anything, and says so", () => {
    const refusing = { getItem: () => null, setItem: () => { throw new DOMException("full", "QuotaExceededError"); } } as unknown as Storage;
    const store = createDraftStore(refusing);
    stores.push(store);
    store.draft.name = "Émilie";
    expect(store.draft.name).toBe("Émilie");
    expect(store.kept.value).toBe(false);
  });

  it("remembers an order once, newest first, and never more than ten", () => {
    const store = open();
    for (let n = 1; n <= 12; n += 1) store.remember({ order_id: `ORD-${n}`, token: "t", status_url: "/s", address_uuid: `${n}`, address_label: "x" });
    store.remember({ order_id: "ORD-5", token: "t", status_url: "/s", address_uuid: "5", address_label: "x" });
    expect(store.orders.map((order) => order.order_id)).toEqual(["ORD-5", "ORD-12", "ORD-11", "ORD-10", "ORD-9", "ORD-8", "ORD-7", "ORD-6", "ORD-4", "ORD-3"]);
  });
});
