/** What was said with a number, and whether its newest words wait for an answer. A conversation is its number's keyed hash. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { Handled } from "@gigafibre/contracts/conversations";
import { recordEvent } from "../live-events/record-event.ts";
import { saidIn } from "./inbound-rows.ts";
import type { InboundRow } from "./inbound-rows.ts";

/** Both ways. */
export const CONVERSATION_LIMIT = 100;

/** Somebody has to see to it: no wish for no more SMS, which is obeyed, and not what ERPNext has yet to be asked about. */
const WAITS = "handled_at is null and wish is null";
type Connection = pg.ClientBase | pg.Pool;

export interface Waiting {
  readonly id: string;
  readonly count: number;
  readonly since: Date;
  readonly newest: string;
  readonly customer: string | null;
  readonly number: string;
  readonly text: string;
}

/** Those that wait, the longest first, and how many they are. */
export async function waitingConversations(app: FastifyInstance, limit: number): Promise<{ total: number; rows: Waiting[] }> {
  const { rows } = await app.db.query<Pick<InboundRow, "sid" | "payload" | "customer"> & { id: string; count: number; since: Date; total: number }>(
    `with waiting as (
       select number_hash as id, count(*)::int as count, min(received_at) as since, (array_agg(sid order by received_at desc, sid desc))[1] as sid
       from inbound_message where ${WAITS} and state in ('kept', 'unknown') group by number_hash
     )
     select id, count, since, sid, payload, customer, count(*) over ()::int as total from waiting join inbound_message using (sid) order by since, id limit $1`,
    [limit],
  );
  return {
    total: rows[0]?.total ?? 0,
    rows: rows.map(({ sid, payload, total: _total, ...row }) => {
      const { from, text } = saidIn(app.vault, { sid, payload });
      return { ...row, newest: sid, number: from, text };
    }),
  };
}

export interface Words extends InboundRow {
  readonly handled: Handled["how"] | null;
  readonly handled_by: string | null;
  readonly handled_at: Date | null;
}

/** What came in from a number, newest first. */
export async function wordsFrom(db: Connection, id: string): Promise<Words[]> {
  const { rows } = await db.query<Words>(
    "select sid, payload, number_hash, wish, state, customer, communication, received_at, handled, handled_by, handled_at from inbound_message where number_hash = $1 order by received_at desc, sid desc limit $2",
    [id, CONVERSATION_LIMIT],
  );
  return rows;
}

/** What became of the newest words that somebody had to see to; null while some wait. */
export function handledOf(words: readonly Words[]): Handled | null {
  const [newest] = words.filter(({ wish }) => wish === null);
  return newest?.handled && newest.handled_at ? { how: newest.handled, by: newest.handled_by, at: newest.handled_at.toISOString() } : null;
}
export const waitingOf = (words: readonly Words[]): Words[] => words.filter(({ wish, handled_at }) => wish === null && handled_at === null);

/** What a person saw of a number is seen to. @returns the messages that waited until then */
export async function handle(client: pg.ClientBase, id: string, seen: string, how: "answered" | "set_aside", by: string): Promise<string[]> {
  const { rows } = await client.query<Pick<InboundRow, "sid" | "customer">>(
    `update inbound_message set handled = $3, handled_by = $4, handled_at = now()
     where number_hash = $1 and ${WAITS} and received_at <= (select received_at from inbound_message where sid = $2 and number_hash = $1) returning sid, customer`,
    [id, seen, how, by],
  );
  return tellHandled(client, rows);
}

/** All that a customer wrote is answered, from whichever number. */
export async function answerCustomer(client: pg.ClientBase, customer: string, by: string | null): Promise<void> {
  const { rows } = await client.query<Pick<InboundRow, "sid" | "customer">>(
    `update inbound_message set handled = 'answered', handled_by = $2, handled_at = now() where customer = $1 and ${WAITS} returning sid, customer`,
    [customer, by],
  );
  await tellHandled(client, rows);
}

/** What a person set aside waits again. */
export async function takeBack(client: pg.ClientBase, id: string, messages: readonly string[], by: string): Promise<void> {
  const { rows } = await client.query<Pick<InboundRow, "sid" | "customer">>(
    `update inbound_message set handled = null, handled_by = null, handled_at = null
     where number_hash = $1 and sid = any($2) and handled = 'set_aside' and handled_by = $3 returning sid, customer`,
    [id, messages, by],
  );
  await tellHandled(client, rows);
}

/** Words of a number that is somebody's now are brought to ERPNext beside them; `customer`, where a person said who. @returns which */
export async function claim(client: pg.ClientBase, ids: readonly string[], customer: string | null): Promise<string[]> {
  const { rows } = await client.query<Pick<InboundRow, "sid">>(
    "update inbound_message set state = 'received', customer = coalesce($2, customer) where number_hash = any($1) and state = 'unknown' returning sid",
    [ids, customer],
  );
  if (customer !== null) await client.query("update outbox set customer = $2 where number_hash = any($1) and customer is null and written_by is not null", [ids, customer]);
  return rows.map(({ sid }) => sid);
}

async function tellHandled(client: pg.ClientBase, rows: readonly Pick<InboundRow, "sid" | "customer">[]): Promise<string[]> {
  const [first] = rows;
  if (first) {
    const about = first.customer === null ? { doctype: "Inbound Message", name: first.sid } : { doctype: "Customer", name: first.customer };
    await recordEvent(client, { key: `message:${first.sid}:handled:${Date.now()}`, kind: "message.handled", ...about });
  }
  return rows.map(({ sid }) => sid);
}
