/**
 * Money given back by Stripe, and cards let go. A refund is asked for once: Stripe is asked first for one of the same key, for it forgets the keys
 * of requests after a day. Its Payment Entry follows from Stripe's word of it, as of any refund.
 */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type Stripe from "stripe";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { raise } from "../issues/raise.ts";
import { REFUNDS } from "./refunds.ts";
import { askStripe, refusedByStripe } from "./stripe.ts";

export const GIVE_BACK = "give-back";
export const CARD_RELEASES = "card-releases";

export interface GiveBack {
  readonly key: string;
  readonly order_id: string;
  readonly payment_intent: string;
  readonly amount_cents: number;
  readonly credit_note: string | null;
}

/** In the transaction of what it follows from. */
export async function giveBack(app: FastifyInstance, client: pg.ClientBase, due: GiveBack): Promise<void> {
  const { rowCount } = await client.query(
    "insert into give_back (key, order_id, payment_intent, amount_cents, credit_note) values ($1, $2, $3, $4, $5) on conflict do nothing",
    [due.key, due.order_id, due.payment_intent, due.amount_cents, due.credit_note],
  );
  if (rowCount === 1) await app.workers.enqueue(client, GIVE_BACK, due.key);
}

export async function releaseCard(app: FastifyInstance, client: pg.ClientBase, paymentMethod: string): Promise<void> {
  await client.query("insert into card_release (payment_method) values ($1) on conflict do nothing", [paymentMethod]);
  await app.workers.enqueue(client, CARD_RELEASES, paymentMethod);
}

export async function giveBackJobs(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: GIVE_BACK,
    concurrency: 2,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (key) => give(app, key),
    async unfinished() {
      const { rows } = await app.db.query<{ key: string }>("select key from give_back where refund is null and attention_reason is null order by created_at limit 500");
      return rows.map(({ key }) => key);
    },
  });
  await app.workers.add({
    queue: CARD_RELEASES,
    concurrency: 1,
    retrySeconds: 5,
    maxRetrySeconds: 300,
    work: (paymentMethod) => letGo(app, paymentMethod),
    async unfinished() {
      const { rows } = await app.db.query<{ payment_method: string }>("select payment_method from card_release where released_at is null order by created_at limit 500");
      return rows.map(({ payment_method }) => payment_method);
    },
  });
}

async function give(app: FastifyInstance, key: string): Promise<void> {
  const { rows } = await app.db.query<GiveBack>("select key, order_id, payment_intent, amount_cents, credit_note from give_back where key = $1 and refund is null and attention_reason is null", [key]);
  const [due] = rows;
  if (!due) return;
  const { payment_intent, amount_cents: amount, order_id } = due;
  let refund: Stripe.Refund;
  try {
    refund = await askStripe(async () => {
      const made = await app.stripe.refunds.list({ payment_intent, limit: 100 }).autoPagingToArray({ limit: 1_000 });
      const metadata = { give_back: key, order_id };
      return made.find((each) => each.metadata?.["give_back"] === key) ?? app.stripe.refunds.create({ payment_intent, amount, metadata }, { idempotencyKey: `give-back:${key}` });
    });
  } catch (error) {
    if (!refusedByStripe(error)) throw error;
    await raise(app, `give-back:${key}`, {
      subject: `Remboursement à faire ${order_id}`,
      order_id,
      lines: [`Stripe n'a pas remboursé ${dollarsFromCents(amount).toFixed(2)} $ du paiement ${payment_intent}: ${error.message}`, "Rien n'a été rendu au client: remboursez-le autrement, et inscrivez-le dans ERPNext."],
    });
    await app.db.query("update give_back set attention_reason = $2 where key = $1", [key, error.message.slice(0, 2_000)]);
    return;
  }
  reached("refund.made", key);
  await transaction(app.db, async (client) => {
    await client.query("update give_back set refund = $2 where key = $1", [key, refund.id]);
    // Should Stripe's word of it be lost, it is entered all the same.
    await app.workers.enqueue(client, REFUNDS, payment_intent);
  });
  app.workers.wake(REFUNDS);
}

async function letGo(app: FastifyInstance, paymentMethod: string): Promise<void> {
  try {
    await askStripe(() => app.stripe.paymentMethods.detach(paymentMethod));
  } catch (error) {
    // Nobody's any more, or never there.
    if (!refusedByStripe(error)) throw error;
  }
  await app.db.query("update card_release set released_at = now() where payment_method = $1", [paymentMethod]);
}
