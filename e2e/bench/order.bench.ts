/**
 * What an order costs ERPNext as one unit of work, beside one REST call a document: the same documents, written by the hub's own user both ways in
 * turns. With ERPNEXT_URL on a real site, which must be marked as one for tests; without it the stand-in's own times, which say little of a real one.
 */
import { randomUUID } from "node:crypto";
import { Pool as HttpPool } from "undici";
import { givenSite } from "@gigafibre/fixtures/demo/given-site";
import { openWorld, prepareWorld } from "../faults/world.ts";
import type { Prepared, World } from "../faults/world.ts";
import { between, milliseconds, percentile } from "./figures.ts";
import type { Figure } from "./figures.ts";

const RATIO = 3;
const WARM_UP = 3;

interface Step {
  readonly op: string;
  readonly doctype: string;
  readonly name?: unknown;
  readonly as?: string;
  readonly filters?: Record<string, unknown>;
  readonly values?: Record<string, unknown>;
}

type Send = (method: "POST" | "PUT", path: string, body: unknown) => Promise<Record<string, unknown>>;

export async function run({ quick = false }: { quick?: boolean } = {}): Promise<Figure[]> {
  const site = givenSite();
  const { prepared, stop } = await prepareWorld({ doors: 20, durable: true, site });
  try {
    const world = await openWorld(prepared, {});
    try {
      return [await compare(world, prepared, quick ? 10 : 40)];
    } finally {
      await world.stop();
    }
  } finally {
    await stop();
  }
}

async function compare(world: World, prepared: Prepared, rounds: number): Promise<Figure> {
  const steps = await stepsOfAnOrder(world);
  const http = new HttpPool(world.erpnextUrl, { connections: 1 });
  const send: Send = async (method, path, body) => {
    const answer = await http.request({
      method,
      path,
      headers: { authorization: `token ${prepared.apiKey}:${prepared.apiSecret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const said = (await answer.body.json()) as Record<string, unknown>;
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${JSON.stringify(said).slice(0, 1_000)}`);
    return said;
  };
  try {
    const apart: number[] = [];
    const together: number[] = [];
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const one = async (): Promise<number> => (await between(() => commit(send, anew(steps))))[0];
      const many = async (): Promise<number> => (await between(() => oneByOne(send, anew(steps))))[0];
      // Each comes first as often as the other.
      const [took, tookApart] = round % 2 === 0 ? [await one(), await many()] : [await many(), await one()].reverse();
      if (round < 0) continue;
      together.push(took as number);
      apart.push(tookApart as number);
    }
    const inserts = steps.filter(({ op }) => op === "insert").length;
    const ratio = percentile(apart, 50) / percentile(together, 50);
    const said = (times: readonly number[]): string => `p50 ${milliseconds(percentile(times, 50))}, p95 ${milliseconds(percentile(times, 95))}`;
    return {
      name: `an order into ERPNext (${prepared.site ?? "the stand-in: its own times, not a real site's"})`,
      figure: `one unit of work: ${said(together)}, ${ratio.toFixed(2)} × faster (${rounds} orders each way)`,
      baseline: `one REST call a document, ${inserts} documents and ${steps.filter(({ op }) => op === "update").length} update: ${said(apart)}`,
      limit: `≥ ${RATIO} × faster`,
      met: ratio >= RATIO,
    };
  } finally {
    await http.close();
  }
}

/** What the hub itself sends for the worked example. */
async function stepsOfAnOrder(world: World): Promise<Step[]> {
  let sent: string | undefined;
  const listen = world.lines.erpnext.add({
    kind: "latency",
    matches: ({ path, body }) => {
      if (path.endsWith("unit_of_work.commit") && body.includes("Dispatch Job")) sent ??= body;
      return false;
    },
  });
  const shopper = world.shopper();
  await shopper.prepare();
  await shopper.pressUntilTold();
  await world.quiet.wait();
  listen();
  if (sent === undefined) throw new Error(`no order was sent to ERPNext: ${JSON.stringify(shopper.told)}`);
  return (JSON.parse(sent) as { steps: Step[] }).steps;
}

/** The same steps for another person, another order and another drop. */
function anew(steps: readonly Step[]): Step[] {
  const mark = randomUUID().slice(0, 8);
  const fresh: Readonly<Record<string, string>> = { customer_name: `Mesure ${mark}`, fibre_id: `MES-${mark}`, order_id: `MES-${mark}` };
  const renewed = (given: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(given).map(([field, value]) => [field, fresh[field] ?? value]));
  return steps.map((step) => ({
    ...step,
    ...(step.values ? { values: renewed(step.values) } : {}),
    ...(step.filters ? { filters: renewed(step.filters) } : {}),
  }));
}

async function commit(send: Send, steps: readonly Step[]): Promise<void> {
  await send("POST", "/api/method/gigafibre_fsm.api.unit_of_work.commit", { key: `bench:${randomUUID()}`, steps });
}

async function oneByOne(send: Send, steps: readonly Step[]): Promise<void> {
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
    if (op === "expect") continue;
    const path = `/api/resource/${encodeURIComponent(doctype)}`;
    const own = op === "insert" ? path : `${path}/${encodeURIComponent(String(resolved(name)))}`;
    const { data } = await send(op === "insert" ? "POST" : "PUT", own, resolved(values));
    if (as !== undefined) made.set(as, data as Record<string, unknown>);
  }
}
