/** Whether the suite turns red when the product is wrong: each mutation in processes of its own, on a copy of the world, until the first failure. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Case } from "./case.ts";
import { MATRIX } from "./matrix.ts";
import { MUTATIONS, OUTBOX } from "./mutations.ts";
import type { Mutation } from "./mutations.ts";
import { mustHaveOne } from "./case.ts";
import { RACES } from "./races.ts";
import { offlineCases } from "./offline.ts";
import type { Report } from "./report.ts";
import { RESTORES } from "./restores.ts";
import { stormCases } from "./storm.ts";
import { UNIT_OF_WORK } from "./unit-of-work.ts";
import type { Prepared, World, WorldOptions } from "./world.ts";
import { keepWorlds } from "./worlds.ts";

const preload = new URL("mutate-preload.mjs", import.meta.url).href;
const house = fileURLToPath(new URL("../..", import.meta.url));
const vitest = path.join(house, "node_modules/vitest/vitest.mjs");
const runner = fileURLToPath(new URL("run.ts", import.meta.url));

async function plainOrder(world: World): Promise<string[]> {
  const shopper = world.shopper();
  await shopper.prepare();
  await shopper.press();
  return mustHaveOne(world, shopper);
}

/** The situations of a quick run, the short ones first. */
const BATTERY: readonly Case[] = [
  ...[...UNIT_OF_WORK, ...RACES, ...MATRIX].filter(({ quick }) => quick),
  ...offlineCases(7_101, 20),
  ...stormCases(7_100, { orders: 1, paymentsEach: 8, deliveries: 200 }),
];
const begins = (first: string) => (situation: Case): boolean => situation.name.startsWith(first);
const PLAIN = "a plain order";

/** In a process whose code is wrong: stops at the first failure. `failed` is 1 when it was noticed. */
export async function battery(prepared: Prepared, options: WorldOptions, report: Report): Promise<void> {
  const { first = "", sign = "" } = MUTATIONS.find(({ name }) => name === process.env["GIGAFIBRE_MUTATION"]) ?? {};
  // What goes wrong after a restore is noticed after a restore only.
  const restores = RESTORES.some(begins(first));
  const situations = restores ? RESTORES : BATTERY;
  const worlds = keepWorlds(prepared, { ...options, apart: restores });
  try {
    const plain = await plainOrder(await worlds.current());
    if (plain.length > 0) throw new Error(`${PLAIN} fails already, so nothing is shown: ${plain.join("; ")}`);
    report.count(1, 0);
    for (const situation of situations.toSorted((a, b) => Number(begins(first)(b)) - Number(begins(first)(a)))) {
      const complaints = await situation.run(await worlds.current()).catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
      report.count(complaints.length === 0 ? 1 : 0, 0);
      if (complaints.length === 0) continue;
      worlds.spoil();
      const seen = complaints.find((complaint) => complaint.includes(sign));
      if (seen === undefined) continue;
      report.say(`NOTICED by "${situation.name}": ${seen}`);
      report.count(0, 1);
      return;
    }
  } finally {
    await worlds.close();
  }
}

export async function runBites(prepared: Prepared, report: Report, options: { quick: boolean; match?: string }): Promise<void> {
  const mutations = MUTATIONS.filter(({ quick, name }) => (quick || !options.quick) && (options.match === undefined || name.includes(options.match)));
  report.say(`\n━━ with defects put in: ${mutations.length} ━━`);
  if (mutations.some(({ first }) => first === OUTBOX)) {
    const { code, said } = await outboxTests({});
    if (code !== 0) throw new Error(`${OUTBOX} fails already, so nothing is shown: ${said}`);
  }
  const left = [...mutations];
  const lane = async (): Promise<void> => {
    for (let mutation = left.shift(); mutation; mutation = left.shift()) {
      const began = Date.now();
      const { noticed, words } = await bite(prepared, mutation);
      report.count(noticed ? 1 : 0, noticed ? 0 : 1);
      report.say(`${noticed ? "✓ noticed" : "✗ NOT noticed"}: ${mutation.what} (${((Date.now() - began) / 1000).toFixed(1)} s)\n    ${words.split("\n")[0] ?? ""}`);
      if (!noticed) report.explain(`${mutation.name}: ${mutation.what}`, [words, `replay: pnpm faults --mutate --match ${mutation.name}`]);
    }
  };
  await Promise.all([lane(), lane()]);
}

interface Run {
  readonly code: number | null;
  readonly said: string;
}

async function runNode(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn(process.execPath, args, { cwd: house, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (said += part.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}

const outboxTests = (env: NodeJS.ProcessEnv): Promise<Run> => runNode([vitest, "run", "--config", "e2e/faults/outbox.vitest.ts", "--bail", "1", "--reporter", "verbose"], { ...env, NO_COLOR: "1" });

/** @returns the line that says which test or situation noticed */
async function noticedBy(mutation: Mutation, prepared: Prepared, scratch: string, env: NodeJS.ProcessEnv): Promise<{ noticed: string | undefined; said: string }> {
  if (mutation.first === OUTBOX) {
    const { code, said } = await outboxTests(env);
    const failing = said.split("\n").find((line) => /^ *(×|FAIL)/.test(line));
    return { noticed: code === 1 && failing !== undefined ? `NOTICED by ${failing.trim()}` : undefined, said };
  }
  const [world, result] = [path.join(scratch, "world.json"), path.join(scratch, "result.json")];
  await writeFile(world, JSON.stringify(prepared));
  const { said } = await runNode(["--import", preload, runner, "--battery", world, "--report", result], env);
  const counted = await readFile(result, "utf8").catch(() => "");
  return { noticed: counted === "" ? undefined : said.split("\n").find((line) => line.startsWith("NOTICED")), said };
}

async function bite(prepared: Prepared, mutation: Mutation): Promise<{ noticed: boolean; words: string }> {
  const scratch = await mkdtemp(path.join(tmpdir(), "gigafibre-bite-"));
  try {
    const applied = path.join(scratch, "applied");
    await writeFile(applied, "");
    const { noticed, said } = await noticedBy(mutation, prepared, scratch, { GIGAFIBRE_MUTATION: mutation.name, GIGAFIBRE_MUTATION_APPLIED: applied });
    if ((await readFile(applied, "utf8")) === "") return { noticed: false, words: `the mutation was never loaded\n${said}` };
    return { noticed: noticed !== undefined, words: noticed ?? said };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
