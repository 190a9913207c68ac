/** Wishes as they were received. Their words are kept encrypted, until ERPNext holds them. */
import { createHmac, randomUUID } from "node:crypto";
import type pg from "pg";
import type { LeadRequest } from "@gigafibre/contracts/leads";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import type { Vault } from "../../encryption.ts";

export interface LeadIntake {
  readonly id: string;
  readonly attempt: number;
  readonly wish: LeadRequest;
  /** Frozen at the first try with this key; null before. */
  readonly steps: Step[] | null;
}

const contextOf = (id: string): string => `lead:${id}`;

/** The unit of work's key. The attempt rises only after ERPNext has refused the one before. */
export const keyOf = ({ id, attempt }: Pick<LeadIntake, "id" | "attempt">): string => `lead:${id}#${attempt}`;

function wishHash(vault: Vault, wish: LeadRequest): string {
  const said = [wish.email ?? "", wish.phone ?? "", wish.address_uuid, wish.interest, wish.name ?? "", wish.message ?? ""];
  return createHmac("sha256", vault.derive("leads")).update(JSON.stringify(said)).digest("base64url");
}

/** Keeps a wish. @returns its id, or null when the very same was left before. */
export async function keepWish(client: pg.ClientBase, vault: Vault, wish: LeadRequest): Promise<string | null> {
  const id = randomUUID();
  const { rowCount } = await client.query(
    "insert into lead_intake (id, wish_hash, request) values ($1, $2, $3) on conflict (wish_hash) do nothing",
    [id, wishHash(vault, wish), vault.seal(JSON.stringify(wish), contextOf(id))],
  );
  return rowCount === 1 ? id : null;
}

/** @returns null when there is nothing left to do for it. */
export async function waitingWish(pool: pg.Pool, vault: Vault, id: string): Promise<LeadIntake | null> {
  const { rows } = await pool.query<{ attempt: number; request: string | null; steps: string | null }>(
    "select attempt, request, steps from lead_intake where id = $1 and state = 'received'",
    [id],
  );
  const row = rows[0];
  if (!row?.request) return null;
  const open = (sealed: string): unknown => JSON.parse(vault.open(sealed, contextOf(id)));
  return { id, attempt: row.attempt, wish: open(row.request) as LeadRequest, steps: row.steps ? (open(row.steps) as Step[]) : null };
}

export async function waitingWishes(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>("select id from lead_intake where state = 'received' order by created_at limit 500");
  return rows.map(({ id }) => id);
}

/** Before they are sent for the first time: a retry with the same key sends the same bytes. */
export async function freezeSteps(pool: pg.Pool, vault: Vault, id: string, steps: Step[]): Promise<void> {
  await pool.query("update lead_intake set steps = $2 where id = $1", [id, vault.seal(JSON.stringify(steps), contextOf(id))]);
}

/** ERPNext refused these steps and kept nothing: the next try is another unit of work. */
export async function nextAttempt(pool: pg.Pool, id: string): Promise<void> {
  await pool.query("update lead_intake set attempt = attempt + 1, steps = null where id = $1", [id]);
}

/** ERPNext holds it: the words go from here. */
export async function settleWish(client: pg.ClientBase, id: string, outcome: { state: "created" | "extended"; lead: string }): Promise<void> {
  await client.query(
    "update lead_intake set state = $2, lead = $3, request = null, steps = null, settled_at = now() where id = $1 and state = 'received'",
    [id, outcome.state, outcome.lead],
  );
}

/** A person has to look: the words stay. */
export async function wishNeedsAttention(pool: pg.Pool, id: string, reason: string): Promise<void> {
  await pool.query("update lead_intake set state = 'needs_attention', attention_reason = $2, settled_at = now() where id = $1", [id, reason]);
}
