import type { FastifyInstance } from "fastify";
import type Stripe from "stripe";
import { z } from "zod";
import { problem } from "@gigafibre/contracts/problems";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { LINK_PAYMENTS } from "./link-payments.ts";

/** Events that something follows from; Stripe has to be told to send them. */
export const PAID: ReadonlySet<string> = new Set(["checkout.session.completed", "checkout.session.async_payment_succeeded"]);

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
      await transaction(app.db, async (client) => {
        const { rowCount } = await client.query("insert into webhook_seen (source, id) values ('stripe', $1) on conflict do nothing", [event.id]);
        if (rowCount === 1 && PAID.has(event.type)) await app.workers.enqueue(client, LINK_PAYMENTS, (event.data.object as Stripe.Checkout.Session).id);
      });
      app.workers.wake(LINK_PAYMENTS);
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
