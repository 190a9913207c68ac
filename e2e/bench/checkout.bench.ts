/**
 * How long the answer to a checkout takes, with ERPNext up and with ERPNext down; and what an order costs ERPNext as one unit of work, beside one REST
 * call a document. Each figure stands beside a baseline taken in the same run, on the same machine.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { request } from "undici";
import { openWorld, prepareWorld } from "../faults/world.ts";
import type { World } from "../faults/world.ts";
import { between, inTurns, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const CHECKOUT_P95_MS = 300;
/** Orders come whether or not the one before was answered: as many a second as a real ERPNext takes (docs/erpnext-facts.md). */
const EVERY_MS = 333;
const AT_ONCE = 4;

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const count = quick ? 60 : 250;
  const { prepared, stop } = await prepareWorld({ doors: count * 4 + 100, durable: true });
  try {
    const world = await openWorld(prepared, {});
    try {
      await checkouts(world, 10);
      const baseline = await bareWrites(world, count);
      const steps: string[] = [];
      const listen = world.lines.erpnext.add({
        kind: "latency",
        matches: ({ path, body }) => path.endsWith("unit_of_work.commit") && steps.push(body) === 0,
      });
      const up = await checkouts(world, count);
      await world.quiet.wait(180_000);
      listen();
      const away = world.lines.erpnext.add({ kind: "drop_before", matches: () => true });
      const down = await checkouts(world, count);
      away();
      await world.quiet.wait(300_000);
      return [
        checkoutFigure("checkout answer, ERPNext up", up, baseline),
        checkoutFigure("checkout answer, ERPNext down", down, baseline),
        await orderIntoErpnext(world, steps, quick ? 10 : 40),
      ];
    } finally {
      await world.stop();
    }
  } finally {
    await stop();
  }
}

function checkoutFigure(name: string, times: readonly number[], baseline: readonly number[]): Figure {
  const p95 = percentile(times, 95);
  return {
    name,
    figure: `p50 ${milliseconds(percentile(times, 50))}, p95 ${milliseconds(p95)} (${times.length} checkouts, ${Math.round(1000 / EVERY_MS)} a second)`,
    baseline: `GET /healthz and one INSERT: p50 ${milliseconds(percentile(baseline, 50))}, p95 ${milliseconds(percentile(baseline, 95))}`,
    limit: `p95 ≤ ${CHECKOUT_P95_MS} ms`,
    met: p95 <= CHECKOUT_P95_MS,
  };
}

/** Only the press itself is timed: the address, the prices and the card came before it. */
async function checkouts(world: World, count: number): Promise<number[]> {
  const shoppers = Array.from({ length: count }, () => world.shopper());
  await inTurns(shoppers, AT_ONCE, (shopper) => shopper.prepare());
  return Promise.all(
    shoppers.map(async (shopper, index) => {
      await wait(index * EVERY_MS);
      const [took, told] = await between(() => shopper.press());
      if (told.kind !== "accepted") throw new Error(`a checkout was not accepted: ${JSON.stringify(told)} after ${milliseconds(took)}; the hub ended ${world.hub.deaths.length} times`);
      return took;
    }),
  );
}

/** The least a checkout could cost: one round trip to the hub and one row that is committed. */
async function bareWrites(world: World, count: number): Promise<number[]> {
  const pool = new pg.Pool({ connectionString: world.databaseUrl, max: 1 });
  try {
    await pool.query("create table bare_write (id uuid primary key, body text not null)");
    return await inTurns(Array.from({ length: count }), 1, async () => {
      const [took] = await between(async () => {
        const answer = await request(`${world.hub.url}/healthz`);
        await answer.body.dump();
        await pool.query("insert into bare_write values ($1, $2)", [randomUUID(), "x".repeat(500)]);
      });
      return took;
    });
  } finally {
    await pool.end();
  }
}

interface Step {
  readonly op: string;
  readonly doctype: string;
  readonly name?: unknown;
  readonly as?: string;
  readonly values: Record<string, unknown>;
}

/** The same documents, written both ways in turns. */
async function orderIntoErpnext(world: World, bodies: readonly string[], rounds: number): Promise<Figure> {
  const sample = bodies[0];
  if (sample === undefined) throw new Error("no order was sent to ERPNext");
  const documents = (JSON.parse(sample) as { steps: Step[] }).steps.filter(({ op }) => op !== "expect");
  const calls = documents.filter(({ op }) => op === "insert").length;
  const apart: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    apart.push((await between(() => oneByOne(world, anew(documents))))[0]);
    together.push((await between(() => commit(world, anew(documents))))[0]);
  }
  const [one, many] = [percentile(together, 50), percentile(apart, 50)];
  const ratio = many / one;
  return {
    name: "order into ERPNext (the stand-in: its own times, not a real site's)",
    figure: `one unit of work: p50 ${milliseconds(one)}, ${ratio.toFixed(1)} × faster`,
    baseline: `one REST call a document, ${calls} documents: p50 ${milliseconds(many)}`,
    limit: "≥ 3 × faster",
    met: ratio >= 3,
  };
}

/** The same steps for another person, another order and another drop. */
function anew(steps: readonly Step[]): Step[] {
  const mark = randomUUID().slice(0, 8);
  const fresh: Readonly<Record<string, string>> = { customer_name: `Mesure ${mark}`, fibre_id: `MES-${mark}`, order_id: `MES-${mark}` };
  return steps.map((step) => ({
    ...step,
    values: Object.fromEntries(Object.entries(step.values).map(([field, value]) => [field, fresh[field] ?? value])),
  }));
}

async function commit(world: World, steps: readonly Step[]): Promise<void> {
  const { status, body } = await world.reader.write("POST", "/api/method/gigafibre_fsm.api.unit_of_work.commit", { key: `bench:${randomUUID()}`, steps });
  if (status >= 400) throw new Error(JSON.stringify(body));
}

async function oneByOne(world: World, steps: readonly Step[]): Promise<void> {
  const made = new Map<string, Record<string, unknown>>();
  const field = (path: string): unknown => {
    const [alias = "", name = ""] = path.split(".");
    return made.get(alias)?.[name];
  };
  const resolved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== "object" || value === null) return value;
    const { $ref, $format } = value as { $ref?: string; $format?: string };
    if ($ref !== undefined) return field($ref);
    if ($format !== undefined) return $format.replaceAll(/\{([^{}]+)\}/g, (_, path: string) => String(field(path)));
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolved(entry)]));
  };
  for (const { op, doctype, name, as, values } of steps) {
    const path = `/api/resource/${encodeURIComponent(doctype)}`;
    const own = op === "insert" ? path : `${path}/${encodeURIComponent(String(resolved(name)))}`;
    const { status, body } = await world.reader.write(op === "insert" ? "POST" : "PUT", own, resolved(values));
    if (status >= 400) throw new Error(`${doctype}: ${JSON.stringify(body)}`);
    if (as !== undefined) made.set(as, body["data"] as Record<string, unknown>);
  }
}
