/** Orders here and in ERPNext: each key that landed has its order here, and each order that is called created has its key there. */
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { Committed } from "@gigafibre/contracts/unit-of-work";
import { activationOf } from "../activation/repository.ts";
import { noteCreated } from "../orders/create-job.ts";
import { writeIssue } from "../orders/attention-job.ts";
import { DUPLICATES } from "../orders/duplicates-job.ts";
import { documentsOf, orderById, stepsOf, workKey } from "../orders/repository.ts";
import type { Order, OrderDocuments } from "../orders/repository.ts";
import type { Comparison } from "./comparison.ts";
import { reasonOf } from "./comparison.ts";
import { restoreRow } from "./hold.ts";
import { rebuild } from "./rebuild.ts";
import type { LandedKey } from "./rebuild.ts";

export async function compareOrders(comparison: Comparison): Promise<void> {
  const { app, since } = comparison;
  const landed = await landedKeys(comparison);
  const { rows } = await app.db.query<{ id: string }>(
    `select id from order_intake where id = any($1) or created_at >= $2 or updated_at >= $2 or state in ('received', 'needs_attention') order by created_at`,
    [[...landed.keys()], since],
  );
  const here = new Set(rows.map(({ id }) => id));
  // In the order in which they came: people are named after who was there before.
  for (const { id } of rows) {
    const order = await orderById(app.db, id);
    if (order) await compareOrder(comparison, order, landed.get(id));
  }
  // What a person has accepted as it is, and another hub's orders that stood there before this one came.
  const accepted = new Set((await restoreRow(app.db)).accepted_orders);
  for (const [id, key] of landed) if (!here.has(id) && !accepted.has(id)) await rebuild(comparison, id, key);
}

/** The orders' keys that landed since, by order, oldest first. */
async function landedKeys({ app, sinceLocal }: Comparison): Promise<Map<string, LandedKey>> {
  const keys = await app.erpnext.list<LandedKey>("Unit of Work", {
    fields: ["key", "creation", "on_behalf_of"],
    filters: [
      ["key", "like", "order:%"],
      ["creation", ">=", sinceLocal],
    ],
    order_by: "creation asc",
  });
  return new Map(keys.flatMap((row) => (/^order:([^#:]+)#\d+$/.exec(row.key) ? [[row.key.slice("order:".length, row.key.indexOf("#")), row] as const] : [])));
}

async function compareOrder(comparison: Comparison, order: Order, landed: LandedKey | undefined): Promise<void> {
  const { app } = comparison;
  const unfinished = order.state === "received" || order.state === "needs_attention";
  const answer = await app.erpnext.find(landed?.key ?? workKey(order));
  if (unfinished && answer) return noteLanded(comparison, order, answer);
  if (order.state === "received" && comparison.hubForgot) return finish(comparison, order);
  if (order.state === "needs_attention") return issueOf(comparison, order);
  // Where the key stands, whatever became of the documents was people's doing.
  if (!unfinished && !answer && order.state !== "cancelled") await driveAgain(comparison, order);
}

/** ERPNext took it, and this database does not know: under which attempt, the key says. */
async function noteLanded(comparison: Comparison, order: Order, answer: Committed): Promise<void> {
  const { app, apply, hubForgot } = comparison;
  // Its own job replays the key and tells people, for nobody was told.
  if (!hubForgot && order.state === "received") return;
  const attempt = Number(answer.key.slice(answer.key.indexOf("#") + 1));
  if (apply) {
    await app.db.query("update order_intake set attempt = $2 where id = $1", [order.id, attempt]);
    await noteCreated(app, { ...order, attempt }, answer);
  }
  comparison.note("order_noted", order.id);
}

/** Received before the backup, and perhaps created and told since, in what ERPNext lost: it is finished here, so that what is told is looked up. */
async function finish(comparison: Comparison, order: Order): Promise<void> {
  await commitAgain(comparison, order, async (answer) => {
    await noteCreated(comparison.app, order, answer);
    comparison.note("order_noted", order.id);
  });
}

async function driveAgain(comparison: Comparison, order: Order): Promise<void> {
  const { app } = comparison;
  if ((await stepsOf(app.db, app.vault, order.id)).length === 0) return comparison.note("order_without_steps", order.id);
  await commitAgain(comparison, order, async (answer) => {
    const documents = documentsOf(answer);
    await transaction(app.db, async (client) => {
      await client.query("update order_intake set state = 'created', documents = $2, updated_at = now() where id = $1", [order.id, JSON.stringify(documents)]);
      await app.workers.enqueue(client, DUPLICATES, order.id);
    });
    comparison.note("order_redriven", order.id, renamed(order.documents, documents));
    // A visit that was completed, and what followed from it, is compared next.
    if (await activationOf(app.db, order.id)) return;
    if (order.state !== "created" || order.scheduled_date !== null) comparison.note("visit_lost", order.id, order.scheduled_date ?? order.state);
  });
}

/** The frozen steps under the same key, and what follows when ERPNext takes them. */
async function commitAgain(comparison: Comparison, order: Order, then: (answer: Committed) => Promise<void>): Promise<void> {
  const { app, apply } = comparison;
  if (!apply) return comparison.note("order_redriven", order.id);
  try {
    const steps = await stepsOf(app.db, app.vault, order.id);
    await then(await app.erpnext.commit({ key: workKey(order), ...(order.by_agent ? { on_behalf_of: order.by_agent } : {}), steps }));
  } catch (error) {
    if (!(error instanceof ErpnextRefused)) throw error;
    const reason = error.step ? `${error.step.exc_type}: ${error.step.op} ${error.step.doctype}: ${error.step.message}` : reasonOf(error);
    await app.db.query("update order_intake set state = 'needs_attention', attention_reason = $2, updated_at = now() where id = $1", [order.id, reason.slice(0, 2_000)]);
    comparison.note("order_refused", order.id, reason);
  }
}

/** The documents that have other names now, for whoever knew the old ones. */
function renamed(before: OrderDocuments, after: OrderDocuments): string {
  const named = ["customer", "location", "project", "job", "invoice"].flatMap((label) => {
    const [old, name] = [before[label], after[label]];
    return old !== undefined && name !== undefined && old !== name ? [`${old} → ${name}`] : [];
  });
  return named.length === 0 ? "" : ` (${named.join(", ")})`;
}

/** An order that waits for a person has its Issue. */
async function issueOf(comparison: Comparison, order: Order): Promise<void> {
  const { app, apply } = comparison;
  const label = `issue_${order.attempt}`;
  if (order.documents[label] === undefined || (await app.erpnext.find(`${workKey(order)}:issue`))) return;
  if (apply) {
    await app.db.query("update order_intake set documents = documents - $2::text where id = $1", [order.id, label]);
    await writeIssue(app, order.id);
  }
  comparison.note("issue_written", order.id);
}
