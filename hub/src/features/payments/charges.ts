/** The charge of an invoice to the card on file: what is kept of it. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { transaction } from "../../plugins/database.ts";

export const CHARGES = "charges";

export type ChargeState = "waiting" | "held" | "confirming" | "charged" | "declined" | "not_charged";

/** Why a charge is held: until a person says that the work is good, what was paid on site is settled by the office, or the books have an account for it. */
export type Hold = "no_signature" | "draft_payment" | "no_account";

export interface InvoiceCharge {
  readonly invoice: string;
  /** null: no order of ours made it. */
  readonly order_id: string | null;
  /** The installation whose signature it waits for; empty where a person asked for it. */
  readonly job: string;
  readonly state: ChargeState;
  readonly reason: string | null;
  readonly released_by: string | null;
  readonly payment_intent: string | null;
  readonly amount_cents: number | null;
  readonly told_decline: string | null;
}

type Connection = pg.ClientBase | pg.Pool;

const COLUMNS = "invoice, order_id, job, state, reason, released_by, payment_intent, amount_cents, told_decline";

/** Why the charges of a cancelled order are not made: no other state follows. */
const CANCELLED = "cancelled";

export const OPEN_CHARGES = "('waiting', 'confirming')";

export async function chargeOf(db: Connection, invoice: string): Promise<InvoiceCharge | undefined> {
  const { rows } = await db.query<InvoiceCharge>(`select ${COLUMNS} from invoice_charge where invoice = $1`, [invoice]);
  return rows[0];
}

/** Asks for the invoice's charge in the caller's transaction, once. */
export async function askForCharge(app: FastifyInstance, client: pg.ClientBase, charge: Pick<InvoiceCharge, "invoice" | "order_id" | "job">): Promise<void> {
  const { rowCount } = await client.query("insert into invoice_charge (invoice, order_id, job) values ($1, $2, $3) on conflict do nothing", [
    charge.invoice,
    charge.order_id,
    charge.job,
  ]);
  if (rowCount === 1) await app.workers.enqueue(client, CHARGES, charge.invoice);
}

/** While it lasts nobody is asked to pay the order; whoever locks the order's row first goes first. */
async function isBeingCancelled(client: pg.ClientBase, orderId: string | null): Promise<boolean> {
  const { rows } = await client.query<{ ending: boolean }>("select cancellation is not null and state <> 'cancelled' as ending from order_intake where id = $1 for share", [orderId]);
  return rows[0]?.ending ?? false;
}

/** A person asks for an invoice's charge, once; one that came to nothing is looked at again. @returns false for an order that is being cancelled */
export async function chargeAtWord(app: FastifyInstance, client: pg.ClientBase, { invoice, order_id, user }: { readonly invoice: string; readonly order_id: string | null; readonly user: string }): Promise<boolean> {
  if (await isBeingCancelled(client, order_id)) return false;
  const { rowCount } = await client.query(
    `insert into invoice_charge (invoice, order_id, job, released_by) values ($1, (select id from order_intake where id = $2), '', $3)
     on conflict (invoice) do update set state = 'waiting', reason = null, released_by = excluded.released_by, looked_at = null, updated_at = now()
     where invoice_charge.state = 'not_charged' and invoice_charge.reason is distinct from '${CANCELLED}'`,
    [invoice, order_id, user],
  );
  if (rowCount === 1) await app.workers.enqueue(client, CHARGES, invoice);
  return rowCount === 1 || (await chargeOf(client, invoice))?.reason !== CANCELLED;
}

/** Something that held charges back has changed. */
export async function lookAtHeld(app: FastifyInstance, of: { readonly job: string } | { readonly hold: Hold }): Promise<void> {
  await transaction(app.db, async (client) => {
    const { rows } = await client.query<{ invoice: string }>(
      "update invoice_charge set looked_at = null where state = 'held' and (job = $1 or reason = $2) returning invoice",
      ["job" in of ? of.job : null, "hold" in of ? of.hold : null],
    );
    for (const { invoice } of rows) await app.workers.enqueue(client, CHARGES, invoice);
  });
  app.workers.wake(CHARGES);
}

/** To be noted before ERPNext is asked, so that what changes meanwhile is looked at again. */
export async function noteLook(db: Connection, invoice: string): Promise<void> {
  await db.query("update invoice_charge set looked_at = now() where invoice = $1", [invoice]);
}

/** @returns false when it stood so before, or its order is cancelled */
export async function moveCharge(client: pg.ClientBase, invoice: string, state: ChargeState, reason: string | null): Promise<boolean> {
  const { rowCount } = await client.query(
    `update invoice_charge set state = $2, reason = $3, updated_at = now()
     where invoice = $1 and (state, reason) is distinct from ($2, $3::text) and reason is distinct from '${CANCELLED}'`,
    [invoice, state, reason],
  );
  return rowCount === 1;
}

/** From here on nobody is asked to pay it. @throws Error when the order was cancelled in between */
export async function beginConfirming(client: pg.ClientBase, { invoice, order_id }: Pick<InvoiceCharge, "invoice" | "order_id">): Promise<void> {
  if (await isBeingCancelled(client, order_id)) throw new Error(`${invoice}: its order is being cancelled`);
  await moveCharge(client, invoice, "confirming", null);
  if ((await chargeOf(client, invoice))?.state !== "confirming") throw new Error(`${invoice}: its order was cancelled in between`);
}

/** The order is cancelled: its cards are not asked. @returns false while one of them is being asked */
export async function stopCharges(client: pg.ClientBase, orderId: string): Promise<boolean> {
  await client.query(`update invoice_charge set state = 'not_charged', reason = '${CANCELLED}', updated_at = now() where order_id = $1 and state in ('waiting', 'held', 'declined')`, [orderId]);
  return !(await isAsked(client, orderId));
}

/** Whether a card is being asked for one of the order's invoices. */
export async function isAsked(client: pg.ClientBase, orderId: string): Promise<boolean> {
  const { rowCount } = await client.query("select 1 from invoice_charge where order_id = $1 and state = 'confirming'", [orderId]);
  return rowCount !== 0;
}

/** It is not cancelled after all: what was stopped is looked at again. */
export async function resumeCharges(client: pg.ClientBase, orderId: string): Promise<void> {
  await client.query(`update invoice_charge set state = 'waiting', reason = null, looked_at = null, updated_at = now() where order_id = $1 and reason = '${CANCELLED}'`, [orderId]);
}

/** Stored before Stripe is asked to take the money. */
export async function noteIntent(db: Connection, invoice: string, intent: string, amountCents: number): Promise<void> {
  await db.query("update invoice_charge set payment_intent = $2, amount_cents = $3, updated_at = now() where invoice = $1", [invoice, intent, amountCents]);
}

export async function noteDecline(client: pg.ClientBase, invoice: string, decline: string): Promise<void> {
  await client.query("update invoice_charge set told_decline = $2 where invoice = $1", [invoice, decline]);
}

/** A person lets it go on: without a signature, or once more after a refusal. @returns undefined when there is nothing to let go on */
export async function release(client: pg.ClientBase, invoice: string, user: string): Promise<InvoiceCharge | undefined> {
  const { rows } = await client.query<InvoiceCharge>(
    `update invoice_charge set state = 'waiting', reason = null, released_by = $2, looked_at = null, updated_at = now()
     where invoice = $1 and state in ('held', 'declined') returning ${COLUMNS}`,
    [invoice, user],
  );
  return rows[0];
}

export async function unfinishedCharges(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ invoice: string }>(
    `select invoice from invoice_charge where state in ${OPEN_CHARGES} or state = 'held' and looked_at is null order by created_at limit 500`,
  );
  return rows.map(({ invoice }) => invoice);
}

/** Money of the invoice's, or of its order's, that Stripe has and the books have not: people are asked what it was for. */
export async function hasUnrecordedPayment(db: Connection, { invoice, order_id }: Pick<InvoiceCharge, "invoice" | "order_id">): Promise<boolean> {
  const { rowCount } = await db.query("select 1 from link_payment where (order_id = $1 or invoice = $2) and payment_entry is null", [order_id, invoice]);
  return rowCount !== 0;
}

/** ERPNext has the order's invoice under another name, written again after a restore. Names may have gone from one order to another. */
export async function followInvoice(client: pg.ClientBase, order: { readonly id: string; readonly job: string }, from: string, to: string): Promise<void> {
  await client.query("update invoice_charge set invoice = invoice || ':' || order_id where invoice = $2 and order_id <> $1", [order.id, to]);
  await client.query("update invoice_charge set invoice = $3, job = $4, looked_at = null where order_id = $1 and invoice in ($2, $2 || ':' || $1)", [
    order.id,
    from,
    to,
    order.job,
  ]);
}
