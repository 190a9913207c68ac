/** What the hub keeps of technicians' actions and photos. */
import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import type { Visit, VisitAction, VisitActionAnswer } from "@gigafibre/contracts/visits";
import type { Vault } from "../../encryption.ts";

type Connection = pg.ClientBase | pg.Pool;

export interface ActionRow {
  readonly id: string;
  readonly username: string;
  readonly job: string;
  readonly action_hash: string;
  readonly state: "received" | VisitActionAnswer["outcome"];
  /** Sealed. */
  readonly steps: string | null;
  readonly issue: string | null;
}

/** What will be written, and with whose rights. */
export interface Frozen {
  readonly by: "technician" | "hub";
  readonly steps: readonly Step[];
}

const contextOf = (id: string): string => `field_action:${id}`;

/** Of what was done, without what may differ from one try to the next. */
export function hashOf({ job, version, action }: VisitAction): string {
  return createHash("sha256").update(JSON.stringify([job, version, sorted(action)])).digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, each]) => [key, sorted(each)]);
}

/** Keeps the action as it came, once by its id. @returns what is kept under that id */
export async function keep(db: Connection, vault: Vault, username: string, action: VisitAction): Promise<ActionRow> {
  await db.query(
    `insert into field_action (id, username, job, kind, sequence, action_hash, action) values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [action.id, username, action.job, action.action.kind, action.sequence, hashOf(action), vault.seal(JSON.stringify(action), contextOf(action.id))],
  );
  const row = await actionRow(db, action.id);
  if (!row) throw new Error(`the action ${action.id} was not kept`);
  return row;
}

export async function actionRow(db: Connection, id: string): Promise<ActionRow | undefined> {
  const { rows } = await db.query<ActionRow>("select id, username, job, action_hash, state, steps, issue from field_action where id = $1", [id]);
  return rows[0];
}

/** Before they are sent for the first time: a retry with the same key sends the same bytes. */
export async function freeze(db: Connection, vault: Vault, id: string, frozen: Frozen): Promise<void> {
  await db.query("update field_action set steps = $2 where id = $1", [id, vault.seal(JSON.stringify(frozen), contextOf(id))]);
}

export const frozenOf = (vault: Vault, id: string, sealed: string): Frozen => JSON.parse(vault.open(sealed, contextOf(id))) as Frozen;

/** ERPNext refused these steps and kept nothing: the key is free for others. */
export async function thaw(db: Connection, id: string, refusal: string): Promise<void> {
  await db.query("update field_action set steps = null, refusal = $2 where id = $1 and state = 'received'", [id, refusal]);
}

/** @returns false when it was settled before */
export async function settle(client: pg.ClientBase, id: string, state: VisitActionAnswer["outcome"], issue: string | null = null): Promise<boolean> {
  const { rowCount } = await client.query(
    "update field_action set state = $2, issue = $3, steps = null, refusal = null, settled_at = now() where id = $1 and state = 'received'",
    [id, state, issue],
  );
  return rowCount === 1;
}

/** The Issue that already tells dispatch of this person's work on this job. */
export async function keptIssue(db: Connection, job: string, username: string): Promise<string | null> {
  const { rows } = await db.query<{ issue: string }>(
    "select issue from field_action where job = $1 and username = $2 and issue is not null order by settled_at limit 1",
    [job, username],
  );
  return rows[0]?.issue ?? null;
}

/** What the hub itself knows of a visit. */
export interface JobFacts {
  /** Signed for, or told why not. */
  readonly signed: boolean;
  readonly photos: Visit["photos"];
}

export async function factsOfJobs(app: FastifyInstance, jobs: readonly { readonly name: string }[]): Promise<Map<string, JobFacts>> {
  const names = jobs.map(({ name }) => name);
  const [signed, photos] = await Promise.all([
    app.db.query<{ job: string }>("select distinct job from field_action where job = any($1) and kind = 'sign_off' and state = 'applied'", [names]),
    app.db.query<Visit["photos"][number] & { job: string }>(
      "select id, job, caption, thumbnail, file is not null as stored from field_photo where job = any($1) order by created_at",
      [names],
    ),
  ]);
  const signedJobs = new Set(signed.rows.map(({ job }) => job));
  return new Map(names.map((name) => [name, { signed: signedJobs.has(name), photos: photos.rows.filter(({ job }) => job === name).map(({ job: _job, ...photo }) => photo) }]));
}

/** Phones send what they hold within 90 days; what ERPNext holds since long need not be known here any more. */
const KEPT_DAYS = 120;

export async function pruneActions(db: Connection): Promise<number> {
  const old = "state <> 'received' and settled_at < now() - $1 * interval '1 day'";
  await db.query(`delete from field_photo where file is not null and action in (select id from field_action where ${old})`, [KEPT_DAYS]);
  const { rowCount } = await db.query(`delete from field_action where ${old} and not exists (select 1 from field_photo where action = field_action.id)`, [KEPT_DAYS]);
  return rowCount ?? 0;
}
