/** What is told about an order once its documents stand: to the customer, to dispatch, and to other systems. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { Message } from "../outbox/rows.ts";
import type { Order, OrderSummary } from "../orders/repository.ts";
import { tokenOf } from "../orders/repository.ts";
import { ofOrder } from "../payments/payable.ts";
import { paymentLink } from "../payments/payment-links.ts";
import { dispatchText } from "./chat-text.ts";
import { orderEmail } from "./order-email.ts";
import { orderSms } from "./sms-text.ts";
import type { ToldOrder } from "./told-order.ts";

const HOUR_MS = 3_600_000;
/** After so long a message would only confuse. */
export const WORTH_TELLING_HOURS = { sms: 24, email: 7 * 24, chat: 12, webhook: 3 * 24 } as const;

/** Where the customer follows their order. The token is in the fragment, which no server on the way is sent. */
export function orderUrl(publicUrl: string, { id, language }: Pick<ToldOrder, "id" | "language">, token: string): string {
  const page = language === "fr" ? "/commande" : "/en/order";
  return `${publicUrl.replace(/\/$/, "")}${page}/${id}#token=${token}`;
}

/** The messages of a created order, each with its own key. A payment link is made in the caller's transaction when one was asked for. */
export async function orderMessages(app: FastifyInstance, client: pg.ClientBase, order: Order, summary: OrderSummary): Promise<Message[]> {
  const wanted = summary.send_payment_link;
  const payUrl = wanted === null ? null : await paymentLink(app, client, ofOrder(order.id));
  const inSms = wanted === "sms" || wanted === "both" ? payUrl : null;
  const inEmail = wanted === "email" || wanted === "both" ? payUrl : null;
  const now = Date.now();
  const common = (kind: keyof typeof WORTH_TELLING_HOURS) => ({
    key: `order:${order.id}:${kind}`,
    subject: order.id,
    not_after: new Date(now + WORTH_TELLING_HOURS[kind] * HOUR_MS),
  });
  const statusUrl = orderUrl(app.config.PUBLIC_URL, order, tokenOf(app.vault, order.id));
  return [
    { ...common("sms"), kind: "sms", payload: { to: `+1${summary.phone}`, body: orderSms(order, inSms) } },
    {
      ...common("email"),
      kind: "email",
      payload: { to: summary.email, ...orderEmail(order, summary, { statusUrl, payUrl: inEmail, companyPhone: app.config.COMPANY_PHONE }) },
    },
    {
      ...common("chat"),
      kind: "chat",
      payload: {
        text: dispatchText(order, summary),
        link: { url: `${app.config.PUBLIC_URL.replace(/\/$/, "")}/ops`, label: "Ouvrir la répartition" },
      },
    },
    {
      ...common("webhook"),
      kind: "webhook",
      payload: {
        type: "order.created",
        created_at: new Date(now).toISOString(),
        // No personal data, and ERPNext names customers after themselves: whoever may see the person reads the job.
        data: {
          order_id: order.id,
          on_request: order.on_request,
          preferred_dates: order.preferred_dates,
          by_agent: order.by_agent !== null,
          municipality: summary.municipality,
          monthly_cents: summary.monthly_cents,
          one_time_cents: summary.one_time_cents,
          services: summary.monthly.map(({ sku, quantity }) => ({ sku, quantity })),
          dispatch_job: order.documents["job"] ?? null,
          project: order.documents["project"] ?? null,
          service_location: order.documents["location"] ?? null,
        },
      },
    },
  ];
}

/**
 * An order that a person must look at, told to dispatch.
 * @param cause tells this call from others of the same attempt
 */
export function attentionMessage(app: FastifyInstance, order: Pick<Order, "id" | "attempt">, why: string, cause = ""): Message {
  return {
    key: `order:${order.id}:attention:${order.attempt}:chat${cause && `:${cause}`}`,
    subject: order.id,
    not_after: new Date(Date.now() + WORTH_TELLING_HOURS.chat * HOUR_MS),
    kind: "chat",
    payload: {
      text: `Commande à traiter ${order.id}: ${why}`.slice(0, 500),
      link: { url: `${app.config.PUBLIC_URL.replace(/\/$/, "")}/ops`, label: "Ouvrir la répartition" },
    },
  };
}
