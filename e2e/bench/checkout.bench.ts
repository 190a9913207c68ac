/** How long the answer to a checkout takes, with ERPNext up and with ERPNext down, beside a baseline taken in the same run, on the same machine. */
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
      const up = await checkouts(world, count);
      await world.quiet.wait(180_000);
      const away = world.lines.erpnext.add({ kind: "drop_before", matches: () => true });
      const down = await checkouts(world, count);
      away();
      await world.quiet.wait(300_000);
      return [
        checkoutFigure("checkout answer, ERPNext up", up, baseline),
        checkoutFigure("checkout answer, ERPNext down", down, baseline),
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
