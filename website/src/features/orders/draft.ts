/**
 * The order being filled in, kept in this browser until it is accepted: a reload, the back button or a cut line lose nothing.
 *
 * Invariants: a draft has one `key` from its first answer to its acceptance, so that nothing pressed or retried makes a second order;
 * `sent` holds every body that left under that key without a definite answer, until there is one.
 */
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import type { CheckoutInput, OrderAccepted, SetupIntentAnswer } from "@gigafibre/contracts/orders";
import { effectScope, reactive, ref, watch } from "vue";
import type { Ref } from "vue";

const DRAFT_AT = "gigafibre.draft";
const ORDERS_AT = "gigafibre.orders";
const VERSION = 1;
const ORDERS_KEPT = 10;

/** A card's set-up with Stripe, good for one order of one person. */
export interface CardSetup extends SetupIntentAnswer {
  readonly name: string;
  readonly email: string;
  /** Once Stripe has confirmed the card. */
  payment_method: string | null;
}

export interface Draft {
  version: typeof VERSION;
  key: string;
  address: AddressDetails | null;
  internet: string | null;
  commitment_months: 0 | 24 | 36;
  tv: string | null;
  tv_addons: string[];
  tv_boxes: number;
  phone_lines: number;
  keep_number: string;
  e911_accepted: boolean;
  name: string;
  email: string;
  phone: string;
  /** In the order of preference. */
  dates: string[];
  contact_me: boolean;
  terms_accepted: boolean;
  marketing: boolean;
  /** Due to a new customer; the hub corrects it by its price when the person is not one. */
  free_tv_box: boolean;
  card: CardSetup | null;
  sent: CheckoutInput[];
}

/** An order that this browser made; what it takes to follow it. */
export interface PlacedOrder {
  readonly order_id: string;
  readonly token: string;
  readonly status_url: string;
  readonly address_uuid: string;
  readonly address_label: string;
}

export function newKey(): string {
  return `web_${crypto.randomUUID()}`;
}

export function emptyDraft(): Draft {
  return {
    version: VERSION,
    key: newKey(),
    address: null,
    internet: null,
    commitment_months: 0,
    tv: null,
    tv_addons: [],
    tv_boxes: 1,
    phone_lines: 0,
    keep_number: "",
    e911_accepted: false,
    name: "",
    email: "",
    phone: "",
    dates: [],
    contact_me: false,
    terms_accepted: false,
    marketing: false,
    free_tv_box: true,
    card: null,
    sent: [],
  };
}

export interface DraftStore {
  readonly draft: Draft;
  readonly orders: readonly PlacedOrder[];
  /** Whether the browser keeps the draft past this page. */
  readonly kept: Readonly<Ref<boolean>>;
  /** The order this browser made for an address. */
  orderFor(address_uuid: string): PlacedOrder | undefined;
  /** Keeps an order to be followed, newest first. */
  remember(order: PlacedOrder): void;
  /** The hub has the order: what was filled in goes, what follows the order stays. */
  accepted(answer: OrderAccepted, ordered: CheckoutInput["address"]): void;
  /** A new attempt with the same answers: for after the hub has said that this key belongs to another order. */
  renewKey(): void;
  /** Forgets everything that was filled in. */
  startOver(): void;
  /** Stops following changes; for tests. */
  stop(): void;
}

/** `storage` may refuse (private windows, a full disk): the draft then lives as long as the page. */
export function createDraftStore(storage: Storage, events: Pick<Window, "addEventListener" | "removeEventListener"> | null = null): DraftStore {
  const draft = reactive(readDraft(storage));
  const orders = reactive(readOrders(storage));

  const kept = ref(true);
  let writing = true;
  const keep = (at: string, value: unknown): void => {
    if (writing) kept.value = write(storage, at, value);
  };
  // Detached: the page that asks for the draft first may go, and the draft is kept all the same.
  const keeping = effectScope(true);
  keeping.run(() => {
    watch(draft, () => keep(DRAFT_AT, draft), { deep: true, flush: "sync" });
    watch(orders, () => keep(ORDERS_AT, orders), { deep: true, flush: "sync" });
  });
  keep(DRAFT_AT, draft);

  /** Several changes as one: no other tab, and no reload, ever sees half of them. */
  const atOnce = (change: () => void): void => {
    writing = false;
    change();
    writing = true;
  };
  const replace = (fields: Partial<Draft>): void => {
    atOnce(() => Object.assign(draft, fields));
    keep(DRAFT_AT, draft);
  };

  // Another tab of this browser changes the same draft: both then hold the same key for the same answers.
  const fromOtherTab = (event: StorageEvent): void => {
    if (event.newValue === null) return;
    if (event.key === DRAFT_AT) atOnce(() => Object.assign(draft, readDraft(storage)));
    if (event.key === ORDERS_AT) atOnce(() => orders.splice(0, Infinity, ...readOrders(storage)));
  };
  events?.addEventListener("storage", fromOtherTab);

  const store: DraftStore = {
    draft,
    orders,
    kept,
    orderFor: (address_uuid) => orders.find((order) => order.address_uuid === address_uuid),
    remember(order) {
      const others = orders.filter(({ order_id }) => order_id !== order.order_id);
      orders.splice(0, Infinity, ...[order, ...others].slice(0, ORDERS_KEPT));
    },
    accepted({ order_id, token, status_url }, ordered) {
      store.remember({ order_id, token, status_url, address_uuid: ordered.uuid, address_label: `${ordered.rue}, ${ordered.ville}` });
      store.startOver();
    },
    renewKey() {
      replace({ key: newKey(), card: null, sent: [] });
    },
    startOver() {
      replace(emptyDraft());
    },
    stop() {
      keeping.stop();
      events?.removeEventListener("storage", fromOtherTab);
    },
  };
  return store;
}

function readDraft(storage: Storage): Draft {
  const kept = read(storage, DRAFT_AT);
  const empty = emptyDraft();
  if (typeof kept !== "object" || kept === null || !("version" in kept) || kept.version !== VERSION) return empty;
  // Only what has the type it should have: a draft that was tampered with or cut short must not break the page.
  const fields = Object.entries(empty).map(([name, blank]: [string, unknown]) => {
    const value = (kept as Record<string, unknown>)[name];
    return [name, sameType(blank, value) ? value : blank];
  });
  return { ...empty, ...Object.fromEntries(fields) } as Draft;
}

function sameType(blank: unknown, value: unknown): boolean {
  if (value === undefined) return false;
  if (blank === null) return value === null || typeof value === "string" || typeof value === "object";
  return typeof value === typeof blank && Array.isArray(value) === Array.isArray(blank);
}

function readOrders(storage: Storage): PlacedOrder[] {
  const kept = read(storage, ORDERS_AT);
  return Array.isArray(kept) ? kept.filter(isPlacedOrder) : [];
}

function isPlacedOrder(value: unknown): value is PlacedOrder {
  const names = ["order_id", "token", "status_url", "address_uuid", "address_label"] as const;
  return typeof value === "object" && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}

function read(storage: Storage, at: string): unknown {
  try {
    return JSON.parse(storage.getItem(at) ?? "null");
  } catch {
    return null;
  }
}

/** Whether the browser took it. */
function write(storage: Storage, at: string, value: unknown): boolean {
  try {
    storage.setItem(at, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

let shared: DraftStore | undefined;

/** This browser's draft and orders. In the browser only. */
export function useDraft(): DraftStore {
  shared ??= createDraftStore(window.localStorage, window);
  return shared;
}
