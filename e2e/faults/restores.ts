/** A database is restored from a backup while orders and payments have gone on. Own worlds, with the databases apart. */
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

const byCardAndByLink = (world: World): Promise<[Shopper, Shopper]> => Promise.all([ordered(world), ordered(world, { byAgent: true, basket: "internet" })]);

/** Opens the link in the SMS and pays what it asks, on Stripe's page. @returns what was wrong */
export async function openPayPage(world: World, shopper: Shopper): Promise<string[]> {
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
  return paid.ok ? [] : [`${shopper.name}: was not let pay: ${paid.status} ${await paid.text()}`];
}

async function pay(world: World, shopper: Shopper): Promise<string[]> {
  const complaints = await openPayPage(world, shopper);
  if (complaints.length > 0) return complaints;
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
  /** Nothing else may be found. */
  readonly only?: boolean;
  readonly args?: readonly string[];
  readonly code?: number;
}

/** Reconciled, and what was found is what was wanted. */
async function reconciled(world: World, { kinds, only = false, args = ["--apply"], code = 0 }: Wanted): Promise<string[]> {
  const run = await world.reconcile(["--json", ...args]);
  // What it logged, should it have, comes before.
  const json = /^\{$[^]*/m.exec(run.said)?.[0];
  if (json === undefined) return [`it ended with ${run.code}: ${run.said}`];
  const { findings } = JSON.parse(json) as { findings: { kind: string }[] };
  const wrong = Object.entries(kinds).filter(([kind, count]) => findings.filter((finding) => finding.kind === kind).length !== count);
  if (only && findings.length > Object.values(kinds).reduce((sum, count) => sum + count, 0)) wrong.push(["more", 0]);
  return [
    ...(run.code === code ? [] : [`it ended with ${run.code}, not ${code}`]),
    ...(wrong.length === 0 ? [] : [`not ${JSON.stringify(kinds)}: ${findings.map(({ kind }) => kind).join(", ") || "nothing"}`]),
  ];
}

async function held(world: World): Promise<string[]> {
  const state = await restoreState(world);
  return state === "reconcile" ? [] : [`the hub says restore: ${state} before it was reconciled`];
}

async function goesOn(world: World): Promise<string[]> {
  return (await until(async () => (await restoreState(world)) === "ok", 20_000)) ? [] : ["the queues did not go on"];
}

async function erpnextRestored(world: World): Promise<string[]> {
  const early = await ordered(world);
  await world.quiet.wait();
  const backup = await world.databases.backUp("erpnext");
  const [byCard, byLink] = await byCardAndByLink(world);
  await world.quiet.wait();
  const complaints = await pay(world, byLink);
  await world.databases.stop("hub");
  await world.databases.restore("erpnext", backup);
  await world.databases.start("erpnext");
  await world.databases.start("hub");
  const sent = (await world.reader.messages()).length;
  // Its ports are all here: it is taken, and written when all is well again.
  const meanwhile = await ordered(world);
  complaints.push(...(await held(world)), ...(await reconciled(world, { kinds: { order_redriven: 2, payment_recorded: 1 }, only: true, args: [], code: 2 })));
  const left = (await world.reader.messages()).length - sent;
  if (left !== 0) complaints.push(`${left} messages left while everything was to be held back`);
  complaints.push(...(await reconciled(world, { kinds: { order_redriven: 2, payment_recorded: 1 } })), ...(await goesOn(world)));
  complaints.push(...(await everyone(world, [early, byCard, byLink, meanwhile])), ...(await reconciled(world, { kinds: {}, only: true, args: [] })));
  return complaints;
}

async function hubRestored(world: World): Promise<string[]> {
  const early = await ordered(world);
  await world.quiet.wait();
  const backup = await world.databases.backUp("hub");
  const [byCard, byLink] = await byCardAndByLink(world);
  const late = world.shopper();
  await late.prepare();
  await world.quiet.wait();
  const complaints = await pay(world, byLink);
  await world.databases.restore("hub", backup);
  await world.databases.start("hub");
  const told = await late.press();
  late.told.pop();
  if (told.kind !== "refused" || told.reason !== "reconciling") complaints.push(`a press while PostgreSQL is behind was answered: ${JSON.stringify(told)}`);
  complaints.push(...(await held(world)));
  complaints.push(...(await reconciled(world, { kinds: { order_rebuilt: 2, message_found: 2, message_held: 4, payment_noted: 1, checkout_lost: 1 }, code: 2 })));
  // Whose card was confirmed has not ordered: a person accepts that, and nothing else differs the second time.
  complaints.push(...(await reconciled(world, { kinds: { checkout_lost: 1 }, only: true, args: ["--apply", "--accept"] })), ...(await goesOn(world)));
  // The page that was open all the while goes on with its card, and a press that is repeated finds its order.
  await late.pressUntilTold();
  await byCard.press();
  return [...complaints, ...(await everyone(world, [early, byCard, byLink, late]))];
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
    ...(await held(world)),
    ...(await reconciled(world, { kinds: { order_redriven: 1, order_noted: 1, message_found: 1, checkout_lost: 1 }, code: 2 })),
    ...(await reconciled(world, { kinds: { checkout_lost: 1 }, only: true, args: ["--apply", "--accept"] })),
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
