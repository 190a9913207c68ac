/** SIGKILL of the real hub at each named step of an order, with each of what else goes wrong at such a time. */
import { ALL_IN_DOUBT, complaintsOf, mustHaveOne, settle, until } from "./case.ts";
import type { Case } from "./case.ts";
import { ISSUE_CASES } from "./refused.ts";
import { STEPS } from "./steps.ts";
import type { World } from "./world.ts";

export const COMPANIONS = {
  retries: "the client presses again until it is told",
  gone: "the client is gone",
  erpnext_down: "ERPNext is down when the hub comes back",
  answer_lost: "ERPNext's answer is dropped after its commit",
} as const;
export type Companion = keyof typeof COMPANIONS;
const companions = Object.keys(COMPANIONS) as Companion[];

const STEP_WITHIN_MS = 60_000;
/** Longer than the hub takes to come back. */
const ERPNEXT_DOWN_MS = 4_000;

export const isCommit = (path: string): boolean => path.endsWith("unit_of_work.commit");

async function killAt(world: World, moment: string, companion: Companion): Promise<string[]> {
  const shopper = world.shopper();
  await shopper.prepare();
  const restore =
    companion === "answer_lost"
      ? world.lines.erpnext.add({ kind: "drop_after", times: 1, matches: ({ path, text }) => isCommit(path) && shopper.isAbout(text) })
      : undefined;
  const trap = `${moment} ${companion} ${shopper.number}`;
  await world.hub.trap({ id: trap, moment, nth: 1 });
  const pressing = companion === "gone" ? shopper.press() : shopper.pressUntilTold();
  const reached = await until(() => world.hub.sprung.has(trap), STEP_WITHIN_MS);
  const down = companion === "erpnext_down" && reached ? world.lines.erpnext.downFor(ERPNEXT_DOWN_MS) : undefined;
  await pressing;
  await down;
  const judged = await settle(world, [{ shoppers: [shopper], drops: 1, doubt: ALL_IN_DOUBT }]);
  const dropped = restore?.();
  return [
    ...(reached ? [] : [`${moment} was never reached`]),
    ...(dropped === 0 ? ["no answer of ERPNext was dropped"] : []),
    ...complaintsOf(judged),
    ...(companion !== "gone" && judged[0]?.orders !== 1 ? ["someone who pressed until told has no order"] : []),
  ];
}

/** The answer is out, and a moment later the process is dead: what was promised must stand. */
async function killAfterAnswer(world: World, companion: Companion): Promise<string[]> {
  const shopper = world.shopper();
  await shopper.prepare();
  const restore =
    companion === "answer_lost"
      ? world.lines.erpnext.add({ kind: "drop_after", times: 1, matches: ({ path, text }) => isCommit(path) && shopper.isAbout(text) })
      : undefined;
  const told = await shopper.press();
  world.hub.kill();
  const down = companion === "erpnext_down" ? world.lines.erpnext.downFor(ERPNEXT_DOWN_MS) : undefined;
  if (companion === "retries") await shopper.pressUntilTold();
  await down;
  const complaints = await mustHaveOne(world, shopper, ALL_IN_DOUBT);
  restore?.();
  return [...(told.kind === "accepted" ? [] : [`was told ${told.kind}`]), ...complaints];
}

/** In quick runs each step meets one companion, each companion a quarter of the steps. */
const isQuick = (index: number, companion: Companion): boolean => companions[index % companions.length] === companion;

const killed = STEPS.filter((step) => !step.refused).flatMap(({ moment, what }, index) =>
  companions.map(
    (companion): Case => ({
      name: `killed at ${moment} (${what}), ${COMPANIONS[companion]}`,
      quick: isQuick(index, companion),
      run: (world) => killAt(world, moment, companion),
    }),
  ),
);

const answered = companions.map(
  (companion): Case => ({
    name: `killed when the person had just been answered, ${COMPANIONS[companion]}`,
    quick: companion === "gone",
    run: (world) => killAfterAnswer(world, companion),
  }),
);

export const MATRIX: readonly Case[] = [...killed, ...answered, ...ISSUE_CASES];
