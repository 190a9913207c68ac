/** Installations that were completed, and how far each has come. */
import type pg from "pg";
import type { IsoDate } from "@gigafibre/contracts/dates";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import type { Vault } from "../../encryption.ts";

export interface Activation {
  readonly order_id: string;
  readonly job: string;
  readonly location: string | null;
  readonly state: "waiting" | "live";
  readonly completed_by: string | null;
  readonly completed_at: Date;
  readonly serials: readonly string[];
  readonly steps: string | null;
  readonly proof: "inform" | "override" | null;
  readonly port_serial: string | null;
  readonly activated_on: IsoDate | null;
  readonly refusals: number;
  readonly attention_reason: string | null;
  readonly unproven_issue: string | null;
  readonly port: "reserved" | "occupied" | "mismatch";
}

type Connection = pg.ClientBase | pg.Pool;

const COLUMNS = `order_id, job, location, state, completed_by, completed_at, serials, steps, proof, port_serial,
  to_char(activated_on, 'YYYY-MM-DD') as activated_on, refusals, attention_reason, unproven_issue, port`;

const sealContext = (orderId: string): string => `activation:${orderId}`;

export async function activationOf(db: Connection, orderId: string): Promise<Activation | undefined> {
  const { rows } = await db.query<Activation>(`select ${COLUMNS} from activation where order_id = $1`, [orderId]);
  return rows[0];
}

/** @returns whether it is new */
export async function begin(client: pg.ClientBase, activation: Pick<Activation, "order_id" | "job" | "location" | "completed_by">): Promise<boolean> {
  const { rowCount } = await client.query(
    "insert into activation (order_id, job, location, completed_by) values ($1, $2, $3, $4) on conflict (order_id) do nothing",
    [activation.order_id, activation.job, activation.location, activation.completed_by],
  );
  return rowCount === 1;
}

/** Something that counts has changed: whatever waits is looked at again. @returns the orders concerned */
export async function lookAgain(client: pg.ClientBase, of: { readonly job?: string; readonly location?: string }): Promise<string[]> {
  const { rows } = await client.query<{ order_id: string }>(
    `update activation set looked_at = null, attention_reason = null
     where (job = $1 or location = $2) and (state = 'waiting' or port = 'reserved') returning order_id`,
    [of.job ?? null, of.location ?? null],
  );
  return rows.map(({ order_id }) => order_id);
}

/** To be noted before ERPNext is asked, so that what changes meanwhile is looked at again. */
export async function noteLook(db: Connection, orderId: string): Promise<void> {
  await db.query("update activation set looked_at = now() where order_id = $1", [orderId]);
}

export async function noteSerials(db: Connection, orderId: string, serials: readonly string[], criticalDbm: number): Promise<void> {
  await db.query("update activation set serials = $2, critical_dbm = $3 where order_id = $1", [orderId, serials, criticalDbm]);
}

export interface Frozen {
  readonly steps: readonly Step[];
  readonly proof: "inform" | "override";
  readonly port_serial: string | null;
  readonly activated_on: IsoDate;
}

/** From here on every attempt sends these bytes. */
export async function freeze(db: Connection, vault: Vault, orderId: string, frozen: Frozen): Promise<void> {
  await db.query("update activation set steps = $2, proof = $3, port_serial = $4, activated_on = $5 where order_id = $1 and steps is null", [
    orderId,
    vault.seal(JSON.stringify(frozen.steps), sealContext(orderId)),
    frozen.proof,
    frozen.port_serial,
    frozen.activated_on,
  ]);
}

export const frozenSteps = (vault: Vault, orderId: string, sealed: string): Step[] => JSON.parse(vault.open(sealed, sealContext(orderId))) as Step[];

/** ERPNext refused them and kept nothing: they are made anew from what stands there now. */
export async function thaw(db: Connection, orderId: string): Promise<void> {
  await db.query(
    "update activation set steps = null, proof = null, activated_on = null, port_serial = null, looked_at = null, refusals = refusals + 1 where order_id = $1 and state = 'waiting'",
    [orderId],
  );
}

/** @returns false when it was noted before */
export async function markLive(client: pg.ClientBase, orderId: string): Promise<boolean> {
  const { rowCount } = await client.query("update activation set state = 'live', live_at = now(), attention_reason = null where order_id = $1 and state = 'waiting'", [orderId]);
  return rowCount === 1;
}

export async function notePort(client: pg.ClientBase, orderId: string, port: Activation["port"]): Promise<void> {
  await client.query("update activation set port = $2 where order_id = $1", [orderId, port]);
}

export async function noteAttention(db: Connection, orderId: string, reason: string): Promise<void> {
  await db.query("update activation set attention_reason = $2 where order_id = $1", [orderId, reason.slice(0, 2_000)]);
}

/** Orders that wait for one of these very ONTs. */
export async function waitingFor(client: pg.ClientBase, serials: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ order_id: string }>("select order_id from activation where state = 'waiting' and serials && $1::text[]", [serials]);
  return rows.map(({ order_id }) => order_id);
}

/** What can go on now: changed, proven, decided, or without proof for too long. */
export async function unfinishedActivations(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ order_id: string }>(
    `select order_id from activation join order_intake on order_intake.id = order_id
     where activation.attention_reason is null and (
       looked_at is null and (activation.state = 'waiting' or port = 'reserved')
       or activation.state = 'waiting' and (
         activation.steps is not null
         or unproven_issue is null and completed_at <= now() - interval '2 hours'
         or exists (
           select 1 from device_session
           where serial = any(serials) and last_seen >= order_intake.created_at and rx_power_dbm >= critical_dbm
         )
       )
     )
     order by completed_at limit 500`,
  );
  return rows.map(({ order_id }) => order_id);
}

/** Their visits were written to ERPNext again, perhaps under one another's names: what was frozen is about documents that are gone. */
export async function moveToVisits(client: pg.ClientBase, moved: readonly Pick<Activation, "order_id" | "job" | "location">[]): Promise<void> {
  await client.query("update activation set job = 'moving:' || order_id where order_id = any($1)", [moved.map(({ order_id }) => order_id)]);
  for (const { order_id, job, location } of moved) {
    await client.query("update activation set job = $2, location = $3, steps = null where order_id = $1", [order_id, job, location]);
  }
}

/** ERPNext forgot it and does not take it again: it waits for a person, who saves the visit once more. */
export async function noteForgotten(client: pg.ClientBase, orderId: string, reason: string): Promise<void> {
  await client.query("update activation set state = 'waiting', live_at = null, attention_reason = $2 where order_id = $1", [orderId, reason.slice(0, 2_000)]);
}

/** Of an activation that is known from ERPNext only. */
export async function noteWhenLive(client: pg.ClientBase, orderId: string, activatedOn: string | null): Promise<void> {
  await client.query("update activation set activated_on = $2, steps = null where order_id = $1", [orderId, activatedOn]);
}
