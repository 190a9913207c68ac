/** Orders as they were received, and what became of them. */
import { createHash } from "node:crypto";
import type pg from "pg";
import type { IsoDate } from "@gigafibre/contracts/dates";
import type { Language } from "@gigafibre/contracts/language";
import type { Checkout, OrderState } from "@gigafibre/contracts/orders";
import type { Quote, QuoteLine, Taxes } from "@gigafibre/contracts/pricing";
import type { Committed, Step } from "@gigafibre/contracts/unit-of-work";
import type { Vault } from "../../encryption.ts";

/** What the status page and the messages tell; kept encrypted. */
export interface OrderSummary {
  readonly customer_name: string;
  readonly email: string;
  /** Ten digits. */
  readonly phone: string;
  readonly address_label: string;
  readonly municipality: string;
  readonly notes: string;
  readonly monthly: readonly SummaryLine[];
  readonly once: readonly SummaryLine[];
  readonly monthly_cents: number;
  readonly one_time_cents: number;
  readonly monthly_taxes: Taxes;
  readonly one_time_taxes: Taxes;
  readonly payment_method: Checkout["payment"]["method"];
  readonly send_payment_link: "email" | "sms" | "both" | null;
  /** An agent picked a customer who exists, so nobody has to look for a likely duplicate. */
  readonly existing_customer: boolean;
}

export type SummaryLine = Pick<QuoteLine, "sku" | "label" | "quantity" | "amount_cents">;

export function summaryOf(
  body: Checkout,
  quote: Quote,
  more: Pick<OrderSummary, "address_label" | "municipality" | "notes">,
): OrderSummary {
  const lines = (from: readonly QuoteLine[]): SummaryLine[] =>
    from.map(({ sku, label, quantity, amount_cents }) => ({ sku, label, quantity, amount_cents }));
  return {
    customer_name: body.customer.name,
    email: body.customer.email,
    phone: body.customer.phone,
    ...more,
    monthly: lines(quote.monthly),
    once: lines(quote.once),
    monthly_cents: quote.monthly_cents,
    one_time_cents: quote.one_time_cents,
    monthly_taxes: quote.monthly_taxes,
    one_time_taxes: quote.one_time_taxes,
    payment_method: body.payment.method,
    send_payment_link: body.payment.method === "invoice_later" ? (body.payment.send_payment_link ?? null) : null,
    existing_customer: body.customer.existing !== undefined,
  };
}

export interface Order {
  readonly id: string;
  readonly idempotency_key: string;
  readonly body_hash: string;
  readonly state: OrderState;
  readonly attempt: number;
  readonly language: Language;
  readonly address_uuid: string;
  readonly fibre_id: string;
  readonly on_request: boolean;
  readonly preferred_dates: IsoDate[] | "contact_me";
  readonly scheduled_date: IsoDate | null;
  readonly by_agent: string | null;
  readonly documents: OrderDocuments;
  readonly attention_reason: string | null;
  /** The call that ends it, from the moment that it is decided. */
  readonly cancellation: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Names in ERPNext, by the label each had in the unit of work: `customer`, `location`, `subscription_1`, `job`… */
export type OrderDocuments = Readonly<Record<string, string>>;

export const documentsOf = (answer: Committed): OrderDocuments =>
  Object.fromEntries(answer.documents.flatMap(({ as, name }) => (as ? [[as, name] as const] : [])));

/** The body's hash of an order that was rebuilt from its documents: what was pressed for it is not known any more. */
export const REBUILT = "rebuilt";

const sealContext = (orderId: string): string => `order:${orderId}`;

/** The key of an order's unit of work in ERPNext. */
export const workKey = (order: Pick<Order, "id" | "attempt">): string => `order:${order.id}#${order.attempt}`;

/** Proves that somebody made the order: derived, so that a repeated request is given the same. 256 bits. */
export const tokenOf = (vault: Vault, orderId: string): string => vault.derive(`order-token:${orderId}`);

/** SHA-256 of a request in canonical form: keys sorted, nothing undefined. */
export function canonicalHash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(canonical(value))).digest("hex");
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => [key, canonical(field)]),
  );
}

const COLUMNS = `id, idempotency_key, body_hash, state, attempt, language, address_uuid, fibre_id, on_request, preferred_dates,
  to_char(scheduled_date, 'YYYY-MM-DD') as scheduled_date, by_agent, documents, attention_reason, cancellation, created_at, updated_at`;

type Connection = pg.ClientBase | pg.Pool;

export async function orderOfKey(db: Connection, idempotencyKey: string): Promise<Order | undefined> {
  const { rows } = await db.query<Order>(`select ${COLUMNS} from order_intake where idempotency_key = $1`, [idempotencyKey]);
  return rows[0];
}

export async function orderById(db: Connection, id: string): Promise<Order | undefined> {
  const { rows } = await db.query<Order>(`select ${COLUMNS} from order_intake where id = $1`, [id]);
  return rows[0];
}

/** The order that a card's confirmation served. */
export async function orderOfCard(db: Connection, setupIntent: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>("select id from order_intake where stripe_setup_intent = $1", [setupIntent]);
  return rows[0]?.id;
}

export interface NewOrder extends Pick<
  Order,
  "id" | "idempotency_key" | "body_hash" | "language" | "address_uuid" | "fibre_id" | "on_request" | "preferred_dates" | "by_agent" | "created_at"
> {
  readonly steps: readonly Step[];
  readonly summary: OrderSummary;
  readonly stripe_setup_intent: string | null;
  readonly stripe_customer: string | null;
}

export async function insertOrder(client: pg.ClientBase, vault: Vault, order: NewOrder): Promise<void> {
  const seal = (value: unknown): string => vault.seal(JSON.stringify(value), sealContext(order.id));
  await client.query(
    `insert into order_intake (id, idempotency_key, body_hash, steps, summary, language, address_uuid, fibre_id, on_request,
       preferred_dates, first_date, stripe_setup_intent, stripe_customer, by_agent, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      order.id,
      order.idempotency_key,
      order.body_hash,
      seal(order.steps),
      seal(order.summary),
      order.language,
      order.address_uuid,
      order.fibre_id,
      order.on_request,
      JSON.stringify(order.preferred_dates),
      order.preferred_dates === "contact_me" ? null : order.preferred_dates[0],
      order.stripe_setup_intent,
      order.stripe_customer,
      order.by_agent,
      order.created_at,
    ],
  );
}

/** The frozen steps, byte for byte what every attempt sends. */
export async function stepsOf(db: Connection, vault: Vault, id: string): Promise<Step[]> {
  return JSON.parse(await sealed(db, vault, id, "steps")) as Step[];
}

export async function summaryById(db: Connection, vault: Vault, id: string): Promise<OrderSummary> {
  return JSON.parse(await sealed(db, vault, id, "summary")) as OrderSummary;
}

async function sealed(db: Connection, vault: Vault, id: string, column: "steps" | "summary"): Promise<string> {
  const { rows } = await db.query<{ text: string }>(`select ${column} as text from order_intake where id = $1`, [id]);
  if (!rows[0]) throw new Error(`no order ${id}`);
  return vault.open(rows[0].text, sealContext(id));
}

/** The documents stand in ERPNext; one that was renamed there since keeps its new name. @returns false when somebody noted it before. */
export async function markCreated(client: pg.ClientBase, order: Pick<Order, "id" | "attempt">, documents: OrderDocuments): Promise<boolean> {
  const { rowCount } = await client.query(
    `update order_intake set state = 'created', documents = $3 || documents, attention_reason = null, updated_at = now()
     where id = $1 and attempt = $2 and state in ('received', 'needs_attention')`,
    [order.id, order.attempt, JSON.stringify(documents)],
  );
  return rowCount === 1;
}

/** ERPNext said no. The port stays held. @returns false when the order has moved on meanwhile. */
export async function markNeedsAttention(client: pg.ClientBase, order: Pick<Order, "id" | "attempt">, reason: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update order_intake set state = 'needs_attention', attention_reason = $3, updated_at = now()
     where id = $1 and attempt = $2 and state = 'received'`,
    [order.id, order.attempt, reason],
  );
  return rowCount === 1;
}

/** States of an order whose documents stand, and that is not yet done with. */
const STANDING = ["created", "scheduled", "en_route", "in_progress", "awaiting_proof"] as const satisfies readonly OrderState[];

/** A document of it is gone. The port stays held. @returns false when people are called for already, or the order is done with. */
export async function markLacking(client: pg.ClientBase, order: Pick<Order, "id">, reason: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "update order_intake set state = 'needs_attention', attention_reason = $2, updated_at = now() where id = $1 and state = any ($3)",
    [order.id, reason, STANDING],
  );
  return rowCount === 1;
}

/** Orders that have a document of this name under one of these labels. */
export async function ordersWith(db: Connection, name: string, labels: RegExp): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from order_intake
     where documents @? ('$.* ? (@ == ' || to_json($1::text) || ')')::jsonpath
       and exists (select 1 from jsonb_each_text(documents) as document (label, name) where document.name = $1 and label ~ $2)`,
    [name, labels.source],
  );
  return rows.map(({ id }) => id);
}

export async function renameDocument(db: Connection, id: string, labels: RegExp, { from, to }: { from: string; to: string }): Promise<void> {
  await db.query(
    `update order_intake set documents = (
       select jsonb_object_agg(label, case when name = $3 and label ~ $2 then $4 else name end) from jsonb_each_text(documents) as document (label, name)
     ), updated_at = now() where id = $1`,
    [id, labels.source, from, to],
  );
}

/** A new attempt, under a new key. To be called only once ERPNext has said that the present one never landed. */
export async function beginNextAttempt(client: pg.ClientBase, order: Pick<Order, "id" | "attempt">): Promise<boolean> {
  const { rowCount } = await client.query(
    `update order_intake set state = 'received', attempt = attempt + 1, updated_at = now()
     where id = $1 and attempt = $2 and state = 'needs_attention' and cancellation is null`,
    [order.id, order.attempt],
  );
  return rowCount === 1;
}

/** From here on it is ended by this call: nobody charges it, tries it again or makes it live. @returns false when it has moved on meanwhile */
export async function beginCancelling(client: pg.ClientBase, order: Pick<Order, "id" | "attempt" | "state">, call: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "update order_intake set cancellation = $4, updated_at = now() where id = $1 and attempt = $2 and state = $3 and coalesce(cancellation, $4) = $4",
    [order.id, order.attempt, order.state, call],
  );
  return rowCount === 1;
}

/** @returns the order that stays after all */
export async function letGoCancelling(client: pg.ClientBase, call: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>("update order_intake set cancellation = null, updated_at = now() where cancellation = $1 and state <> 'cancelled' returning id", [call]);
  return rows.map(({ id }) => id);
}

export async function markCancelled(client: pg.ClientBase, orderId: string): Promise<void> {
  await client.query("update order_intake set state = 'cancelled', attention_reason = null, updated_at = now() where id = $1", [orderId]);
}

/** Orders whose documents are still to be made, oldest first. */
export async function unfinishedOrders(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>("select id from order_intake where state = 'received' order by created_at limit 1000");
  return rows.map(({ id }) => id);
}
