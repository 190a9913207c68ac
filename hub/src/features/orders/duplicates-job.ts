/**
 * Whether a new customer may be somebody we know. The public never learns who exists, so an order always makes its own Customer; ops find the
 * likely other one noted on it.
 */
import type { FastifyInstance } from "fastify";
import { phoneSpellings } from "../leads/lead-steps.ts";
import { orderById, summaryById } from "./repository.ts";

export const DUPLICATES = "orders-duplicates";

export async function duplicatesJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: DUPLICATES,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (orderId) => noteDuplicate(app, orderId),
    // A note for ops, asked for in the transaction that made it due: its job is all there is of it.
    unfinished: () => Promise.resolve([]),
  });
}

async function noteDuplicate(app: FastifyInstance, orderId: string): Promise<void> {
  const order = await orderById(app.db, orderId);
  const customer = order?.documents["customer"];
  if (!customer) return;
  const { email, phone } = await summaryById(app.db, app.vault, orderId);
  // The oldest who shares either. When that is the order's own, whoever came after has the note.
  const [oldest] = await app.erpnext.list<{ name: string }>("Customer", {
    or_filters: [
      ["email_id", "=", email],
      ["mobile_no", "in", phoneSpellings(phone)],
    ],
    order_by: "creation asc",
    limit: 1,
  });
  if (!oldest || oldest.name === customer) return;
  await app.erpnext.commit({
    key: `order:${orderId}:duplicate`,
    steps: [{ op: "update", doctype: "Customer", name: customer, values: { possible_duplicate_of: oldest.name } }],
  });
}
