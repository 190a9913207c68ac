/** Runs several scripts at once in one world, waits until nothing is left to do, and judges what became of each order. */
import { ALL_IN_DOUBT, complaintsOf, settle } from "./case.ts";
import type { Script } from "./script.ts";
import type { Shopper } from "./shopper.ts";
import type { World } from "./world.ts";

export interface Outcome {
  readonly script: Script;
  readonly complaints: readonly string[];
}

const DROPS = { house: 1, unbuilt: 1, duplex: 2 } as const;

/** @throws Error when the hub does not come to rest. */
export async function runBatch(world: World, scripts: readonly Script[]): Promise<Outcome[]> {
  const played = await Promise.all(scripts.map((script) => play(world, script)));
  // A kill or a cut hits every order of the batch.
  const shaken = scripts.some((script) => script.kill !== undefined || script.databaseCutAt !== undefined);
  const judged = await settle(
    world,
    played.map(({ script, shoppers }) => ({ shoppers, drops: DROPS[script.door], doubt: shaken ? ALL_IN_DOUBT : doubtOf(script) })),
  );
  for (const { undo } of played) undo();
  return played.map(({ script, shoppers }, index): Outcome => {
    const own = judged[index];
    if (!own) throw new Error("an address was not judged");
    // Someone who pressed until told, at an address that had a free drop, has an order: unless a rival has.
    const missed = script.persists && shoppers.some(({ gaveUp }) => gaveUp === undefined) && own.orders === 0 ? ["nobody has the drop"] : [];
    return { script, complaints: [...complaintsOf([own]), ...missed] };
  });
}

/** Channels on which this script loses answers. */
function doubtOf(script: Script): string[] {
  return script.misfortunes.flatMap(({ line }) => {
    if (line === "smtp") return ["email"];
    return line === "inbox" ? ["slack", "webhook"] : [];
  });
}

interface Played {
  readonly script: Script;
  readonly shoppers: readonly Shopper[];
  readonly undo: () => void;
}

async function play(world: World, script: Script): Promise<Played> {
  const first = world.shopper({ door: script.door, basket: script.basket, byAgent: script.byAgent });
  const shoppers = script.rival ? [first, world.shopper({ basket: script.basket, at: first })] : [first];
  const undo: (() => unknown)[] = [];
  for (const misfortune of script.misfortunes) {
    if (misfortune.line === "smtp") {
      undo.push(world.lines.smtp.add({ kind: misfortune.kind, about: first.email, times: misfortune.times }));
    } else if (misfortune.kind !== "away") {
      const { kind, times, ms } = misfortune;
      undo.push(world.lines[misfortune.line].add({ kind, times, ms, status: 502, matches: ({ text }) => first.isAbout(text) }));
    }
  }
  const trap = `sequence of ${first.number}`;
  if (script.kill) await world.hub.trap({ id: trap, ...script.kill });
  if (script.databaseCutAt !== undefined) undo.push(cutDatabaseAt(world, script.databaseCutAt));

  await Promise.all(shoppers.map((shopper) => shopper.prepare()));
  for (const misfortune of script.misfortunes) {
    if (misfortune.line === "smtp" || misfortune.kind !== "away") continue;
    const back = world.lines[misfortune.line].add({ kind: "drop_before", matches: ({ text }) => first.isAbout(text) });
    setTimeout(back, misfortune.ms);
  }
  await Promise.all(shoppers.map((shopper) => presses(shopper, script)));
  // The moment may have gone by, or not have come for an order that was refused: then it dies now, in the middle of whatever it does.
  if (script.kill && !world.hub.sprung.has(trap)) world.hub.kill();
  return { script, shoppers, undo: () => undo.forEach((step) => step()) };
}

/** Once, at the first such moment from now on. */
function cutDatabaseAt(world: World, moment: string): () => void {
  const stop = world.hub.onMoment((reached) => {
    if (reached.moment !== moment) return;
    stop();
    void world.quiet.cutDatabase();
  });
  return stop;
}

async function presses(shopper: Shopper, script: Script): Promise<void> {
  if (shopper.gaveUp !== undefined) return;
  for (const press of script.presses) {
    if (press.kind === "stay") await shopper.press();
    else if (press.kind === "twice") await Promise.all([shopper.press(), shopper.press()]);
    else await shopper.press(AbortSignal.timeout(press.afterMs));
  }
  if (script.persists) await shopper.pressUntilTold();
}
