/** SMS that came in, as the hub keeps them. */
import type pg from "pg";
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
interface Said {
  readonly from: string;
  readonly text: string;
}
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

export const saidIn = (vault: Vault, { sid, payload }: Pick<InboundRow, "sid" | "payload">): Said => JSON.parse(vault.open(payload, contextOf(sid))) as Said;
