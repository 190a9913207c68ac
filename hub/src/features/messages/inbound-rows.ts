/** SMS that came in, as the hub keeps them. */
import type pg from "pg";
import type { InboundMessage } from "@gigafibre/contracts/messages";
import type { Vault } from "../../encryption.ts";

export interface InboundRow {
  readonly sid: string;
  readonly payload: string;
  readonly number_hash: string;
  readonly wish: "stop" | "start" | null;
  readonly state: "received" | "kept" | "unknown";
  readonly customer: string | null;
  readonly communication: string | null;
  readonly received_at: Date;
}
type Said = Pick<InboundMessage, "from" | "text">;
type Connection = pg.ClientBase | pg.Pool;

const COLUMNS = "sid, payload, number_hash, wish, state, customer, communication, received_at";
const contextOf = (sid: string): string => `inbound:${sid}`;

/** Keeps it, once by Twilio's id. @returns false for one kept before */
export async function keepInbound(client: pg.ClientBase, vault: Vault, sid: string, said: Said, more: Pick<InboundRow, "number_hash" | "wish">): Promise<boolean> {
  const { rowCount } = await client.query("insert into inbound_message (sid, payload, number_hash, wish) values ($1, $2, $3, $4) on conflict do nothing", [
    sid, vault.seal(JSON.stringify(said), contextOf(sid)), more.number_hash, more.wish,
  ]);
  return rowCount === 1;
}

export async function inboundRow(db: Connection, sid: string): Promise<InboundRow | undefined> {
  const { rows } = await db.query<InboundRow>(`select ${COLUMNS} from inbound_message where sid = $1`, [sid]);
  return rows[0];
}

export async function newestInbound(db: Connection, unknown: boolean, limit: number): Promise<InboundRow[]> {
  const { rows } = await db.query<InboundRow>(`select ${COLUMNS} from inbound_message where not $1 or state = 'unknown' order by received_at desc limit $2`, [unknown, limit]);
  return rows;
}

export const saidIn = (vault: Vault, { sid, payload }: InboundRow): Said => JSON.parse(vault.open(payload, contextOf(sid))) as Said;

export function shownInbound(vault: Vault, row: InboundRow): InboundMessage {
  return { sid: row.sid, ...saidIn(vault, row), received_at: row.received_at.toISOString(), customer: row.customer, wish: row.wish };
}
