/** What browsers, networks and other systems do to an order while nobody is killed. */
import { setTimeout as wait } from "node:timers/promises";
import { installDates } from "@gigafibre/contracts/dates";
import { ALL_IN_DOUBT, complaintsOf, mustHaveOne, settle, until } from "./case.ts";
import type { Case } from "./case.ts";
import { isCommit } from "./matrix.ts";
import type { Shopper, Told } from "./shopper.ts";
import type { World } from "./world.ts";

async function prepared(world: World, options?: Parameters<World["shopper"]>[0]): Promise<Shopper> {
  const shopper = world.shopper(options);
  await shopper.prepare();
  return shopper;
}

const reasons = (told: readonly Told[]): string =>
  told.map((answer) => (answer.kind === "refused" ? answer.reason : answer.kind === "nothing" ? answer.why : answer.kind)).join(", ");

/** Several people press at the same moment for one address that has `drops`. */
async function race(world: World, door: "house" | "duplex", people: number): Promise<string[]> {
  const drops = door === "duplex" ? 2 : 1;
  const first = world.shopper({ door });
  const shoppers = [first, ...Array.from({ length: people - 1 }, () => world.shopper({ at: first }))];
  await Promise.all(shoppers.map((shopper) => shopper.prepare()));
  const told = await Promise.all(shoppers.map((shopper) => shopper.press()));
  const judged = await settle(world, [{ shoppers, drops }]);
  const won = told.filter(({ kind }) => kind === "accepted").length;
  const lost = told.filter((answer) => answer.kind === "refused" && answer.reason === "port_taken").length;
  return [
    ...complaintsOf(judged),
    ...(won === drops && lost === people - drops ? [] : [`${won} were told yes and ${lost} port_taken: ${reasons(told)}`]),
  ];
}

/** Each at an address of their own: more at once than the hub has connections to PostgreSQL. */
async function rush(world: World, people: number): Promise<string[]> {
  const shoppers = Array.from({ length: people }, () => world.shopper());
  for (const shopper of shoppers) await shopper.prepare();
  const told = await Promise.all(shoppers.map((shopper) => shopper.press()));
  const judged = await settle(world, shoppers.map((shopper) => ({ shoppers: [shopper], drops: 1 })));
  const refused = told.filter(({ kind }) => kind !== "accepted");
  return [...complaintsOf(judged), ...(refused.length === 0 ? [] : [`${refused.length} were not told yes: ${reasons(refused)}`])];
}

async function presses(world: World, count: number): Promise<string[]> {
  const shopper = await prepared(world);
  await Promise.all(Array.from({ length: count }, () => shopper.press()));
  return mustHaveOne(world, shopper);
}

/** Leaves the page `afterMs` after the press and presses again on the new one. */
async function reload(world: World, afterMs: number): Promise<string[]> {
  const shopper = await prepared(world);
  await shopper.press(AbortSignal.timeout(afterMs));
  await shopper.press();
  return mustHaveOne(world, shopper);
}

async function otherBody(world: World): Promise<string[]> {
  const shopper = await prepared(world);
  await shopper.press();
  const other = await shopper.press(undefined, { ...shopper.body, customer: { ...shopper.body.customer, name: "Quelqu'un d'autre" } });
  const refusedSo = other.kind === "refused" && other.reason === "idempotency_key_reused";
  shopper.told.pop();
  return [...(refusedSo ? [] : [`the other body was answered: ${reasons([other])}`]), ...(await mustHaveOne(world, shopper))];
}

async function stripeAway(world: World): Promise<string[]> {
  const shopper = await prepared(world);
  const back = world.lines.stripe.add({ kind: "drop_before", matches: () => true });
  const told = await shopper.press();
  back();
  const refusedSo = told.kind === "refused" && told.status === 503 && told.reason === "stripe_unavailable";
  const none = await settle(world, [{ shoppers: [shopper], drops: 1 }]);
  const complaints = [...(refusedSo ? [] : [`was told ${reasons([told])}`]), ...complaintsOf(none), ...(none[0]?.orders === 0 ? [] : ["something was kept"])];
  await shopper.pressUntilTold();
  return [...complaints, ...(await mustHaveOne(world, shopper))];
}

async function borrowedCard(world: World): Promise<string[]> {
  const shopper = await prepared(world);
  const other = await prepared(world);
  await shopper.pressUntilTold();
  const told = await other.press(undefined, { ...other.body, payment: shopper.body.payment });
  const refusedSo = told.kind === "refused" && (told.reason === "card_not_confirmed" || told.reason === "card_already_used");
  const judged = await settle(world, [{ shoppers: [other], drops: 1 }]);
  return [...(refusedSo ? [] : [`was told ${reasons([told])}`]), ...complaintsOf(judged), ...(await mustHaveOne(world, shopper))];
}

async function messageLost(world: World, channel: "sms" | "email" | "slack" | "webhook", kind: "drop_before" | "drop_after", times: number): Promise<string[]> {
  const shopper = await prepared(world);
  const path = { sms: /Messages/, slack: /^\/slack/, webhook: /^\/webhook/ };
  const undo =
    channel === "email"
      ? world.lines.smtp.add({ kind, about: shopper.email, times })
      : world.lines.inbox.add({ kind, times, matches: (call) => call.method === "POST" && path[channel].test(call.path) && shopper.isAbout(call.text) });
  await shopper.press();
  const complaints = await mustHaveOne(world, shopper, kind === "drop_after" ? [channel] : []);
  const hits = undo();
  return [...complaints, ...(hits === times ? [] : [`${hits} of ${times} deliveries were cut`])];
}

async function erpnextDown(world: World, ms: number): Promise<string[]> {
  const shopper = await prepared(world);
  const down = world.lines.erpnext.downFor(ms);
  const told = await shopper.press();
  await down;
  return [...(told.kind === "accepted" ? [] : [`was told ${reasons([told])} while ERPNext was down`]), ...(await mustHaveOne(world, shopper))];
}

async function answersLost(world: World, times: number): Promise<string[]> {
  const shopper = await prepared(world);
  const undo = world.lines.erpnext.add({ kind: "drop_after", times, matches: ({ path, text }) => isCommit(path) && shopper.isAbout(text) });
  await shopper.press();
  const complaints = await mustHaveOne(world, shopper);
  return [...complaints, ...(undo() === times ? [] : ["not every answer was lost"])];
}

/** Every notice of ERPNext and Stripe comes twice, late, and so out of order. */
async function noticesTwice(world: World): Promise<string[]> {
  let turn = 0;
  const undo = [
    ...[0, 1, 2, 3].map((lane) => world.lines.hooks.add({ kind: "latency", ms: lane * 70, matches: () => turn++ % 4 === lane })),
    world.lines.hooks.add({ kind: "duplicate", matches: () => true }),
  ];
  const shoppers = await Promise.all(Array.from({ length: 4 }, () => prepared(world)));
  await Promise.all(shoppers.map((shopper) => shopper.press()));
  const judged = await settle(world, shoppers.map((shopper) => ({ shoppers: [shopper], drops: 1 })));
  for (const step of undo) step();
  return [...complaintsOf(judged), ...(judged.every(({ orders }) => orders === 1) ? [] : ["an order is missing"])];
}

/** PostgreSQL drops every connection of the hub, as a failover does, so many milliseconds after the press. */
async function databaseCut(world: World, afterMs: number): Promise<string[]> {
  const shopper = await prepared(world);
  const pressing = shopper.pressUntilTold();
  await wait(afterMs);
  await world.quiet.cutDatabase();
  await pressing;
  return mustHaveOne(world, shopper, ALL_IN_DOUBT);
}

/** PostgreSQL falls and recovers while orders come in; everybody presses until told. */
async function databaseKilled(world: World): Promise<string[]> {
  const shoppers = await Promise.all(Array.from({ length: 6 }, () => prepared(world)));
  const pressing = shoppers.map((shopper) => shopper.pressUntilTold());
  await until(() => shoppers.some(({ accepted }) => accepted !== undefined), 30_000);
  await world.quiet.killDatabase();
  await Promise.all(pressing);
  const judged = await settle(world, shoppers.map((shopper) => ({ shoppers: [shopper], drops: 1, doubt: ALL_IN_DOUBT })));
  return [...complaintsOf(judged), ...(judged.every(({ orders }) => orders === 1) ? [] : ["an order is missing"])];
}

async function stopped(world: World): Promise<string[]> {
  const shoppers = await Promise.all(Array.from({ length: 3 }, () => prepared(world)));
  const pressing = shoppers.map((shopper) => shopper.pressUntilTold());
  await until(() => shoppers.some(({ accepted }) => accepted !== undefined), 10_000);
  await world.hub.stop();
  await world.hub.start();
  await Promise.all(pressing);
  const judged = await settle(world, shoppers.map((shopper) => ({ shoppers: [shopper], drops: 1, doubt: ALL_IN_DOUBT })));
  return [...complaintsOf(judged), ...(judged.every(({ orders }) => orders === 1) ? [] : ["an order is missing"])];
}

/** The process dies while ERPNext is at work on the order: it finishes, and nobody hears its answer. */
async function killedMeanwhile(world: World): Promise<string[]> {
  const shopper = await prepared(world);
  const killsBefore = world.hub.kills;
  const undo = world.lines.erpnext.add({ kind: "latency", ms: 300, times: 1, matches: ({ path, text }) => isCommit(path) && shopper.isAbout(text) });
  const stop = world.hub.onMoment(({ moment }) => {
    if (moment !== "order.before_commit_call") return;
    stop();
    setTimeout(() => world.hub.kill(), 100);
  });
  await shopper.press();
  const killed = await until(() => world.hub.kills > killsBefore, 30_000);
  const complaints = await mustHaveOne(world, shopper, ALL_IN_DOUBT);
  return [...complaints, ...(undo() === 1 && killed ? [] : ["the kill came at another time"])];
}

/** Two hubs on one database share the work; one is killed while orders come in at both. */
async function twoHubs(world: World): Promise<string[]> {
  const another = await world.anotherHub();
  const shoppers = await Promise.all(Array.from({ length: 6 }, () => prepared(world)));
  const pressing = shoppers.map((shopper) => shopper.pressUntilTold());
  await until(() => shoppers.some(({ accepted }) => accepted !== undefined), 30_000);
  another.kill();
  await Promise.all(pressing);
  await another.ready();
  const judged = await settle(world, shoppers.map((shopper) => ({ shoppers: [shopper], drops: 1, doubt: ALL_IN_DOUBT })));
  await another.stop();
  return [...complaintsOf(judged), ...(judged.every(({ orders }) => orders === 1) ? [] : ["an order is missing"])];
}

/** More people want one day than it has room for. */
async function fullDay(world: World): Promise<string[]> {
  const { dates } = installDates.parse(await (await fetch(`${world.hub.url}/api/install-dates`)).json());
  const day = dates.at(-1);
  const others = dates.slice(0, 2).map(({ date }) => date);
  if (!day || others.length < 2) return ["no days are offered"];
  const shoppers = await Promise.all(Array.from({ length: day.left + 4 }, () => prepared(world)));
  const told = await Promise.all(
    shoppers.map((shopper) => shopper.press(undefined, { ...shopper.body, preferred_dates: [day.date, ...others] })),
  );
  const won = told.filter(({ kind }) => kind === "accepted").length;
  const judged = await settle(world, shoppers.map((shopper) => ({ shoppers: [shopper], drops: 1 })));
  return [...complaintsOf(judged), ...(won === day.left ? [] : [`${won} orders on a day with room for ${day.left}: ${reasons(told)}`])];
}

async function byAgent(world: World, lost: boolean): Promise<string[]> {
  const shopper = await prepared(world, { byAgent: true });
  const undo = world.lines.erpnext.add({ kind: "drop_after", times: lost ? 2 : 0, matches: ({ path, text }) => isCommit(path) && shopper.isAbout(text) });
  await Promise.all([shopper.press(), shopper.press()]);
  const complaints = await mustHaveOne(world, shopper);
  undo();
  return complaints;
}

export const RACES: readonly Case[] = [
  { name: "a double press", quick: true, run: (world) => presses(world, 2) },
  { name: "twenty presses at once", quick: true, run: (world) => presses(world, 20) },
  ...[0, 5, 15, 40, 80, 160].map((ms): Case => ({ name: `a reload ${ms} ms after the press, and a second press`, quick: ms === 15, run: (world) => reload(world, ms) })),
  { name: "two browsers race for one port", quick: true, run: (world) => race(world, "house", 2) },
  { name: "twenty browsers race for one port", quick: true, run: (world) => race(world, "house", 20) },
  { name: "three browsers race for the two drops of a duplex", quick: true, run: (world) => race(world, "duplex", 3) },
  { name: "sixty people order at the same moment", quick: false, run: (world) => rush(world, 60) },
  { name: "another order under the same key", quick: true, run: otherBody },
  { name: "Stripe is away, then back", quick: true, run: stripeAway },
  { name: "a card that was confirmed for another checkout", quick: false, run: borrowedCard },
  { name: "ERPNext is down for a moment", quick: true, run: (world) => erpnextDown(world, 3_000) },
  { name: "ERPNext is down for a minute", quick: false, run: (world) => erpnextDown(world, 60_000) },
  { name: "ERPNext's answer is lost three times running, each after its commit", quick: true, run: (world) => answersLost(world, 3) },
  { name: "notices of ERPNext and Stripe come twice and out of order", quick: true, run: noticesTwice },
  ...(["sms", "email", "slack", "webhook"] as const).flatMap((channel): Case[] => [
    { name: `${channel}: accepted, its answer lost`, quick: channel === "sms" || channel === "email", run: (world) => messageLost(world, channel, "drop_after", 1) },
    // Twilio is asked before an SMS is sent again, so there is no second answer to lose.
    ...(channel === "sms" ? [] : [{ name: `${channel}: accepted, its answer lost twice`, quick: false, run: (world: World) => messageLost(world, channel, "drop_after", 2) }]),
    { name: `${channel}: the line is cut before it leaves`, quick: false, run: (world) => messageLost(world, channel, "drop_before", 2) },
  ]),
  ...[0, 10, 25, 50, 100, 250].map((ms): Case => ({ name: `PostgreSQL drops every connection ${ms} ms after the press`, quick: ms === 25, run: (world) => databaseCut(world, ms) })),
  { name: "killed while ERPNext is at work on the order", quick: true, run: killedMeanwhile },
  { name: "two hubs share the work and one of them is killed", quick: false, run: twoHubs },
  { name: "more people want one day than it has room for", quick: true, run: fullDay },
  { name: "an agent presses twice: one order, one invoice, one link", quick: true, run: (world) => byAgent(world, false) },
  { name: "an agent presses twice, and ERPNext's answer is lost twice", quick: false, run: (world) => byAgent(world, true) },
  { name: "the hub is stopped in good order and started again in the middle of three orders", quick: true, run: stopped },
];

/** Not beside others: every world stands on the same PostgreSQL. */
export const ALONE: readonly Case[] = [{ name: "a process of PostgreSQL is killed in the middle of six orders", quick: true, run: databaseKilled }];
