/**
 * A card kept for later, confirmed before the order: the hub makes the SetupIntent, the browser confirms it, and the hub looks again at
 * checkout. One checkout key has one Stripe customer and one SetupIntent, however often it is asked for.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { SetupIntentAnswer } from "@gigafibre/contracts/orders";
import { Refusal } from "../../plugins/problems.ts";
import { askStripe, refusedByStripe } from "./stripe.ts";

interface Kept {
  readonly stripe_customer: string;
  readonly setup_intent: string;
}

async function keptFor(app: FastifyInstance, checkoutKey: string): Promise<Kept | undefined> {
  const { rows } = await app.db.query<Kept>("select stripe_customer, setup_intent from checkout_setup_intent where idempotency_key = $1", [checkoutKey]);
  return rows[0];
}

/**
 * Makes, or finds again, the Stripe customer and SetupIntent of a checkout. Name and e-mail may be corrected: they are written onto the
 * customer each time, apart from its creation, so that a correction never meets Stripe's check on repeated keys.
 * @throws Refusal `stripe_unavailable`, asking again with the same key continues where this one stopped; `reconciling` while no order would be taken
 */
export async function setupIntentFor(app: FastifyInstance, checkoutKey: string, person: { name: string; email: string }): Promise<SetupIntentAnswer> {
  await app.restores.requireWhole();
  const metadata = { checkout_key: checkoutKey };
  // Apart from the creation, for it changes: that Stripe knows of a later moment than PostgreSQL tells of a restore.
  const touched = { ...person, metadata: app.restores.stamp() };
  const stripeKey = (part: string): string => `checkout-${part}-${createHash("sha256").update(checkoutKey).digest("hex")}`;
  return askStripe(async () => {
    const kept = await keptFor(app, checkoutKey);
    if (kept) {
      const [, intent] = await Promise.all([
        app.stripe.customers.update(kept.stripe_customer, touched),
        app.stripe.setupIntents.retrieve(kept.setup_intent),
      ]);
      return answer(intent.client_secret, kept);
    }
    const customer = await app.stripe.customers.create({ metadata }, { idempotencyKey: stripeKey("customer") });
    const [, intent] = await Promise.all([
      app.stripe.customers.update(customer.id, touched),
      app.stripe.setupIntents.create(
        { customer: customer.id, usage: "off_session", allowed_payment_method_types: ["card"], metadata },
        { idempotencyKey: stripeKey("setup-intent") },
      ),
    ]);
    await app.db.query(
      `insert into checkout_setup_intent (idempotency_key, stripe_customer, setup_intent) values ($1, $2, $3)
       on conflict (idempotency_key) do nothing`,
      [checkoutKey, customer.id, intent.id],
    );
    return answer(intent.client_secret, { stripe_customer: customer.id, setup_intent: intent.id });
  });
}

function answer(client_secret: string | null, { setup_intent, stripe_customer }: Kept): SetupIntentAnswer {
  if (client_secret === null) throw new Error(`SetupIntent ${setup_intent} has no client secret`);
  return { client_secret, setup_intent, stripe_customer_id: stripe_customer };
}

/**
 * Verifies with Stripe that the SetupIntent is the one the hub made for this checkout, that it succeeded, for that customer and that card.
 * That no other order uses it is the order's own transaction's to say.
 * @throws Refusal `card_not_confirmed`, or `stripe_unavailable` when Stripe cannot be asked.
 */
export async function verifySetupIntent(
  app: FastifyInstance,
  checkoutKey: string,
  claimed: { stripe_setup_intent: string; stripe_customer_id: string; stripe_payment_method: string },
): Promise<void> {
  const kept = await keptFor(app, checkoutKey);
  if (kept?.setup_intent !== claimed.stripe_setup_intent || kept.stripe_customer !== claimed.stripe_customer_id) {
    throw new Refusal("card_not_confirmed");
  }
  const intent = await askStripe(async () => {
    try {
      return await app.stripe.setupIntents.retrieve(claimed.stripe_setup_intent);
    } catch (error) {
      if (refusedByStripe(error)) throw new Refusal("card_not_confirmed", {}, error);
      throw error;
    }
  });
  const ours = intent.metadata?.["checkout_key"] === checkoutKey;
  const confirmed =
    intent.status === "succeeded" &&
    idOf(intent.customer) === claimed.stripe_customer_id &&
    idOf(intent.payment_method) === claimed.stripe_payment_method;
  if (!ours || !confirmed) throw new Refusal("card_not_confirmed");
}

function idOf(reference: string | { id: string } | null): string | undefined {
  return typeof reference === "string" ? reference : reference?.id;
}
