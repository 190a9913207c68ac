/** `pnpm reconcile`: compares hub, ERPNext and Stripe, mends what is certain, and lets the queues go on when nothing is left to decide. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { transaction } from "../../plugins/database.ts";
import { CHANGED_QUEUE, subjectOf } from "../document-changes/hints.ts";
import { erpnextTime } from "../orders/steps.ts";
import { compareActivations } from "./activations.ts";
import { compareCheckouts } from "./checkouts.ts";
import { Comparison } from "./comparison.ts";
import type { Finding } from "./findings.ts";
import { hold, placeOf, restoreRow } from "./hold.ts";
import type { RestoreRow } from "./hold.ts";
import { compareLeads } from "./leads.ts";
import { drawMark, numberOf, readMark } from "./mark.ts";
import type { Side } from "./mark.ts";
import { askMark, meet, numberAtStripe } from "./meeting.ts";
import { compareMessages } from "./messages.ts";
import { compareOrders } from "./orders.ts";
import { compareLinks, comparePayments } from "./payments.ts";
import { comparePorts } from "./ports.ts";

const ONE_AT_A_TIME = 4_004;
/** What was under way when the backup was taken, and clocks that differ. */
const MARGIN_MS = 60 * 60_000;
const WITHOUT_A_RESTORE_MS = 30 * 86_400_000;

export interface Wish {
  readonly apply: boolean;
  /** What is left to decide is accepted as it is. */
  readonly accept: boolean;
  /** A person says which database was restored, should no witness. */
  readonly restored?: Side | undefined;
  readonly since?: Date | undefined;
}

export interface Reconciled {
  /** Which database was found, or said, to be restored. */
  readonly side: Side | null;
  readonly reason: string | null;
  readonly since: string;
  readonly applied: boolean;
  readonly findings: readonly Finding[];
  /** Whether everything is still held back. */
  readonly held: boolean;
}

/** Somebody else is at it. */
export class AlreadyReconciling extends Error {
  override readonly name = "AlreadyReconciling";
}

/** @throws ErpnextUnavailable, Refusal `stripe_unavailable`: nothing was lifted then, and it may be run again */
export async function reconcile(app: FastifyInstance, wish: Wish): Promise<Reconciled> {
  const client = await app.db.connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [ONE_AT_A_TIME]);
    if (!rows[0]?.taken) throw new AlreadyReconciling("somebody else is reconciling at this moment");
    try {
      return await alone(app, wish);
    } finally {
      await client.query("select pg_advisory_unlock($1)", [ONE_AT_A_TIME]);
    }
  } finally {
    client.release();
  }
}

async function alone(app: FastifyInstance, wish: Wish): Promise<Reconciled> {
  const began = new Date();
  if (wish.restored !== undefined) await sayRestored(app, wish.restored);
  // The hub may not be running: whether something was restored is asked here too.
  else await meet(app);
  const row = await restoreRow(app.db);
  const since = wish.since ?? sinceOf(row);
  const comparison = new Comparison({ app, apply: wish.apply, since, hubForgot: row.held_side === "postgresql" || row.held_side === "both" });
  // Orders first: ports, payments and messages are theirs.
  await compareOrders(comparison);
  await compareActivations(comparison);
  await comparePorts(comparison);
  await compareCheckouts(comparison);
  await compareLinks(comparison);
  await comparePayments(comparison);
  await compareLeads(comparison);
  await compareMessages(comparison);

  const undecided = comparison.found.some(({ outcome }) => outcome === "decide");
  const lifts = wish.apply && row.held_since !== null && (!undecided || wish.accept);
  if (lifts) await lift(app, row, comparison);
  if (wish.apply) {
    await app.db.query("insert into reconcile_run (began_at, side, accepted, lifted, findings) values ($1, $2, $3, $4, $5)", [
      began,
      row.held_side,
      wish.accept,
      lifts,
      JSON.stringify(comparison.found),
    ]);
  }
  return { side: row.held_side, reason: row.held_reason, since: since.toISOString(), applied: wish.apply, findings: comparison.found, held: row.held_since !== null && !lifts };
}

async function sayRestored(app: FastifyInstance, side: Side): Promise<void> {
  const [row, { mark }] = [await restoreRow(app.db), await askMark(app, null)];
  await hold(app.db, side, "a person said so", { hub: row.met_at, erpnext: readMark(mark)?.at ?? null });
}

/** From the older of the two moments on; a month back when nothing was restored. */
function sinceOf({ held_since, hub_point, erpnext_point }: RestoreRow): Date {
  const points = [hub_point, erpnext_point].flatMap((point) => (point ? [point.getTime()] : []));
  if (held_since !== null && points.length > 0) return new Date(Math.min(...points) - MARGIN_MS);
  return new Date(Date.now() - WITHOUT_A_RESTORE_MS);
}

/** What ERPNext forgot is looked at again, both take a new mark, and the queues go on. */
async function lift(app: FastifyInstance, row: RestoreRow, { found }: Comparison): Promise<void> {
  const atStripe = (await numberAtStripe(app, row.installation)) ?? 0;
  const { mark: theirs } = await askMark(app, null);
  const to = drawMark(Math.max(numberOf(row.mark), numberOf(row.next), numberOf(theirs), atStripe) + 1, new Date());
  const place = await placeOf(app.db);
  // Committed before ERPNext is told: should this end here, the next run finds everything held as it is now.
  await app.db.query("update restore_mark set next = $1", [to]);
  await askMark(app, { to, before: theirs });
  const accepted = found.filter(({ kind }) => kind === "order_unreadable").map(({ subject }) => subject);
  await transaction(app.db, async (client) => {
    if (row.erpnext_point !== null && row.held_side !== "postgresql") await lookAgain(app, client, row.erpnext_point);
    await client.query(
      `update restore_mark set mark = $1, next = null, met_at = now(), place = $2, accepted_orders = accepted_orders || $3::text[],
         held_since = null, held_side = null, held_reason = null, hub_point = null, erpnext_point = null`,
      [to, place, accepted],
    );
  });
}

/** Versions that the hub has reacted to, and that ERPNext forgot; and what people write in their place. */
async function lookAgain(app: FastifyInstance, client: pg.ClientBase, point: Date): Promise<void> {
  const from = new Date(point.getTime() - MARGIN_MS);
  const { rows } = await client.query<{ doctype: string; name: string }>(
    `insert into document_hint (doctype, name) select doctype, name from document_seen where seen_at >= $1 and doctype <> 'Deleted Document'
     on conflict (doctype, name) do update set hints = document_hint.hints + 1 returning doctype, name`,
    [from],
  );
  for (const document of rows) await app.workers.enqueue(client, CHANGED_QUEUE, subjectOf(document));
  await client.query("update document_watermark set modified = least(modified, $1), searched_at = null where modified is not null", [`${erpnextTime(from)}.000000`]);
}
