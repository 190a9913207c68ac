/** A database is restored from a backup while orders and payments have gone on. Own worlds, with the databases apart. */
import { setTimeout as wait } from "node:timers/promises";
import { until } from "./case.ts";
import type { Case } from "./case.ts";
import { judge } from "./judge.ts";
import { isCommit } from "./matrix.ts";
import type { Shopper } from "./shopper.ts";
import { STRIPE_KEY } from "./world.ts";
import type { World } from "./world.ts";

const MAY_COME_AGAIN = new Set(["webhook"]);

async function ordered(world: World, options?: Parameters<World["shopper"]>[0]): Promise<Shopper> {
  const shopper = world.shopper(options);
  await shopper.prepare();
  await shopper.pressUntilTold();
  return shopper;
}

/** Opens the link in the SMS and pays what it asks. @returns what was wrong */
async function pay(world: World, shopper: Shopper): Promise<string[]> {
  const message = (await world.reader.messages()).find(({ channel, text }) => channel === "sms" && text?.includes(shopper.accepted?.order_id ?? "?"));
  const link = /https?:\/\/\S+\/pay\/[\w-]+/.exec(message?.text ?? "")?.[0];
  if (link === undefined) return [`${shopper.name}: no link to pay by in the SMS`];
  const opened = await fetch(link, { redirect: "manual" });
  const page = opened.headers.get("location");
  if (page === null) return [`${shopper.name}: the link leads to no page: ${opened.status}`];
  const paid = await fetch(page, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      payment_method_data: {
        type: "card",
        card: { number: "4242424242424242", exp_month: "12", exp_year: "2034", cvc: "123" },
        billing_details: { email: shopper.email, name: shopper.name, address: { postal_code: "J0S 1M0" } },
      },
    }),
  });
  if (!paid.ok) return [`${shopper.name}: was not let pay: ${paid.status} ${await paid.text()}`];
  const entered = await until(async () => (await paidInvoices(world, shopper)).length === 1, 20_000);
  return entered ? [] : [`${shopper.name}: the payment did not reach the books`];
}

const paidInvoices = (world: World, shopper: Shopper) =>
  world.reader.list("Sales Invoice", [
    ["order_id", "=", shopper.accepted?.order_id],
    ["outstanding_amount", "=", 0],
  ]);

/** One Payment Entry for each payment that Stripe holds, of its amount. */
async function books(world: World): Promise<string[]> {
  const answer = await fetch(`${world.lines.stripe.url}/v1/payment_intents?limit=100`, { headers: { authorization: `Bearer ${STRIPE_KEY}` } });
  const { data } = (await answer.json()) as { data: { id: string; status: string; amount: number }[] };
  const held = data.filter(({ status }) => status === "succeeded").map(({ id, amount }) => `${id} ${amount}`);
  const entries = (await world.reader.list("Payment Entry", [["docstatus", "=", 1]])).map((entry) => `${String(entry["stripe_payment_intent"])} ${Math.round(Number(entry["paid_amount"]) * 100)}`);
  world.desk["Payment Entry"] = held.length;
  return held.sort().join() === entries.sort().join() ? [] : [`Stripe holds ${held.join(", ") || "nothing"}; the books ${entries.join(", ") || "nothing"}`];
}

/** One of each for everybody, as on any other day. An event of before a restore may be told under another number. */
async function everyone(world: World, shoppers: readonly Shopper[]): Promise<string[]> {
  await world.quiet.wait();
  const messages = await world.reader.messages();
  const complaints: string[] = [];
  for (const shopper of shoppers) {
    const found = await world.reader.find(shopper, { messages, events: [] });
    world.ledger.set(shopper.number, found);
    const event = { id: 1, kind: "order.created" as const, doctype: "Dispatch Job", name: "", at: "" };
    const verdict = judge(shopper, { ...found, events: [event] }, { drops: 1, othersHold: 0, doubt: MAY_COME_AGAIN });
    if (verdict.outcome !== "one") complaints.push(...(verdict.complaints.length > 0 ? verdict.complaints : ["no order at all"]).map((text) => `${shopper.name}: ${text}`));
  }
  return [...complaints, ...(await books(world))];
}

async function restoreState(world: World): Promise<string> {
  const { checks } = (await (await fetch(`${world.hub.url}/readyz`)).json()) as { checks: { restore: string } };
  return checks.restore;
}

interface Wanted {
  readonly kinds: Readonly<Record<string, number>>;
  readonly args?: readonly string[];
  readonly code?: number;
}

/** Held by itself; reconciled; what was found is what was wanted; and a second time nothing is. */
async function reconciled(world: World, { kinds, args = [], code = 0 }: Wanted): Promise<string[]> {
  const complaints: string[] = [];
  const state = await restoreState(world);
  if (state !== "reconcile") complaints.push(`the hub says restore: ${state} before it was reconciled`);
  const dry = await world.reconcile(["--json"]);
  if (dry.code !== 2) complaints.push(`the look ended with ${dry.code}: ${dry.said}`);
  const run = await world.reconcile(["--apply", "--json", ...args]);
  if (run.code !== code) complaints.push(`it ended with ${run.code}: ${run.said}`);
  if (!run.said.startsWith("{")) return [...complaints, run.said];
  const { findings } = JSON.parse(run.said) as { findings: { kind: string }[] };
  for (const [kind, count] of Object.entries(kinds)) {
    const found = findings.filter((finding) => finding.kind === kind).length;
    if (found !== count) complaints.push(`${found} ${kind}, not ${count}: ${JSON.stringify(findings)}`);
  }
  return complaints;
}

async function goesOn(world: World): Promise<string[]> {
  const open = await until(async () => (await restoreState(world)) === "ok", 20_000);
  const again = await world.reconcile(["--json"]);
  const { findings } = JSON.parse(again.said) as { findings: { kind: string; subject: string }[] };
  return [...(open ? [] : ["the queues did not go on"]), ...findings.map(({ kind, subject }) => `a second time: ${kind} ${subject}`)];
}

/** While it is held, nothing leaves. */
async function silent(world: World): Promise<string[]> {
  const before = (await world.reader.messages()).length;
  await wait(3_000);
  const after = (await world.reader.messages()).length;
  return after === before ? [] : [`${after - before} messages left while everything was to be held back`];
}

async function erpnextRestored(world: World): Promise<string[]> {
  const early = await ordered(world);
  await world.quiet.wait();
  const backup = await world.databases.backUp("erpnext");
  const [byCard, byLink] = [await ordered(world), await ordered(world, { byAgent: true, basket: "internet" })];
  await world.quiet.wait();
  const complaints = await pay(world, byLink);
  await world.databases.stop("hub");
  await world.databases.restore("erpnext", backup);
  await world.databases.start("erpnext");
  await world.databases.start("hub");
  // Its ports are all here: it is taken, and written when all is well again.
  const meanwhile = await ordered(world);
  complaints.push(...(await silent(world)), ...(await reconciled(world, { kinds: { order_redriven: 2, payment_recorded: 1 } })), ...(await goesOn(world)));
  return [...complaints, ...(await everyone(world, [early, byCard, byLink, meanwhile]))];
}

async function hubRestored(world: World): Promise<string[]> {
  const early = await ordered(world);
  await world.quiet.wait();
  const backup = await world.databases.backUp("hub");
  const [byCard, byLink] = [await ordered(world), await ordered(world, { byAgent: true, basket: "internet" })];
  await world.quiet.wait();
  const complaints = await pay(world, byLink);
  const late = world.shopper();
  await late.prepare();
  await world.databases.restore("hub", backup);
  await world.databases.start("hub");
  const told = await late.press();
  late.told.pop();
  if (told.kind !== "refused" || told.reason !== "reconciling") complaints.push(`a press while PostgreSQL is behind was answered: ${JSON.stringify(told)}`);
  complaints.push(...(await reconciled(world, { kinds: { order_rebuilt: 2, message_found: 2, message_held: 4, payment_noted: 1, checkout_lost: 1 }, code: 2 })));
  // Whose card was confirmed has not ordered: a person accepts that.
  complaints.push(...(await reconciled(world, { kinds: { order_rebuilt: 0, checkout_lost: 1 }, args: ["--accept"] })));
  if (!(await until(async () => (await restoreState(world)) === "ok", 20_000))) complaints.push("the queues did not go on");
  // The page that was open all the while goes on with its card, and a press that is repeated finds its order.
  await late.pressUntilTold();
  await byCard.press();
  return [...complaints, ...(await everyone(world, [early, byCard, byLink, late])), ...(await goesOn(world))];
}

/** ERPNext to the earlier moment; between the two, one order created, and one that only PostgreSQL had; after both, one that both lost. */
async function bothRestored(world: World): Promise<string[]> {
  await world.quiet.wait();
  const erpnextBackup = await world.databases.backUp("erpnext");
  const created = await ordered(world);
  await world.quiet.wait();
  const back = world.lines.erpnext.add({ kind: "drop_before", matches: ({ path }) => isCommit(path) });
  const received = await ordered(world);
  const hubBackup = await world.databases.backUp("hub");
  back();
  await world.quiet.wait();
  const lost = await ordered(world);
  await world.quiet.wait();
  await world.databases.restore("hub", hubBackup);
  await world.databases.restore("erpnext", erpnextBackup);
  await world.databases.start("erpnext");
  await world.databases.start("hub");
  const complaints = [
    ...(await silent(world)),
    ...(await reconciled(world, { kinds: { order_redriven: 1, order_noted: 1, message_found: 1, checkout_lost: 1 }, code: 2 })),
    ...(await reconciled(world, { kinds: { order_redriven: 0, order_noted: 0, checkout_lost: 1 }, args: ["--accept"] })),
  ];
  const left = await world.reader.find(lost, { messages: await world.reader.messages(), events: [] });
  world.ledger.set(lost.number, left);
  if (left.locations.length > 0 || left.address === "occupied") complaints.push("an order that both lost stands half");
  return [...complaints, ...(await everyone(world, [created, received]))];
}

export const RESTORES: readonly Case[] = [
  { name: "ERPNext is restored from before two orders and a payment", quick: true, run: erpnextRestored },
  { name: "PostgreSQL is restored from before two orders and a payment", quick: true, run: hubRestored },
  { name: "both are restored, to different moments", quick: true, run: bothRestored },
];
