/** What must be told to the outside: one row a message, written in the transaction it follows from. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { Language } from "@gigafibre/contracts/language";
import type { Vault } from "../../encryption.ts";
import { numberHash } from "../messages/stops.ts";

export const OUTBOX = "outbox";

export interface SmsPayload {
  /** E.164 */
  readonly to: string;
  /** Must name its subject: a repeat is recognised by it. */
  readonly body: string;
}

export interface EmailPayload {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** A document of ERPNext's to attach, printed when the message leaves. */
  readonly print?: { readonly doctype: string; readonly name: string; readonly file: string; readonly language: Language };
}

export interface ChatPayload {
  readonly text: string;
  /** Where a click leads. */
  readonly link?: { readonly url: string; readonly label: string };
}

export interface WebhookPayload {
  readonly type: string;
  /** When it happened, ISO. */
  readonly created_at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Common {
  /** Names the message for ever; a second one with the same key is not a message. */
  readonly key: string;
  /** What it is about: an order's id. */
  readonly subject: string;
  readonly not_after: Date;
  /** The Customer it goes to, where no order says so, and the member of staff who wrote it. */
  readonly customer?: string;
  readonly written_by?: string;
}
export type Message = Common &
  (
    | { readonly kind: "sms"; readonly payload: SmsPayload }
    | { readonly kind: "email"; readonly payload: EmailPayload }
    | { readonly kind: "chat"; readonly payload: ChatPayload }
    | { readonly kind: "webhook"; readonly payload: WebhookPayload }
  );
export type MessageKind = Message["kind"];

export type OutboxState = "waiting" | "sending" | "done" | "dead" | "expired" | "skipped" | "refused";

export interface OutboxRow {
  readonly key: string;
  readonly kind: MessageKind;
  readonly subject: string;
  readonly not_after: Date;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly provider_ref: string | null;
  /** What the provider said became of it. */
  readonly delivery: "delivered" | "failed" | null;
  readonly created_at: Date;
  readonly sending_since: Date | null;
  readonly settled_at: Date | null;
}

const COLUMNS = "key, kind, subject, not_after, state, attempts, last_error, provider_ref, delivery, created_at, sending_since, settled_at";
const sealContext = (key: string): string => `outbox:${key}`;

/** Writes the message in the caller's transaction and queues its delivery, at once unless told. Once by key. */
export async function put(app: FastifyInstance, client: pg.ClientBase, message: Message, afterSeconds = 0): Promise<void> {
  const { rowCount } = await client.query(
    `insert into outbox (key, kind, subject, payload, not_after, customer, written_by, number_hash) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing`,
    [
      message.key, message.kind, message.subject, sealed(app.vault, message.key, message.payload), message.not_after,
      message.customer ?? null, message.written_by ?? null, message.kind === "sms" ? numberHash(app, message.payload.to) : null,
    ],
  );
  if (rowCount === 1) await app.workers.enqueue(client, OUTBOX, message.key, afterSeconds > 0 ? { afterSeconds } : {});
}

type Connection = pg.ClientBase | pg.Pool;

export async function rowOf(db: Connection, key: string): Promise<OutboxRow | undefined> {
  const { rows } = await db.query<OutboxRow>(`select ${COLUMNS} from outbox where key = $1`, [key]);
  return rows[0];
}

export async function rowsInState(db: Connection, state: OutboxState, limit: number): Promise<OutboxRow[]> {
  const { rows } = await db.query<OutboxRow>(`select ${COLUMNS} from outbox where state = $1 order by created_at desc limit $2`, [state, limit]);
  return rows;
}

export async function payloadOf(db: Connection, vault: Vault, key: string): Promise<unknown> {
  const { rows } = await db.query<{ payload: string }>("select payload from outbox where key = $1", [key]);
  if (!rows[0]) throw new Error(`no outbox row ${key}`);
  return opened(vault, key, rows[0].payload);
}

export const sealed = (vault: Vault, key: string, payload: object): string => vault.seal(JSON.stringify(payload), sealContext(key));

export const opened = (vault: Vault, key: string, payload: string): unknown => JSON.parse(vault.open(payload, sealContext(key)));

/**
 * From here on the message may have left. `sending_since` is the first time of it: a provider is asked what it has from then on.
 * @returns the row, or undefined when it is settled
 */
export async function beginSending(db: Connection, key: string): Promise<OutboxRow | undefined> {
  const { rows } = await db.query<OutboxRow>(
    `update outbox set state = 'sending', attempts = attempts + 1, sending_since = coalesce(sending_since, now())
     where key = $1 and state in ('waiting', 'sending') returning ${COLUMNS}`,
    [key],
  );
  return rows[0];
}

/** It certainly did not leave this time; it will be tried again. */
export async function backToWaiting(db: Connection, key: string, error: string): Promise<void> {
  await db.query("update outbox set state = 'waiting', last_error = $2 where key = $1 and state = 'sending'", [key, error]);
}

/** Nobody knows whether it left; it stays `sending`, and the next attempt looks first. */
export async function noteUncertain(db: Connection, key: string, error: string): Promise<void> {
  await db.query("update outbox set last_error = $2 where key = $1 and state = 'sending'", [key, error]);
}

/** Nothing more will be done about it unless a person says so. @returns false when it was settled before. */
export async function settle(
  db: Connection,
  key: string,
  state: Exclude<OutboxState, "waiting" | "sending">,
  note: { error?: string; provider_ref?: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update outbox set state = $2, last_error = $3, provider_ref = coalesce($4, provider_ref), settled_at = now()
     where key = $1 and state in ('waiting', 'sending')`,
    [key, state, note.error ?? null, note.provider_ref ?? null],
  );
  return rowCount === 1;
}

/**
 * A person asks for it again. What may have left before is still looked for, for `sending_since` stays; what did leave and did not arrive begins
 * anew.
 */
export async function revive(client: pg.ClientBase, key: string, notAfter: Date): Promise<OutboxRow | undefined> {
  const { rows } = await client.query<OutboxRow>(
    `update outbox set state = case when sending_since is null or delivery = 'failed' then 'waiting' else 'sending' end, attempts = 0, settled_at = null,
       not_after = greatest(not_after, $2), sending_since = case when delivery = 'failed' then null else sending_since end,
       failed_ref = case when delivery = 'failed' then provider_ref else failed_ref end, provider_ref = case when delivery = 'failed' then null else provider_ref end,
       delivery = nullif(delivery, 'failed'), delivery_error = null, let_be_by = null, let_be_at = null
     where key = $1 and (state in ('dead', 'expired', 'skipped', 'refused') or (state = 'done' and delivery = 'failed')) returning ${COLUMNS}`,
    [key, notAfter],
  );
  return rows[0];
}

/** Whose message it is, for those who are told of it: its Customer where there is one. */
export async function aboutOf(client: pg.ClientBase, key: string): Promise<{ doctype: string; name: string }> {
  const { rows } = await client.query<{ customer: string | null }>(
    "select coalesce(customer, (select documents ->> 'customer' from order_intake where id = subject)) as customer from outbox where key = $1",
    [key],
  );
  const customer = rows[0]?.customer ?? null;
  return customer === null ? { doctype: "Outbox", name: key } : { doctype: "Customer", name: customer };
}

export async function unsettledKeys(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>("select key from outbox where state in ('waiting', 'sending') order by created_at limit 1000");
  return rows.map(({ key }) => key);
}
