/** One situation with a name, and what is common to all of them: waiting until the dust has settled and reading what became of the orders. */
import { setTimeout as wait } from "node:timers/promises";
import { judge } from "./judge.ts";
import type { Verdict } from "./judge.ts";
import type { Shopper } from "./shopper.ts";
import type { World } from "./world.ts";

export interface Case {
  readonly name: string;
  /** Part of `--quick` too. */
  readonly quick: boolean;
  /** What was wrong, in words; empty when all is well. */
  run(world: World): Promise<string[]>;
}

/** What is eventually so may take this long to be seen: an event its id, a changed document its notice. */
const SETTLES_WITHIN_MS = 30_000;

/** People who ordered for one address. */
export interface Doorstep {
  readonly shoppers: readonly Shopper[];
  readonly drops: number;
  /** Channels on which an answer may have been lost. */
  readonly doubt?: readonly string[];
  readonly refusedAtFirst?: boolean;
}

export interface Judged {
  readonly doorstep: Doorstep;
  readonly verdicts: readonly Verdict[];
  /** How many of them have an order. */
  readonly orders: number;
}

/** After a kill nobody knows what had been answered. */
export const ALL_IN_DOUBT = ["email", "slack", "webhook"];

/** Waits until the hub has nothing left to do, then judges; again for a while when something is missing. What is there twice never becomes well. */
export async function settle(world: World, doorsteps: readonly Doorstep[]): Promise<Judged[]> {
  await world.hub.ready();
  await world.hub.clearTraps();
  await world.quiet.wait();
  const deadline = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const all = { messages: await world.reader.messages(), events: await world.reader.events() };
    const judged = await Promise.all(doorsteps.map((doorstep) => judgeDoorstep(world, doorstep, all)));
    const well = judged.every(({ verdicts }) => verdicts.every(({ complaints }) => complaints.length === 0));
    if (well || Date.now() > deadline) return judged;
    await wait(200);
  }
}

async function judgeDoorstep(world: World, doorstep: Doorstep, all: Parameters<World["reader"]["find"]>[1]): Promise<Judged> {
  const { shoppers, drops } = doorstep;
  const doubt = new Set(doorstep.doubt ?? []);
  const found = await Promise.all(shoppers.map(async (shopper) => ({ shopper, found: await world.reader.find(shopper, all) })));
  const orders = found.filter(({ found: { locations } }) => locations.length > 0).length;
  for (const { shopper, found: own } of found) world.ledger.set(shopper.number, own);
  const verdicts = found.map(({ shopper, found: own }) =>
    judge(shopper, own, { drops, othersHold: orders - (own.locations.length > 0 ? 1 : 0), doubt, refusedAtFirst: doorstep.refusedAtFirst }),
  );
  return { doorstep, verdicts, orders };
}

/** Complaints of everyone, each with its person. */
export function complaintsOf(judged: readonly Judged[]): string[] {
  return judged.flatMap(({ doorstep, verdicts, orders }) => [
    ...verdicts.flatMap(({ shopper, complaints }) => complaints.map((complaint) => `${shopper.name}: ${complaint} (told: ${toldIn(shopper)})`)),
    ...(orders > doorstep.drops ? [`${orders} orders for ${doorstep.drops} drops`] : []),
  ]);
}

function toldIn(shopper: Shopper): string {
  if (shopper.gaveUp !== undefined) return `gave up: ${shopper.gaveUp}`;
  const words = shopper.told.map((answer) => {
    if (answer.kind === "refused") return `${answer.status} ${answer.reason}`;
    return answer.kind === "nothing" ? `nothing: ${answer.why}` : answer.kind;
  });
  return words.length > 0 ? words.join(", ") : "nothing";
}

/** What is wrong with one person's order, which must stand at a house, by messages and events that were read once for many. */
export async function complaintsOfOrder(world: World, shopper: Shopper, all: Parameters<World["reader"]["find"]>[1]): Promise<string[]> {
  const judged = await judgeDoorstep(world, { shoppers: [shopper], drops: 1 }, all);
  return [...complaintsOf([judged]), ...(judged.orders === 1 ? [] : [`${shopper.name}: no order at all (told: ${toldIn(shopper)})`])];
}

/** One person's order that must stand. */
export async function mustHaveOne(world: World, shopper: Shopper, doubt: readonly string[] = []): Promise<string[]> {
  const judged = await settle(world, [{ shoppers: [shopper], drops: 1, doubt }]);
  return [...complaintsOf(judged), ...(judged[0]?.orders === 1 ? [] : [`${shopper.name}: no order at all (told: ${toldIn(shopper)})`])];
}

/** Polls until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await wait(20);
  }
  return true;
}
