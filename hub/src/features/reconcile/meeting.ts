/** One meeting of the two databases: do they still belong together? */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { z } from "zod";
import { workKey } from "../orders/repository.ts";
import { hold, placeOf, restoreRow } from "./hold.ts";
import type { RestoreRow } from "./hold.ts";
import { drawMark, numberOf, readMark, restoredSide } from "./mark.ts";
import type { Side } from "./mark.ts";

/** One hub at a time meets ERPNext. */
const ONE_AT_A_TIME = 4_003;
const ERPNEXT_WITHIN_MS = 5_000;
const STRIPE_WITHIN_MS = 3_000;
const STRIPE_LOOK_BACK = 20;

const answer = z.object({ mark: z.string().nullable(), keys: z.array(z.string()) });
export type Answer = z.infer<typeof answer>;

/** What ERPNext holds; with `to`, put in the place of `before` if that is what stood. */
export async function askMark(app: FastifyInstance, move: { to: string; before: string | null } | null): Promise<Answer> {
  const { message } = await app.erpnext.call("POST", "/api/method/gigafibre_fsm.api.hub_mark.advance", {
    body: move === null ? {} : { to: move.to, ...(move.before === null ? {} : { before: move.before }) },
    timeoutMs: ERPNEXT_WITHIN_MS,
  });
  return answer.parse(message);
}

/** The highest number that a checkout of this hub left at Stripe; null when Stripe does not say. */
export async function numberAtStripe(app: FastifyInstance, installation: string): Promise<number | null> {
  try {
    const { data } = await app.stripe.customers.list({ limit: STRIPE_LOOK_BACK }, { timeout: STRIPE_WITHIN_MS, maxNetworkRetries: 0 });
    const numbers = data.map(({ metadata }) => /^(\w+):(\d+)$/.exec(metadata["hub_mark"] ?? "")).filter((found) => found?.[1] === installation);
    return Math.max(0, ...numbers.map((found) => Number(found?.[2])));
  } catch (error) {
    app.log.info({ err: error }, "Stripe was not asked whether PostgreSQL is older than it");
    return null;
  }
}

/**
 * Meets ERPNext once, and holds everything back when one of the two databases turns out to be older than the other.
 * @throws what ERPNext's client throws: then nothing is known
 */
export async function meet(app: FastifyInstance): Promise<void> {
  const client = await app.db.connect();
  let broken: Error | undefined;
  try {
    await client.query("select pg_advisory_lock($1)", [ONE_AT_A_TIME]);
    try {
      await meetAlone(app, client);
    } finally {
      await client.query("select pg_advisory_unlock($1)", [ONE_AT_A_TIME]).catch((error: unknown) => {
        broken = error instanceof Error ? error : new Error(String(error));
      });
    }
  } finally {
    client.release(broken);
  }
}

async function meetAlone(app: FastifyInstance, client: pg.PoolClient): Promise<void> {
  const before = await restoreRow(client);
  if (before.held_since !== null) return;
  const place = await placeOf(client);
  const moved = before.place !== null && place !== null && before.place !== place;
  const atStripe = before.mark === null ? null : await numberAtStripe(app, before.installation);
  const behindStripe = atStripe !== null && atStripe > Math.max(numberOf(before.mark), numberOf(before.next));
  if (moved || behindStripe) {
    const reason = moved ? `PostgreSQL was ${before.place ?? ""} and is ${place ?? ""}` : `Stripe knows mark ${atStripe ?? ""}, PostgreSQL ${numberOf(before.mark)}`;
    const { mark } = await askMark(app, null);
    const side = restoredSide(before, mark);
    await held(app, client, before, side === "erpnext" || side === "both" ? "both" : "postgresql", reason, mark);
    return;
  }

  const { rows } = await client.query<{ mark: string | null; next: string }>(
    "update restore_mark set next = coalesce(next, $1) returning mark, next",
    [drawMark(numberOf(before.mark) + 1, new Date())],
  );
  const ours = rows[0];
  if (!ours) throw new Error("restore_mark has no row");
  const theirs = await askMark(app, { to: ours.next, before: ours.mark });
  const side = restoredSide(ours, theirs.mark);
  if (side !== null) {
    await held(app, client, before, side, `ERPNext holds ${theirs.mark ?? "no mark"}, PostgreSQL ${ours.mark ?? "none"}`, theirs.mark);
    return;
  }
  // At their very first meeting ERPNext may hold orders of another hub: they are none of ours.
  if (ours.mark === null && theirs.mark === null) await client.query("update restore_mark set accepted_orders = $1", [orderIds(theirs)]);
  const strange = ours.mark === null ? null : await strangeKey(app, client, before, theirs);
  if (strange !== null) {
    await held(app, client, before, strange.side, strange.reason, theirs.mark);
    return;
  }
  await client.query("update restore_mark set mark = next, next = null, met_at = now(), place = coalesce($2, place) where next = $1", [ours.next, place]);
}

const orderIds = ({ keys }: Answer): string[] => [...new Set(keys.flatMap((key) => /^order:([^#:]+)#/.exec(key)?.[1] ?? []))];

/** An order that one side has and the other cannot have lost by a crash. */
async function strangeKey(app: FastifyInstance, client: pg.PoolClient, row: RestoreRow, theirs: Answer): Promise<{ side: Side; reason: string } | null> {
  const ids = orderIds(theirs).filter((id) => !row.accepted_orders.includes(id));
  // An order is committed here before ERPNext hears of it.
  const { rows: unknown } = await client.query<{ id: string }>(
    "select id from unnest($1::text[]) as told (id) where not exists (select 1 from order_intake where order_intake.id = told.id) limit 1",
    [ids],
  );
  if (unknown[0]) return { side: "postgresql", reason: `ERPNext has order ${unknown[0].id}, PostgreSQL has not` };
  // And called created only after ERPNext has said that it is.
  const { rows: newest } = await client.query<{ id: string; attempt: number }>(
    "select id, attempt from order_intake where state not in ('received', 'needs_attention', 'cancelled') order by updated_at desc limit 1",
  );
  const [last] = newest;
  if (!last || theirs.keys.includes(workKey(last))) return null;
  return (await app.erpnext.find(workKey(last))) ? null : { side: "erpnext", reason: `PostgreSQL has order ${last.id} created, ERPNext has not` };
}

async function held(app: FastifyInstance, client: pg.PoolClient, row: RestoreRow, side: Side, reason: string, theirMark: string | null): Promise<void> {
  await hold(client, side, reason, { hub: row.met_at, erpnext: readMark(theirMark)?.at ?? null });
  app.log.error({ side, reason }, "a database was restored: everything is held back until somebody runs `pnpm reconcile`");
}
