/** What was asked for, as the hub keeps it. */
import type pg from "pg";
import type { CallKind } from "@gigafibre/contracts/calls";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import type { Vault } from "../../encryption.ts";

export interface AskedRow {
  readonly id: string;
  readonly kind: CallKind;
  readonly body: string;
  readonly asked_by: string | null;
  readonly state: "received" | "done" | "refused";
  readonly decided: string | null;
  readonly refusals: number;
  readonly refusal: string | null;
  readonly documents: Readonly<Record<string, string>>;
}

/** What will be written, and what follows from it once it stands. */
export interface Decided<Plan = unknown> {
  readonly steps: readonly Step[];
  readonly plan: Plan;
}

type Connection = pg.ClientBase | pg.Pool;

const COLUMNS = "id, kind, body, asked_by, state, decided, refusals, refusal, documents";
const sealContext = (id: string): string => `call:${id}`;

export async function askedRow(db: Connection, id: string): Promise<AskedRow | undefined> {
  const { rows } = await db.query<AskedRow>(`select ${COLUMNS} from asked_call where id = $1`, [id]);
  return rows[0];
}

/** @returns whether it is new */
export async function keepAsked(client: pg.ClientBase, vault: Vault, asked: Pick<AskedRow, "id" | "kind" | "asked_by">, body: unknown): Promise<boolean> {
  const { rowCount } = await client.query("insert into asked_call (id, kind, body, asked_by) values ($1, $2, $3, $4) on conflict do nothing", [
    asked.id, asked.kind, vault.seal(JSON.stringify(body), sealContext(asked.id)), asked.asked_by,
  ]);
  return rowCount === 1;
}

export const bodyOf = (vault: Vault, row: Pick<AskedRow, "id" | "body">): unknown => JSON.parse(vault.open(row.body, sealContext(row.id)));
export const decidedOf = (vault: Vault, id: string, sealed: string): Decided => JSON.parse(vault.open(sealed, sealContext(id))) as Decided;

/** From here on every attempt sends these steps. @returns false when somebody froze others, or it is settled */
export async function freezeDecided(client: pg.ClientBase, vault: Vault, id: string, decided: Decided): Promise<boolean> {
  const { rowCount } = await client.query("update asked_call set decided = $2 where id = $1 and decided is null and state = 'received'", [
    id, vault.seal(JSON.stringify(decided), sealContext(id)),
  ]);
  return rowCount === 1;
}

/** ERPNext refused them and kept nothing: they are made anew from what stands there now. */
export async function thawDecided(db: Connection, row: Pick<AskedRow, "id">, sealed: string): Promise<void> {
  await db.query("update asked_call set decided = null, refusals = refusals + 1 where id = $1 and decided = $2 and state = 'received'", [row.id, sealed]);
}

/** @returns false when it was noted before */
export async function markDone(client: pg.ClientBase, id: string): Promise<boolean> {
  const { rowCount } = await client.query("update asked_call set state = 'done', settled_at = now() where id = $1 and state = 'received'", [id]);
  return rowCount === 1;
}

export async function noteDocuments(client: pg.ClientBase, id: string, documents: Readonly<Record<string, string>>): Promise<void> {
  await client.query("update asked_call set documents = $2 where id = $1", [id, documents]);
}

/** Nothing was written, and whoever asked is told so: the id is free again. */
export async function forget(client: pg.ClientBase, id: string): Promise<boolean> {
  const { rowCount } = await client.query("delete from asked_call where id = $1 and state = 'received' and decided is null", [id]);
  return rowCount === 1;
}

export async function markRefused(client: pg.ClientBase, id: string, refusal: string): Promise<boolean> {
  const { rowCount } = await client.query("update asked_call set state = 'refused', refusal = $2, settled_at = now() where id = $1 and state = 'received' and decided is null", [id, refusal.slice(0, 2_000)]);
  return rowCount === 1;
}

export async function unfinishedCalls(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>("select id from asked_call where state = 'received' and created_at < now() - interval '5 seconds' order by created_at limit 500");
  return rows.map(({ id }) => id);
}
