/** An accepted order becomes documents in ERPNext: one unit of work, tried with the same key and bytes until ERPNext has answered. */
import type { FastifyInstance } from "fastify";
import type { Committed } from "@gigafibre/contracts/unit-of-work";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { attentionMessage, orderMessages } from "../messages/order-messages.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { ATTENTION } from "./attention-job.ts";
import { DUPLICATES } from "./duplicates-job.ts";
import { documentsOf, markCreated, markNeedsAttention, orderById, stepsOf, summaryById, unfinishedOrders, workKey } from "./repository.ts";
import type { Order } from "./repository.ts";

export const CREATE_DOCUMENTS = "orders";

/** Few at once: naming series and the Task tree are locked in ERPNext until each commits. */
const CONCURRENCY = 3;

const FAILING_FOR_MS = 10 * 60_000;

/**
 * ERPNext numbers people of one name by looking who is there: of two at once, one finds the name taken, and is numbered anew when sent again.
 * A name that is still taken after this long is not a race.
 */
const OVERTAKEN_FOR_MS = 20_000;

/** Registers the queue. A lost answer, an ERPNext that is away and a deadlock are all tried again, for ever, with the same key. */
export async function createDocumentsJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: CREATE_DOCUMENTS,
    concurrency: CONCURRENCY,
    retrySeconds: 1,
    maxRetrySeconds: 15,
    work: (orderId) => createDocuments(app, orderId),
    unfinished: () => unfinishedOrders(app.db),
  });
}

async function createDocuments(app: FastifyInstance, orderId: string): Promise<void> {
  reached("order.job_started", orderId);
  const order = await orderById(app.db, orderId);
  if (order?.state !== "received") return;
  const steps = await stepsOf(app.db, app.vault, orderId);
  reached("order.before_commit_call", orderId);
  let answer: Committed;
  try {
    answer = await app.erpnext.commit({ key: workKey(order), ...(order.by_agent ? { on_behalf_of: order.by_agent } : {}), steps });
  } catch (error) {
    if (!(error instanceof ErpnextRefused) || !isAboutTheOrder(error, order)) throw error;
    await needsAttention(app, order, reasonOf(error));
    return;
  }
  reached("order.after_commit_answer", orderId);
  await noteCreated(app, order, answer);
}

/**
 * Whether the refusal is the order's. A name that somebody else took in the same moment passes. Without a failed step, a refused key or a missing endpoint says nothing of it, and passes; a failure of
 * ERPNext's own (500) may pass, and is put before people when it has not.
 */
function isAboutTheOrder(error: ErpnextRefused, order: Order): boolean {
  const waited = Date.now() - order.updated_at.getTime();
  if (error.step?.exc_type === "DuplicateEntryError") return waited > OVERTAKEN_FOR_MS;
  if (error.step !== undefined) return true;
  if (error.status === 500) return waited > FAILING_FOR_MS;
  return ![401, 403, 404].includes(error.status);
}

function reasonOf(error: ErpnextRefused): string {
  const { step } = error;
  const text = step ? `${step.exc_type}: ${step.op} ${step.doctype}: ${step.message}` : `${error.exc_type}: ${error.message}`;
  return text.slice(0, 2_000);
}

/**
 * Notes, in one local transaction, that the documents stand, and what follows from it. Only now may anybody be told.
 * Done once however often it is called.
 */
export async function noteCreated(app: FastifyInstance, order: Order, answer: Committed): Promise<void> {
  const documents = documentsOf(answer);
  const summary = await summaryById(app.db, app.vault, order.id);
  reached("order.created_tx_begun", order.id);
  await transaction(app.db, async (client) => {
    if (!(await markCreated(client, order, documents))) return;
    await recordEvent(client, { key: `order:${order.id}:created`, kind: "order.created", doctype: "Dispatch Job", name: documents["job"] ?? order.id });
    for (const message of await orderMessages(app, client, { ...order, documents }, summary)) await put(app, client, message);
    if (!summary.existing_customer) await app.workers.enqueue(client, DUPLICATES, order.id);
  });
  reached("order.created_committed", order.id);
  app.workers.wake(OUTBOX);
  app.workers.wake(DUPLICATES);
}

/** ERPNext said no and kept nothing. The port stays held and people are told; the customer sees that we are on it. */
async function needsAttention(app: FastifyInstance, order: Order, reason: string): Promise<void> {
  app.log.warn({ order: order.id, reason }, "ERPNext refused an order");
  await transaction(app.db, async (client) => {
    if (!(await markNeedsAttention(client, order, reason))) return;
    const key = `${workKey(order)}:needs_attention`;
    await recordEvent(client, { key, kind: "order.needs_attention", doctype: "Order", name: order.id });
    await put(app, client, attentionMessage(app, order, `ERPNext l'a refusée. ${reason}`));
    await app.workers.enqueue(client, ATTENTION, order.id);
  });
  reached("order.attention_committed", order.id);
  app.workers.wake(ATTENTION);
  app.workers.wake(OUTBOX);
}
