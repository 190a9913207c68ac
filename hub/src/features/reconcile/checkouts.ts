/** Cards that were confirmed for a checkout which PostgreSQL forgot. */
import { askStripe } from "../payments/stripe.ts";
import type { Comparison } from "./comparison.ts";

export async function compareCheckouts(comparison: Comparison): Promise<void> {
  if (!comparison.hubForgot) return;
  const { app, apply, sinceSeconds } = comparison;
  const intents = await askStripe(() => app.stripe.setupIntents.list({ created: { gte: sinceSeconds }, limit: 100 }).autoPagingToArray({ limit: 10_000 }));
  for (const intent of intents) {
    const key = intent.metadata?.["checkout_key"];
    const customer = typeof intent.customer === "string" ? intent.customer : intent.customer?.id;
    if (!key || customer === undefined) continue;
    const { rowCount: kept } = await app.db.query("select 1 from checkout_setup_intent where idempotency_key = $1 or setup_intent = $2", [key, intent.id]);
    if (!kept) {
      // Whoever is still on the page goes on with the card they entered.
      if (apply) {
        await app.db.query("insert into checkout_setup_intent (idempotency_key, stripe_customer, setup_intent) values ($1, $2, $3)", [key, customer, intent.id]);
      }
      comparison.note("card_key_restored", intent.id);
    }
    const { rowCount: ordered } = await app.db.query("select 1 from order_intake where idempotency_key = $1 or stripe_setup_intent = $2", [key, intent.id]);
    const rebuilding = !apply && comparison.found.some(({ kind }) => kind === "order_rebuilt");
    if (intent.status === "succeeded" && !ordered && !rebuilding) comparison.note("checkout_lost", intent.id, new Date(intent.created * 1000).toISOString());
  }
}
