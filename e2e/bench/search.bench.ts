/**
 * How long the address search takes over HTTP, at 60,000 addresses, for a hub that runs as it does in production. The baseline is the plain way:
 * trigrams over whole addresses, asked of the same PostgreSQL without the round trip to a hub.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { Pool as HttpPool } from "undici";
import { plainKey } from "@gigafibre/contracts/address-text";
import { addressSuggestions } from "@gigafibre/contracts/addresses";
import { loadPlant } from "@gigafibre/fixtures/demo/plant";
import { seededRandom } from "@gigafibre/fixtures/demo/random";
import type { Random } from "@gigafibre/fixtures/demo/random";
import type { DemoAddress } from "@gigafibre/fixtures/demo/register";
import { doorOf, withTypo } from "@gigafibre/fixtures/demo/typing";
import { freePort, startCluster } from "@gigafibre/fixtures/postgres/cluster";
import { between, inTurns, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const P95_MS = 20;
/** People who type at the same time. */
const AT_ONCE = 2;
const house = fileURLToPath(new URL("../..", import.meta.url));

type Typing = (address: DemoAddress, random: Random) => string;

const COMMON = ["rue de la", "chemin de la", "rue", "rang", "chemin", "rue saint", "boul", "12 rue de la", "100 rue de", "rue du"];
const KINDS: readonly (readonly [name: string, typing: Typing])[] = [
  ["as printed", (a) => `${doorOf(a)} ${a.street.name}, ${a.street.municipality}`],
  ["begun", (a) => `${doorOf(a)} ${a.street.name.slice(0, Math.ceil(a.street.name.length * 0.7))}`],
  ["one typo, with the city", (a, random) => `${doorOf(a)} ${withTypo(a.street.name, random)} ${a.street.municipality}`],
  ["one typo, without the city", (a, random) => `${doorOf(a)} ${withTypo(a.street.name, random)}`],
  ["common words", (_, random) => random.pick(COMMON)],
  ["number last", (a) => `${a.street.name} ${doorOf(a)}, ${a.street.municipality}`],
];

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const home = await mkdtemp(path.join(tmpdir(), "gigafibre-search-"));
  await chmod(home, 0o755);
  const cluster = await startCluster({ dataDir: path.join(home, "data"), ephemeral: true });
  try {
    const databaseUrl = `${cluster.url}/postgres`;
    const hub = await startHub(databaseUrl);
    try {
      const { addresses } = await loadPlant(databaseUrl);
      return await measure(hub.url, databaseUrl, addresses, quick ? 120 : 500);
    } finally {
      await hub.stop();
    }
  } finally {
    await cluster.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function measure(hubUrl: string, databaseUrl: string, addresses: readonly DemoAddress[], count: number): Promise<Figure[]> {
  const http = new HttpPool(hubUrl, { connections: AT_ONCE });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: AT_ONCE });
  try {
    await makeFlat(pool);
    const search = async (q: string): Promise<number> => {
      const [took] = await between(async () => {
        const { statusCode, body } = await http.request({ path: `/api/address?${new URLSearchParams({ q, limit: "8" }).toString()}`, method: "GET" });
        const answer: unknown = await body.json();
        if (statusCode !== 200) throw new Error(`${q}: ${statusCode} ${JSON.stringify(answer)}`);
        return addressSuggestions.parse(answer);
      });
      return took;
    };
    const flat = async (q: string): Promise<number> => (await between(() => pool.query({ name: "flat", text: FLAT, values: [plainKey(q)] })))[0];
    const figures: Figure[] = [];
    for (const [name, typing] of KINDS) {
      const random = seededRandom(`search ${name}`);
      const typed = Array.from({ length: count + 40 }, () => typing(random.pick(addresses), random));
      await inTurns(typed.slice(0, 40), AT_ONCE, search);
      const times = await inTurns(typed.slice(40), AT_ONCE, search);
      const plain = await inTurns(typed.slice(40, 40 + Math.min(count, 120)), AT_ONCE, flat);
      const p95 = percentile(times, 95);
      figures.push({
        name: `search at ${addresses.length} addresses: ${name}`,
        figure: `${summary(times)} (${times.length} searches over HTTP, ${AT_ONCE} at once)`,
        baseline: `trigrams over whole addresses, in SQL alone: ${summary(plain)}`,
        limit: `p95 ≤ ${P95_MS} ms`,
        met: p95 <= P95_MS,
      });
    }
    return figures;
  } finally {
    await http.close();
    await pool.end();
  }
}

const summary = (times: readonly number[]): string => `p50 ${milliseconds(percentile(times, 50))}, p95 ${milliseconds(percentile(times, 95))}`;

const FLAT = "select uuid, key from flat_address where key % $1 order by similarity(key, $1) desc limit 8";

async function makeFlat(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table flat_address as
      select a.uuid, concat_ws(' ', a.number || a.suffix, s.name_key, s.municipality_key, lower(a.postal_code)) as key from address a join street s on s.id = a.street_id;
    create index on flat_address using gin (key gin_trgm_ops);
    analyze flat_address`);
}

/** The hub as its own process, with nobody around it but its database. */
async function startHub(databaseUrl: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const nobody = "http://127.0.0.1:1";
  const child = spawn(process.execPath, [`${house}hub/src/server.ts`], {
    cwd: house,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: String(port),
      LOG_LEVEL: "warn",
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
      ERPNEXT_URL: nobody,
      ERPNEXT_API_KEY: "none",
      ERPNEXT_API_SECRET: "none",
      ERPNEXT_WEBHOOK_SECRET: randomBytes(16).toString("hex"),
      STRIPE_SECRET_KEY: "sk_test_none",
      STRIPE_PUBLISHABLE_KEY: "pk_test_none",
      STRIPE_WEBHOOK_SECRET: "whsec_none",
      SEARCH_PER_SECOND: "1000000",
      SEARCH_BURST: "1000000",
    },
  });
  const exited = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; child.exitCode === null && tries < 1_200; tries += 1) {
    const answer = await fetch(`${url}/api/address?q=`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) {
      return {
        url,
        async stop() {
          child.kill("SIGTERM");
          await exited;
        },
      };
    }
    await wait(50);
  }
  child.kill("SIGKILL");
  throw new Error("the hub did not start");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = await run({ quick: process.argv.includes("--quick") });
  for (const { name, figure, limit, baseline, met } of figures) console.log(`${met ? "✓" : "✗"} ${name}\n    ${figure}\n    limit    ${limit}\n    baseline ${baseline}`);
  process.exit(figures.every(({ met }) => met) ? 0 : 1);
}
