/**
 * A storm of Stripe's events: every event of link payments, charged cards, refunds and disputes, signed, many times each, shuffled, eight at once,
 * to a hub that is killed twice. The books then hold what Stripe holds, invoice by invoice; and what was heard already is not acted on again.
 */
import { setTimeout as wait } from "node:timers/promises";
import Stripe from "stripe";
import type { Case } from "./case.ts";
import { isCommit } from "./matrix.ts";
import { openPayPage } from "./restores.ts";
import type { Shopper } from "./shopper.ts";
import { STRIPE_KEY } from "./world.ts";
import type { World } from "./world.ts";

const LANES = 8;
const SECRET = "whsec_of_the_fault_suite";
const QUEUES = ["link-payments", "refunds", "disputes", "charges"];
/** Whether PostgreSQL was restored (hub/src/features/reconcile/meeting.ts): it follows from no event. */
const ASKED_EACH_MINUTE = "GET /v1/customers";
/** Of an order's payments, beside the one by its link. */
const CENTS = [1_000, 1_999, 50, 3_333, 725];

interface Size {
  readonly orders: number;
  readonly paymentsEach: number;
  readonly deliveries: number;
}

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function shuffled<T>(items: readonly T[], draw: (below: number) => number): T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = draw(last + 1);
    const [one, two] = [all[last], all[other]] as [T, T];
    [all[last], all[other]] = [two, one];
  }
  return all;
}

function stripeOf(world: World): Stripe {
  const { hostname, port } = new URL(world.stripeUrl);
  return new Stripe(STRIPE_KEY, { host: hostname, port, protocol: "http", telemetry: false, maxNetworkRetries: 2 });
}

interface Paid {
  readonly shopper: Shopper;
  readonly order: string;
  readonly invoice: string;
}

/** An agent's order, whose invoice stands, paid in part by its link. */
async function invoiced(world: World): Promise<Paid> {
  const shopper = world.shopper({ byAgent: true, basket: "internet" });
  await shopper.prepare();
  await shopper.pressUntilTold();
  await world.quiet.wait();
  const order = shopper.accepted?.order_id ?? "";
  const [invoice] = await world.reader.list("Sales Invoice", [["order_id", "=", order]]);
  if (!invoice) throw new Error(`${order} has no invoice`);
  return { shopper, order, invoice: invoice.name };
}

/** Cards that are charged for the order's invoice: most pay, some are disputed, some give part of it back. */
async function charge(stripe: Stripe, { order, invoice, shopper }: Paid, count: number, draw: (below: number) => number): Promise<void> {
  const customer = await stripe.customers.create({ name: shopper.name });
  for (let made = 0; made < count; made += 1) {
    const disputed = draw(6) === 0;
    const intent = await stripe.paymentIntents.create({
      amount: CENTS[draw(CENTS.length)] ?? 100, currency: "cad", customer: customer.id, confirm: true, off_session: true, allowed_payment_method_types: ["card"],
      payment_method: disputed ? "pm_card_createDispute" : "pm_card_visa", metadata: { order_id: order, sales_invoice: invoice },
    });
    if (draw(4) === 0) await stripe.refunds.create({ payment_intent: intent.id, amount: 1 + draw(intent.amount - 1) });
  }
}

/** As Stripe sends it, until it is answered 200. */
async function deliver(world: World, payload: string): Promise<void> {
  for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
    const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret: SECRET });
    const answer = await fetch(`${world.hub.url}/webhooks/stripe`, { method: "POST", headers: { "content-type": "application/json", "stripe-signature": signature }, body: payload }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.status === 200) return;
    if (answer && answer.status < 500) throw new Error(`an event was answered ${answer.status}`);
    await wait(pause);
  }
}

async function deliverAll(world: World, payloads: readonly string[], at: (delivered: number) => void = () => undefined): Promise<void> {
  const left = [...payloads];
  let delivered = 0;
  const lane = async (): Promise<void> => {
    for (let payload = left.pop(); payload !== undefined; payload = left.pop()) {
      await deliver(world, payload);
      at((delivered += 1));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const idOf = (named: string | { readonly id: string } | null): string => (typeof named === "string" ? named : (named?.id ?? ""));
const centsOf = (value: unknown): number => Math.round(Number(value) * 100);

async function judge(world: World, stripe: Stripe, paid: readonly Paid[]): Promise<string[]> {
  const [intents, refunds, disputes] = await Promise.all([
    stripe.paymentIntents.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
    stripe.refunds.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
    stripe.disputes.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
  ]);
  const complaints: string[] = [];
  for (const { order, invoice } of paid) {
    const ours = intents.filter(({ status, metadata }) => status === "succeeded" && metadata["order_id"] === order);
    const ids = new Set(ours.map(({ id }) => id));
    const given = refunds.filter(({ payment_intent, status }) => status === "succeeded" && ids.has(idOf(payment_intent)));
    const [standing] = await world.reader.list("Sales Invoice", [["name", "=", invoice]]);
    const entries = await world.reader.list("Payment Entry", [["party", "=", standing?.["customer"]], ["docstatus", "=", 1]]);
    const lines = (of: typeof entries, field: string): string => of.map((entry) => `${String(entry[field])} ${centsOf(entry["paid_amount"])}`).sort().join();
    const received = entries.filter(({ payment_type }) => payment_type === "Receive");
    const wanted = ours.map(({ id, amount_received }) => `${id} ${amount_received}`).sort().join();
    if (lines(received, "stripe_payment_intent") !== wanted) complaints.push(`${order}: ${received.length} payments in the books, ${ours.length} at Stripe`);
    const back = entries.filter(({ payment_type }) => payment_type === "Pay");
    if (lines(back, "stripe_refund") !== given.map(({ id, amount }) => `${id} ${amount}`).sort().join()) complaints.push(`${order}: ${back.length} refunds in the books, ${given.length} at Stripe`);
    const sum = ours.reduce((total, { amount_received }) => total + amount_received, 0);
    const owed = Math.max(0, centsOf(standing?.["grand_total"]) - sum);
    if (centsOf(standing?.["outstanding_amount"]) !== owed) complaints.push(`${invoice} owes ${String(standing?.["outstanding_amount"])}, not ${owed / 100}`);
    const issues = await world.reader.list("Issue", [["order_id", "=", order]]);
    const disputed = disputes.filter(({ payment_intent }) => ids.has(idOf(payment_intent))).length;
    if (issues.length !== disputed) complaints.push(`${order}: ${issues.length} Issues for ${disputed} disputes: ${issues.map(({ subject }) => String(subject)).join(", ")}`);
  }
  return complaints;
}

async function run(world: World, seed: number, { orders, paymentsEach, deliveries }: Size): Promise<string[]> {
  const draw = numbers(seed);
  const stripe = stripeOf(world);
  // What Stripe itself would send is swallowed: each delivery is this suite's.
  const undo = world.lines.hooks.add({ kind: "status", status: 200, matches: ({ path }) => path === "/webhooks/stripe" });
  const lost = world.lines.erpnext.add({ kind: "drop_after", times: 6, matches: ({ path, text }) => isCommit(path) && /"key":"(payment|refund):/.test(text) });
  try {
    const since = (await stripe.events.list({ limit: 1 })).data[0]?.id;
    const paid: Paid[] = [];
    for (let made = 0; made < orders; made += 1) paid.push(await invoiced(world));
    for (const each of paid) {
      const complaints = await openPayPage(world, each.shopper);
      if (complaints.length > 0) return complaints;
      await charge(stripe, each, paymentsEach, draw);
    }
    const events: Stripe.Event[] = [];
    for await (const event of stripe.events.list({ limit: 100 })) {
      if (event.id === since) break;
      events.push(event);
    }
    const payloads = events.map((event) => JSON.stringify(event));
    const all = shuffled(Array.from({ length: Math.max(deliveries, payloads.length) }, (_, index) => payloads[index % payloads.length] ?? ""), draw);
    const kills = new Set([Math.floor(all.length / 3), Math.floor((2 * all.length) / 3)]);
    await deliverAll(world, all, (delivered) => {
      if (kills.has(delivered)) world.hub.kill();
    });
    await world.hub.ready();
    await world.quiet.waitFor(QUEUES, 600_000);
    const complaints = await judge(world, stripe, paid);
    const asked: string[] = [];
    const stopListening = world.lines.stripe.add({
      kind: "latency",
      matches: ({ method, path }) => {
        if (`${method} ${path}` !== ASKED_EACH_MINUTE) asked.push(`${method} ${path}`);
        return false;
      },
    });
    await deliverAll(world, shuffled(payloads, draw));
    await world.quiet.waitFor(QUEUES);
    stopListening();
    if (asked.length > 0) complaints.push(`events that were heard already made the hub ask Stripe ${asked.length} times: ${asked.slice(0, 5).join(", ")}`);
    return complaints.length === 0 ? [] : [...complaints, `replay: pnpm faults --only storm --seed ${seed}`];
  } finally {
    undo();
    lost();
  }
}

export function stormCases(seed: number, size: Size): Case[] {
  return [{ name: `a storm of ${size.deliveries} of Stripe's events, seed ${seed}`, quick: true, run: (world) => run(world, seed, size) }];
}
