/** One of each, or none at all and the person told so. Pure: complaints about what was found, empty when all is well. */
import type { Found, Message } from "./read-back.ts";
import { baskets } from "./shopper.ts";
import type { Shopper } from "./shopper.ts";

export interface Verdict {
  readonly shopper: Shopper;
  readonly outcome: "one" | "none" | "broken";
  readonly complaints: readonly string[];
}

const ONE_OF = ["customers", "contacts", "addresses", "locations", "projects", "jobs"] as const;

export type Channel = keyof typeof IDENTITY;

/**
 * What makes two deliveries the same message to who receives them. Twilio can be asked what it has, so an SMS leaves once. Neither SMTP nor Slack nor
 * an outbound webhook can: after a lost answer the same message may come again, recognisable as the same.
 */
const IDENTITY = {
  sms: (message: Message) => message.id,
  email: (message: Message) => JSON.stringify(message.details["message_id"] ?? message.id),
  slack: (message: Message) => message.text,
  webhook: eventId,
} as const;

export interface Circumstances {
  /** Drops of the address, and how many of them other orders hold. */
  readonly drops: number;
  readonly othersHold: number;
  /** Channels on which an answer was lost, or may have been: the process was killed. */
  readonly doubt: ReadonlySet<string>;
  /** ERPNext refused the order at first: people were called for, once. */
  readonly refusedAtFirst?: boolean | undefined;
}

export function judge(shopper: Shopper, found: Found, circumstances: Circumstances): Verdict {
  const complaints: string[] = [];
  const complain = (text: string): void => void complaints.push(text);
  const expected = baskets[shopper.basket];

  const wanted: Readonly<Record<string, readonly [number, number]>> = {
    ...Object.fromEntries(ONE_OF.map((kind) => [kind, [found[kind].length, 1] as const])),
    subscriptions: [found.subscriptions.length, expected.subscriptions],
    equipment: [found.equipment.length, expected.equipment],
    tasks: [found.tasks.length, expected.tasks + (shopper.onRequest ? 1 : 0)],
    invoices: [found.invoices.length, shopper.invoiced ? 1 : 0],
  };
  const kinds = Object.entries(wanted);
  const none = kinds.every(([, [count]]) => count === 0);
  for (const [kind, [count, want]] of kinds) if (!none && count !== want) complain(`${count} ${kind}, not ${want}`);

  judgeTold(shopper, none, complain);
  if (found.payments.length > 0) complain(`${found.payments.length} payments at the cards' side, not 0`);
  const issues = circumstances.refusedAtFirst ? 1 : 0;
  if (found.issues.length !== issues) complain(`${found.issues.length} Issues, not ${issues}: ${String(found.issues[0]?.["description"])}`);

  const heldNow = circumstances.othersHold + (none ? 0 : 1);
  const free = shopper.onRequest ? "on_request" : "available";
  const status = heldNow >= circumstances.drops ? "occupied" : free;
  if (found.address !== status) complain(`the address is ${found.address}, not ${status}`);

  for (const [channel, identity] of Object.entries(IDENTITY)) {
    const messages = found.messages.filter((message) => message.channel === channel);
    const distinct = new Set(messages.map(identity)).size;
    const wantedMessages = (none ? 0 : 1) + (channel === "slack" ? issues : 0);
    if (distinct !== wantedMessages) complain(`${distinct} ${channel}, not ${wantedMessages}`);
    else if (messages.length > distinct && !circumstances.doubt.has(channel)) complain(`one ${channel} sent ${messages.length} times without need`);
  }
  if (found.events.length !== (none ? 0 : 1)) complain(`${found.events.length} order.created events, not ${none ? 0 : 1}`);

  if (!none) {
    for (const invoice of found.invoices) if (invoice["docstatus"] !== 1) complain("the invoice is not submitted");
    const location = found.locations[0];
    if (location && location["status"] !== "Pending Install") complain(`the Service Location is ${String(location["status"])}`);
    const orderIds = new Set([...found.jobs, ...found.subscriptions, ...found.projects].map((row) => row["order_id"]));
    if (orderIds.size > 1) complain(`documents of ${orderIds.size} orders`);
    if (shopper.accepted && !orderIds.has(shopper.accepted.order_id)) complain("the documents are of another order than the one that was promised");
  }
  if (shopper.accepted && found.status === undefined) complain("the status page does not know the order");
  else if (found.status && !none && found.status.state !== "created") complain(`the status page says ${found.status.state}`);

  const outcome = complaints.length > 0 ? "broken" : none ? "none" : "one";
  return { shopper, outcome, complaints };
}

/** Reasons that say that nothing was kept. */
const NOTHING_KEPT = new Set(["stripe_unavailable", "erpnext_unavailable", "temporarily_unavailable"]);

/** What the person was told must be true. */
function judgeTold(shopper: Shopper, none: boolean, complain: (text: string) => void): void {
  const accepted = shopper.told.filter((answer) => answer.kind === "accepted");
  if (accepted.length > 0 && none) complain("the person was told of an order that does not exist");
  if (new Set(accepted.map(({ order_id, token }) => `${order_id} ${token}`)).size > 1) complain("one key was answered with different orders");
  const refused = shopper.told.find((answer) => answer.kind === "refused" && answer.status < 500 && answer.status !== 429);
  // Only 5xx and 429 say "not now": any other refusal of the same press says that there is no order.
  if (refused?.kind === "refused" && !none) complain(`a press was refused (${refused.reason}), and its order exists`);
  const [only, ...more] = shopper.told;
  if (only?.kind === "refused" && more.length === 0 && NOTHING_KEPT.has(only.reason) && !none) {
    complain(`was told that nothing was kept (${only.reason}), and the order exists`);
  }
}

/** The id by which an outbound webhook's receiver knows a repeat. */
function eventId(message: Message): string {
  return message.headers["x-gigafibre-event-id"] ?? message.id;
}
