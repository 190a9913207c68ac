/** An order that needed attention, tried again after a person has mended the cause. */
import type { FastifyInstance } from "fastify";
import { transaction } from "../../plugins/database.ts";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { CREATE_DOCUMENTS, noteCreated } from "./create-job.ts";
import { beginNextAttempt, orderById, workKey } from "./repository.ts";
import type { Order } from "./repository.ts";

/**
 * Begins the next attempt under a new key, but only once ERPNext has said that the present key never landed; if it did, its documents are
 * the order's. An order that does not need attention is left as it is.
 * @throws Refusal `order_not_found`, or `erpnext_unavailable` when ERPNext cannot be asked
 */
export async function retryOrder(app: FastifyInstance, orderId: string): Promise<Order> {
  const order = await orderById(app.db, orderId);
  if (!order) throw new Refusal("order_not_found");
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
  } else {
    await transaction(app.db, async (client) => {
      if (await beginNextAttempt(client, order)) await app.workers.enqueue(client, CREATE_DOCUMENTS, orderId);
    });
    app.workers.wake(CREATE_DOCUMENTS);
  }
  return (await orderById(app.db, orderId)) ?? order;
}
