/** An order that needed attention, tried again after a person has mended the cause. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { transaction } from "../../plugins/database.ts";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { CREATE_DOCUMENTS, noteCreated } from "./create-job.ts";
import { beginNextAttempt, orderById, workKey } from "./repository.ts";
import type { Order } from "./repository.ts";

/**
 * Begins the next attempt under a new key, but only once ERPNext has said that the present key never landed; if it did, its documents are
 * the order's. An order that waits for its proof is looked at again; any other is left as it is.
 * @throws Refusal `order_not_found`, or `erpnext_unavailable` when ERPNext cannot be asked
 */
export async function retryOrder(app: FastifyInstance, orderId: string): Promise<Order> {
  const order = await orderById(app.db, orderId);
  if (!order) throw new Refusal("order_not_found");
  if (order.state === "awaiting_proof") {
    await app.activation.lookAgain(orderId);
    await transaction(app.db, (client) => tellRetried(client, order));
    return order;
  }
  if (order.state !== "needs_attention") return order;
  let landed;
  try {
    landed = await app.erpnext.find(workKey(order));
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  }
  if (landed) {
    await noteCreated(app, order, landed);
    await transaction(app.db, (client) => tellRetried(client, order));
  } else {
    await transaction(app.db, async (client) => {
      if (!(await beginNextAttempt(client, order))) return;
      await app.workers.enqueue(client, CREATE_DOCUMENTS, orderId);
      await tellRetried(client, order);
    });
    app.workers.wake(CREATE_DOCUMENTS);
  }
  return (await orderById(app.db, orderId)) ?? order;
}

const tellRetried = (client: pg.ClientBase, { id, attempt }: Order): Promise<void> =>
  recordEvent(client, { key: `order:${id}:retried:${attempt}:${Date.now()}`, kind: "order.retried", doctype: "Order", name: id });
