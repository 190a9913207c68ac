/**
 * An order that was paid is cancelled by its customer, who presses until told, while the hub is killed at each moment of it: everything is cancelled
 * once, the money comes back once, the customer is told once, and the port is the next one's.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { cancellationPreview } from "@gigafibre/contracts/cancellation";
import Stripe from "stripe";
import type { Case } from "./case.ts";
import { until } from "./case.ts";
import { openPayPage } from "./restores.ts";
import type { Shopper } from "./shopper.ts";
import { UNTIL_CANCELLED } from "./steps.ts";
import { STRIPE_KEY } from "./world.ts";
import type { World } from "./world.ts";

const WITHIN_MS = 120_000;

async function paidOrder(world: World): Promise<Shopper> {
  const shopper = world.shopper({ byAgent: true, basket: "internet" });
  await shopper.prepare();
  await shopper.pressUntilTold();
  await world.quiet.wait();
  const complaints = await openPayPage(world, shopper);
  const entered = complaints.length === 0 && (await until(async () => (await invoices(world, shopper)).some((each) => each["outstanding_amount"] === 0), WITHIN_MS));
  if (!entered) throw new Error(complaints.join() || "the payment did not reach the books");
  await world.quiet.wait();
  return shopper;
}

const invoices = (world: World, shopper: Shopper) => world.reader.list("Sales Invoice", [["order_id", "=", shopper.accepted?.order_id], ["docstatus", "=", 1]]);

/** Asks as the page does: with the same id until there is a definite answer. */
async function cancel(world: World, { accepted }: Shopper): Promise<string[]> {
  const url = `${world.hub.url}/api/orders/${accepted?.order_id ?? ""}/cancellation`;
  const headers = { authorization: `Bearer ${accepted?.token ?? ""}`, "content-type": "application/json" };
  const looked = await fetch(url, { headers });
  const preview = cancellationPreview.parse(await looked.json());
  const body = JSON.stringify({ id: randomUUID(), seen: preview.seen });
  for (const deadline = Date.now() + WITHIN_MS; Date.now() < deadline; await wait(200)) {
    const answer = await fetch(url, { method: "POST", headers, body }).catch(() => undefined);
    if (answer?.status === 200) return [];
    if (answer !== undefined && answer.status < 500) return [`was told ${answer.status} ${await answer.text()}`];
  }
  return ["was never told"];
}

async function judge(world: World, shopper: Shopper): Promise<string[]> {
  const complaints: string[] = [];
  const must = (what: string, is: unknown, wanted: unknown): void => void (is === wanted || complaints.push(`${what}: ${String(is)}, not ${String(wanted)}`));
  const order = shopper.accepted?.order_id ?? "";
  const of = (doctype: string) => world.reader.list(doctype, [["order_id", "=", order]]);
  for (const doctype of ["Dispatch Job", "Service Subscription", "Project"]) {
    for (const document of await of(doctype)) must(`${doctype} ${document.name}`, document["status"], "Cancelled");
  }
  const standing = await invoices(world, shopper);
  must("invoices and credit notes", standing.length, 2);
  const [credit] = standing.filter((each) => each["is_return"] === 1);
  must("the credit note owes", credit?.["outstanding_amount"], 0);
  const cents = Math.round(Number(standing.find((each) => each["is_return"] !== 1)?.["grand_total"]) * 100);
  const { hostname, port } = new URL(world.stripeUrl);
  const stripe = new Stripe(STRIPE_KEY, { host: hostname, port, protocol: "http", telemetry: false });
  const refunds = (await stripe.refunds.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 })).filter(({ metadata }) => metadata?.["order_id"] === order);
  must("refunds at Stripe", refunds.map(({ amount }) => amount).join(), String(cents));
  const paidBack = (await world.reader.list("Payment Entry", [["party", "=", credit?.["customer"]], ["payment_type", "=", "Pay"]])).filter((each) => each["docstatus"] === 1);
  must("refunds in the books", paidBack.map((each) => Math.round(Number(each["paid_amount"]) * 100)).join(), String(cents));
  const told = (await world.reader.messages()).filter(({ channel, text }) => channel === "sms" && /annul|cancel/i.test(text ?? "") && (text ?? "").includes(order));
  must("SMS that say so", told.length, 1);
  must("the address", await world.reader.addressStatus(shopper.addressUuid), "available");
  return complaints;
}

async function killedAt(world: World, moment: string): Promise<string[]> {
  const shopper = await paidOrder(world);
  const trap = `cancel ${shopper.number}`;
  await world.hub.trap({ id: trap, moment, nth: 1 });
  const told = await cancel(world, shopper);
  const killed = await until(() => world.hub.sprung.has(trap), WITHIN_MS);
  await world.hub.ready();
  await world.hub.clearTraps();
  await world.quiet.wait();
  let complaints: string[] = [];
  await until(async () => (complaints = await judge(world, shopper)).length === 0, 30_000);
  return [...told, ...(killed ? [] : [`${moment} was never reached`]), ...complaints];
}

export const CALLS: readonly Case[] = UNTIL_CANCELLED.map(({ moment, what }) => ({
  name: `a paid order is cancelled and the hub killed at ${moment} (${what}): once, and the money back once`,
  quick: moment === "call.committed",
  run: (world) => killedAt(world, moment),
}));
