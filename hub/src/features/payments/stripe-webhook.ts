import type { FastifyInstance } from "fastify";
import type Stripe from "stripe";
import { z } from "zod";
import { problem } from "@gigafibre/contracts/problems";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { CHARGES } from "./charges.ts";
import { LINK_PAYMENTS } from "./link-payments.ts";
import { DISPUTES, REFUNDS } from "./refunds.ts";

type Said = Readonly<Record<string, unknown>>;
interface Work {
  readonly queue: string;
  readonly subject: string;
}

const textOf = (said: unknown, field: string): string => {
  const value = typeof said === "object" && said !== null ? (said as Said)[field] : undefined;
  return typeof value === "string" ? value : "";
};
const work = (queue: string, subject: string): Work[] => (subject === "" ? [] : [{ queue, subject }]);
const session = (said: Said): Work[] => work(LINK_PAYMENTS, textOf(said, "id"));
const invoice = (said: Said): Work[] => work(CHARGES, textOf(said["metadata"], "sales_invoice"));
const refunded = (said: Said): Work[] => work(REFUNDS, textOf(said, "payment_intent"));
const dispute = (said: Said): Work[] => work(DISPUTES, textOf(said, "id"));

/** What each event leads to. All else that it says is fetched again. */
const LEADS_TO: Readonly<Record<string, (said: Said) => Work[]>> = {
  "checkout.session.completed": session,
  "checkout.session.async_payment_succeeded": session,
  // A page's payment is its session's; a saved card's names its invoice.
  "payment_intent.succeeded": (said) => (textOf(said["metadata"], "sales_invoice") === "" ? [] : [...work(LINK_PAYMENTS, textOf(said, "id")), ...invoice(said)]),
  "payment_intent.payment_failed": invoice,
  "charge.refunded": refunded,
  "refund.created": refunded,
  "refund.updated": refunded,
  "refund.failed": refunded,
  "charge.dispute.created": dispute,
  "charge.dispute.closed": dispute,
};

/** Events that something follows from; Stripe has to be told to send them. */
export const FOLLOWED_EVENTS: readonly string[] = Object.keys(LEADS_TO);

/** `POST /webhooks/stripe`: each event is noted once and acted upon afterwards, so that Stripe is answered at once. */
export async function stripeWebhook(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers();
  // The signature is over the bytes that were sent.
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  app.post(
    "/webhooks/stripe",
    {
      config: { access: "webhook" },
      schema: {
        tags: ["payments"],
        summary: "Stripe says that something happened",
        description: "An event signed by `Stripe-Signature`. 200 { received: true } once it is noted, again for one noted before; 401 `bad_signature` when it is not signed.",
        response: { 200: z.object({ received: z.literal(true) }), 401: problem },
      },
    },
    async (request) => {
      const event = verified(app, request.body, request.headers["stripe-signature"]);
      const follows = LEADS_TO[event.type]?.(event.data.object as unknown as Said) ?? [];
      await transaction(app.db, async (client) => {
        const { rowCount } = await client.query("insert into webhook_seen (source, id) values ('stripe', $1) on conflict do nothing", [event.id]);
        if (rowCount !== 1) return;
        for (const { queue, subject } of follows) await app.workers.enqueue(client, queue, subject);
      });
      for (const { queue } of follows) app.workers.wake(queue);
      return { received: true as const };
    },
  );
}

function verified(app: FastifyInstance, body: unknown, signature: string | string[] | undefined): Stripe.Event {
  try {
    return app.stripe.webhooks.constructEvent(Buffer.isBuffer(body) ? body : "", String(signature ?? ""), app.config.STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    throw new Refusal("bad_signature", {}, error);
  }
}
