/**
 * `pnpm faults`: nothing lost, nothing twice. README.md says what is covered and how to replay.
 *
 *     pnpm faults [--quick] [--seed N] [--runs N] [--path P] [--only matrix,races,restores,random,phones,offline,calls,storm,bites] [--match TEXT] [--mutate] [--verbose] [--report FILE]
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildRoom } from "@gigafibre/fixtures/stack/pages-build";
import { battery, runBites } from "./bites.ts";
import { CALLS } from "./calls.ts";
import type { Case } from "./case.ts";
import { MATRIX } from "./matrix.ts";
import { offlineCases } from "./offline.ts";
import { closeBrowser, phoneCases } from "./phones.ts";
import { ALONE, RACES } from "./races.ts";
import { runRandom } from "./random.ts";
import { createReport } from "./report.ts";
import { RESTORES } from "./restores.ts";
import type { Report } from "./report.ts";
import { disagreements } from "./steps.ts";
import { stormCases } from "./storm.ts";
import { UNIT_OF_WORK } from "./unit-of-work.ts";
import { prepareWorld } from "./world.ts";
import type { Prepared } from "./world.ts";
import { keepWorlds } from "./worlds.ts";
import type { Worlds } from "./worlds.ts";

const house = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const QUICK_SEED = 7_100;
const WHOLE = { sequences: 1_000, phones: 50, visits: 500, storm: { orders: 12, paymentsEach: 90, deliveries: 10_000 }, doors: 3_200 } as const;
const QUICK = { sequences: 20, phones: 3, visits: 40, storm: { orders: 2, paymentsEach: 12, deliveries: 500 }, doors: 900 } as const;
/** Worlds in use at the same time: most of a situation is waiting. */
const LANES = 2;
const PARTS = ["matrix", "races", "restores", "random", "phones", "offline", "calls", "storm", "bites"] as const;

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    seed: { type: "string" },
    runs: { type: "string" },
    path: { type: "string" },
    only: { type: "string" },
    match: { type: "string" },
    mutate: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
    report: { type: "string" },
    /** The prepared world of the suite that started this process, to run the battery in a copy of it. */
    battery: { type: "string" },
  },
});

const report = createReport();
const log = options.verbose ? (line: string) => console.log(`  hub: ${line}`) : undefined;
const worldOptions = { nodeArguments: mutationArguments(), ...(log ? { log } : {}) };

try {
  if (options.battery === undefined) await suite();
  else await battery(JSON.parse(await readFile(options.battery, "utf8")) as Prepared, worldOptions, report);
} catch (error) {
  report.count(0, 1);
  report.explain("the suite itself failed", [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
}
process.exit(await report.close(options.report));

/** A process that was started with a mutation starts its hub with it. */
function mutationArguments(): string[] {
  return process.env["GIGAFIBRE_MUTATION"] ? ["--import", new URL("mutate-preload.mjs", import.meta.url).href] : [];
}

async function suite(): Promise<void> {
  const began = Date.now();
  const parts = new Set<string>(options.mutate ? ["bites"] : (options.only?.split(",") ?? PARTS));
  const size = options.quick ? QUICK : WHOLE;
  const seed = Number(options.seed ?? (options.quick ? QUICK_SEED : Date.now() % 1_000_000));
  const sequences = Number(options.runs ?? size.sequences);
  report.say(`seed ${seed}; every failure below says how to replay it alone`);
  report.say("• PostgreSQL, the stand-ins, a village of free drops");
  const { prepared, stop } = await prepareWorld({ doors: Math.max(size.doors, sequences * 2 + 600) });
  try {
    const wanted = (cases: readonly Case[]): Case[] =>
      cases.filter(({ name, quick }) => (quick || !options.quick) && (options.match === undefined || name.includes(options.match)));
    const lanes = Array.from({ length: LANES }, () => keepWorlds(prepared, worldOptions));
    const afterwards = keepWorlds(prepared, parts.has("phones") ? { ...worldOptions, settings: { FIELD_ROOT: await buildRoom(house, "field-app") } } : worldOptions);
    const apart = keepWorlds(prepared, { ...worldOptions, apart: true });
    try {
      if (parts.has("matrix")) {
        check(report, "the steps listed here are the moments the hub publishes", await disagreements());
        await runCases(lanes, "killed at each step", wanted(MATRIX));
      }
      const [first] = lanes;
      if (parts.has("races")) {
        await runCases(lanes, "browsers, networks, other systems", wanted([...RACES, ...UNIT_OF_WORK]));
        await runCases(lanes.slice(0, 1), "PostgreSQL itself", wanted(ALONE));
      }
      if (parts.has("restores")) await runCases([apart], "restored from a backup", wanted(RESTORES));
      if (parts.has("random") && first) {
        report.say(`\n━━ ${sequences} random sequences ━━`);
        await runRandom(first, report, { seed, sequences, path: options.path });
      }
      const visits = (whole: number): number => (options.only === undefined ? whole : Number(options.runs ?? whole));
      // Before the visits by the hundred, which a phone would carry.
      if (parts.has("phones")) await runCases([afterwards], "the technicians' app in a real browser", wanted(phoneCases(seed, visits(size.phones))));
      if (parts.has("offline")) await runCases([afterwards], "visits without a network", wanted(offlineCases(seed, visits(size.visits))));
      if (parts.has("calls")) await runCases([afterwards], "orders that are cancelled", wanted(CALLS));
      if (parts.has("storm")) await runCases([afterwards], "Stripe's events", wanted(stormCases(seed, size.storm)));
    } finally {
      // Visits and payments are judged by themselves: the count over the whole site knows of orders only.
      afterwards.spoil();
      await afterwards.close();
      await closeBrowser();
      const complaints = (await Promise.all([...lanes, apart].map((worlds) => worlds.close()))).flat();
      check(report, "over the whole site, not one document or SMS more than was found of the orders", complaints);
    }
    if (parts.has("bites")) await runBites(prepared, report, { quick: options.quick && !options.mutate, ...(options.match ? { match: options.match } : {}) });
  } finally {
    await stop();
  }
  report.say(`\n${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
}

function check(to: Report, name: string, complaints: readonly string[]): void {
  to.count(complaints.length === 0 ? 1 : 0, complaints.length === 0 ? 0 : 1);
  to.say(`${complaints.length === 0 ? "✓" : "✗"} ${name}`);
  if (complaints.length > 0) to.explain(name, complaints);
}

async function runCases(lanes: readonly Worlds[], title: string, cases: readonly Case[]): Promise<void> {
  report.say(`\n━━ ${title}: ${cases.length} situations ━━`);
  const left = [...cases];
  const run = async (worlds: Worlds): Promise<void> => {
    for (let situation = left.shift(); situation; situation = left.shift()) {
      const began = Date.now();
      const complaints = await complaintsOfCase(worlds, situation);
      check(report, `${situation.name} (${((Date.now() - began) / 1000).toFixed(1)} s)`, [
        ...complaints,
        ...(complaints.length > 0 ? [`replay: pnpm faults --only matrix,races,restores,phones,offline,storm --match ${JSON.stringify(situation.name)}`] : []),
      ]);
    }
  };
  await Promise.all(lanes.map(run));
}

async function complaintsOfCase(worlds: Worlds, situation: Case): Promise<string[]> {
  try {
    const complaints = [...(await situation.run(await worlds.current())), ...worlds.deaths()];
    if (complaints.length > 0) worlds.spoil();
    return complaints;
  } catch (error) {
    worlds.spoil();
    return [error instanceof Error ? (error.stack ?? error.message) : String(error), ...worlds.log().slice(-10)];
  }
}
