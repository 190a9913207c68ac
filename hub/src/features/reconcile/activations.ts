/** Services that went live, here and in ERPNext: after the orders, whose visits they are; before the money that was paid for them. */
import type { Committed } from "@gigafibre/contracts/unit-of-work";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { activateAgain, completeAgain } from "../activation/again.ts";
import { activationKey, noteLive } from "../activation/activate-job.ts";
import { CannotActivate } from "../activation/activation-facts.ts";
import { activationOf, begin, moveToVisits, noteForgotten, noteWhenLive } from "../activation/repository.ts";
import type { Activation } from "../activation/repository.ts";
import { followInvoice } from "../payments/charges.ts";
import { orderById } from "../orders/repository.ts";
import type { Order } from "../orders/repository.ts";
import { instantOf, reasonOf, textOf } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";

const KEY = /^activate:([^:]+)$/;

interface Pair {
  readonly order: Order;
  readonly activation: Activation;
  readonly job: ErpnextDocument | null;
  /** The visit is the one that was completed, and not one that was written again with its order. */
  readonly same: boolean;
}

export async function compareActivations(comparison: Comparison): Promise<void> {
  const { app, apply, sinceLocal } = comparison;
  const keys = await app.erpnext.list<{ key: string }>("Unit of Work", {
    fields: ["key"],
    filters: [
      ["key", "like", "activate:%"],
      ["creation", ">=", sinceLocal],
    ],
    order_by: "creation asc",
  });
  const landed = new Set(keys.map(({ key }) => key));
  if (comparison.hubForgot) for (const key of landed) await noteLanded(comparison, key);

  const pairs = await pairsOf(comparison);
  const moved = pairs.flatMap(({ order, job, same }) => (job && !same ? [{ order_id: order.id, job: job.name, location: textOf(job, "service_location") || null }] : []));
  if (apply && moved.length > 0) await transaction(app.db, (client) => moveToVisits(client, moved));
  for (const { order, job } of pairs) {
    const activation = await activationOf(app.db, order.id);
    if (!activation) continue;
    const key = activationKey({ job: job?.name ?? activation.job });
    if (job && (landed.has(key) || (await app.erpnext.find(key)))) continue;
    if (activation.state === "live" || textOf(job, "status") !== "Completed") await driveAgain(comparison, order, activation, job);
  }
}

/** Those that wait, and those that went live since, in the order in which they were completed. */
async function pairsOf({ app, since }: Comparison): Promise<Pair[]> {
  const { rows } = await app.db.query<{ order_id: string }>(
    `select order_id from activation join order_intake on order_intake.id = order_id
     where (activation.state = 'waiting' or live_at >= $1) and order_intake.state <> 'cancelled' order by completed_at`,
    [since],
  );
  const pairs: Pair[] = [];
  for (const { order_id } of rows) {
    const [order, activation] = [await orderById(app.db, order_id), await activationOf(app.db, order_id)];
    if (!order || !activation) continue;
    const known = await visitOf(app.erpnext.get("Dispatch Job", activation.job), order);
    const job = known ?? (await visitOf(app.erpnext.get("Dispatch Job", order.documents["job"] ?? ""), order));
    pairs.push({ order, activation, job, same: known !== null && instantOf(textOf(known, "creation")) <= activation.completed_at });
  }
  return pairs;
}

/** A name that went to another order since is not its visit. */
async function visitOf(asked: Promise<ErpnextDocument | null>, order: Order): Promise<ErpnextDocument | null> {
  const job = await asked;
  return textOf(job, "order_id") === order.id ? job : null;
}

/** ERPNext has it, and this database forgot: what follows from it is done here, from the answer that its key was given. */
async function noteLanded(comparison: Comparison, key: string): Promise<void> {
  const { app, apply } = comparison;
  const job = await app.erpnext.get("Dispatch Job", KEY.exec(key)?.[1] ?? "");
  const order = job ? await orderById(app.db, textOf(job, "order_id")) : undefined;
  if (!job || !order || (await activationOf(app.db, order.id))?.state === "live") return;
  const answer = await app.erpnext.find(key);
  // Somebody else's key.
  if (!answer) return;
  if (apply) await noteHere(comparison, order, job, answer);
  comparison.note("activation_noted", order.id);
}

async function noteHere({ app }: Comparison, order: Order, job: ErpnextDocument, answer: Committed): Promise<void> {
  const location = textOf(job, "service_location") || null;
  const place = location === null ? null : await app.erpnext.get("Service Location", location);
  await transaction(app.db, async (client) => {
    await begin(client, { order_id: order.id, job: job.name, location, completed_by: textOf(job, "modified_by") || null });
    await noteWhenLive(client, order.id, textOf(place, "activated_on") || null);
  });
  const activation = await activationOf(app.db, order.id);
  if (activation) await noteLive(app, order, activation, answer);
}

async function driveAgain(comparison: Comparison, order: Order, activation: Activation, job: ErpnextDocument | null): Promise<void> {
  const { app, apply } = comparison;
  const live = activation.state === "live";
  const kind = live ? "activation_redriven" : "visit_completed";
  if (!apply) return comparison.note(kind, order.id, activation.activated_on ?? "");
  try {
    if (!job) throw new CannotActivate(`Dispatch Job ${activation.job}?`);
    const visit = await completeAgain(app, activation, job);
    const answer = live ? await activateAgain(app, order, activation, job.name) : undefined;
    const invoice = answer?.documents.find(({ doctype }) => doctype === "Sales Invoice")?.name;
    const before = order.documents["invoice"];
    await transaction(app.db, async (client) => {
      await client.query("update order_intake set state = $2, documents = documents || $3, updated_at = now() where id = $1", [
        order.id,
        live ? "live" : "awaiting_proof",
        JSON.stringify(invoice === undefined ? {} : { invoice }),
      ]);
      if (before !== undefined && invoice !== undefined) await followInvoice(client, { id: order.id, job: job.name }, before, invoice);
    });
    comparison.note(kind, order.id, activation.activated_on ?? "");
    if (visit) comparison.note("visit_entries_lost", order.id, activation.completed_by ?? "");
  } catch (error) {
    if (!(error instanceof ErpnextRefused || error instanceof CannotActivate || error instanceof Refusal)) throw error;
    const reason = error instanceof ErpnextRefused && error.step ? `${error.step.op} ${error.step.doctype}: ${error.step.message}` : reasonOf(error);
    await transaction(app.db, async (client) => {
      await noteForgotten(client, order.id, reason);
      await client.query("update order_intake set state = 'awaiting_proof', updated_at = now() where id = $1", [order.id]);
    });
    comparison.note("activation_refused", order.id, reason);
  }
}
