/** Random sequences, ten orders at once, each batch from a seed of its own so that a failing one is replayed alone and made smaller. */
import fc from "fast-check";
import { runBatch } from "./batch.ts";
import type { Report } from "./report.ts";
import { script } from "./script.ts";
import type { Script } from "./script.ts";
import type { Worlds } from "./worlds.ts";

export const AT_ONCE = 10;
/** One batch in so many kills the process, once for each of its sequences. */
const KILLS_EVERY = 10;
/** A failing batch is made smaller for so long; what is tried after that counts as passing, which ends the search. */
const SHRINKING_MS = 240_000;

export interface RandomOptions {
  readonly seed: number;
  readonly sequences: number;
  /** fast-check's own path to a smaller counterexample of the first batch. */
  readonly path: string | undefined;
}

export const killsIn = (seed: number): boolean => seed % KILLS_EVERY === 0;

export async function runRandom(worlds: Worlds, report: Report, options: RandomOptions): Promise<void> {
  const batches = Math.ceil(options.sequences / AT_ONCE);
  let kills = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const seed = options.seed + batch;
    const size = Math.min(AT_ONCE, options.sequences - batch * AT_ONCE);
    const began = Date.now();
    const before = worlds.kills;
    const { failed, words } = await runSeed(worlds, seed, size, options.path);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    const killed = worlds.kills - before;
    kills += killsIn(seed) ? Math.min(killed, size) : 0;
    report.count(size - failed, failed);
    const title = `sequences ${batch * AT_ONCE + 1}–${batch * AT_ONCE + size} of ${options.sequences}, seed ${seed}`;
    report.say(`${failed === 0 ? "✓" : "✗"} ${title} (${seconds} s${killed > 0 ? `, the process killed ${killed} times` : ""})`);
    if (failed > 0) report.explain(title, [words, `replay: pnpm faults --only random --seed ${seed} --runs ${size}`]);
  }
  report.say(`  ${kills} of the sequences killed the real process`);
}

async function runSeed(worlds: Worlds, seed: number, size: number, path: string | undefined): Promise<{ failed: number; words: string }> {
  let failed = 0;
  let runs = 0;
  let shrinkUntil = Number.POSITIVE_INFINITY;
  // A script that is missing is the smallest there is: what a failing batch does not need is left out first.
  const one = fc.option(script(killsIn(seed)), { nil: undefined, freq: 1_000_000_000 });
  const property = fc.asyncProperty(fc.array(one, { minLength: size, maxLength: size }), async (drawn) => {
    const scripts = drawn.filter((entry): entry is Script => entry !== undefined);
    if (Date.now() > shrinkUntil) return;
    runs += 1;
    const first = runs === 1;
    try {
      const outcomes = await runBatch(await worlds.current(), scripts);
      const deaths = worlds.deaths();
      if (deaths.length > 0) throw new Error(deaths.join("\n"));
      const broken = outcomes.filter(({ complaints }) => complaints.length > 0);
      if (broken.length === 0) return;
      if (first) failed = broken.length;
      throw new Error(broken.flatMap(({ complaints }) => complaints).join("\n"));
    } catch (error) {
      if (first) {
        failed = Math.max(failed, 1);
        shrinkUntil = Date.now() + SHRINKING_MS;
      }
      worlds.spoil();
      throw error;
    }
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 1,
    ...(path === undefined ? {} : { path }),
  });
  if (!result.failed) return { failed: 0, words: "" };
  const smallest = (result.counterexample?.[0] ?? []).filter((entry) => entry !== undefined);
  const cause = result.errorInstance instanceof Error ? result.errorInstance.message : String(result.errorInstance);
  const words = [cause, `smallest found (--path ${result.counterexamplePath ?? ""}):`, ...smallest.map((entry) => JSON.stringify(entry))].join("\n");
  return { failed, words };
}
