import type { FastifyInstance } from "fastify";
import type { OrderStatus } from "@gigafibre/contracts/orders";
import { Refusal } from "../../plugins/problems.ts";
import { orderById, summaryById } from "./repository.ts";
import { isTokenOf } from "./verify.ts";

/**
 * What whoever holds the order's token sees of it.
 * @throws Refusal `order_not_found`, the same for an order that does not exist and for a token that is not its own
 */
export async function statusFor(app: FastifyInstance, orderId: string, authorization: string | undefined): Promise<OrderStatus> {
  const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "";
  if (!isTokenOf(app, orderId, token)) throw new Refusal("order_not_found");
  const order = await orderById(app.db, orderId);
  if (!order) throw new Refusal("order_not_found");
  const summary = await summaryById(app.db, app.vault, orderId);
  return {
    order_id: order.id,
    state: order.state,
    received_at: order.created_at.toISOString(),
    address_label: summary.address_label,
    on_request: order.on_request,
    customer_name: summary.customer_name,
    email: summary.email,
    preferred_dates: order.preferred_dates,
    scheduled_date: order.scheduled_date,
    monthly: [...summary.monthly],
    once: [...summary.once],
    monthly_cents: summary.monthly_cents,
    one_time_cents: summary.one_time_cents,
  };
}
