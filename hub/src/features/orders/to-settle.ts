/** Orders that wait for a person, and what each would have written. */
import type { FastifyInstance } from "fastify";
import { orderToSettle, QUEUE_LIMIT } from "@gigafibre/contracts/queues";
import type { orderWork, Queues } from "@gigafibre/contracts/queues";
import type { z } from "zod";
import { Refusal } from "../../plugins/problems.ts";
import { orderById, stepsOf, summaryById, workKey } from "./repository.ts";

export async function ordersToSettle(app: FastifyInstance): Promise<NonNullable<Queues["orders"]>> {
  const { rows } = await app.db.query<{ id: string; waiting: string }>(
    "select id, count(*) over () as waiting from order_intake where state = 'needs_attention' order by updated_at, id limit $1",
    [QUEUE_LIMIT],
  );
  const orders = await Promise.all(
    rows.map(async ({ id }) => {
      const [order, summary] = [await orderById(app.db, id), await summaryById(app.db, app.vault, id)];
      if (order?.state !== "needs_attention") return [];
      return orderToSettle.parse({
        ...summary,
        order_id: id,
        reason: order.attention_reason ?? "",
        attempt: order.attempt,
        stood: order.documents["job"] !== undefined,
        by_agent: order.by_agent,
        received_at: order.created_at.toISOString(),
        since: order.updated_at.toISOString(),
      });
    }),
  );
  return { waiting: Number(rows[0]?.waiting ?? 0), rows: orders.flat() };
}

/** @throws Refusal `order_not_found` */
export async function workOf(app: FastifyInstance, orderId: string): Promise<z.infer<typeof orderWork>> {
  const order = await orderById(app.db, orderId);
  if (!order) throw new Refusal("order_not_found");
  const steps = JSON.parse(JSON.stringify(await stepsOf(app.db, app.vault, orderId)), starred) as Record<string, unknown>[];
  return { order_id: orderId, key: workKey(order), steps };
}

const starred = (field: string, value: unknown): unknown => (/password/i.test(field) && typeof value === "string" && value !== "" ? "***" : value);
