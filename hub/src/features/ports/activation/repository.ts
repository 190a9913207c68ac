/** What support was asked to let in, as the hub keeps it. */
import type pg from "pg";
import type { PortActivation, PortActivationRequest } from "@gigafibre/contracts/devices";
import { QUEUE_LIMIT } from "@gigafibre/contracts/queues";
import type { Queues } from "@gigafibre/contracts/queues";
import { recordEvent } from "../../live-events/record-event.ts";

export interface Requested {
  readonly equipment: string;
  readonly location: string;
  readonly job: string;
  readonly technician: string | null;
  readonly task: string;
  readonly request: PortActivation;
  readonly number: number;
  readonly state: "requested" | "done";
  readonly requested_at: Date;
  readonly done_at: Date | null;
  readonly done_by: string | null;
}

type Connection = pg.ClientBase | pg.Pool;
type Of = { readonly equipment: readonly string[] } | { readonly location: readonly string[] } | { readonly task: readonly string[] };

export async function requestsOf(db: Connection, of: Of): Promise<Requested[]> {
  const [column, values] = "equipment" in of ? ["equipment", of.equipment] : "location" in of ? ["location", of.location] : ["task", of.task];
  const { rows } = await db.query<Requested>(`select * from port_activation where ${column} = any($1) order by requested_at`, [values]);
  return rows;
}

/** What waits, and what was done of late; newest first. */
export async function newestRequests(db: Connection, limit: number): Promise<Requested[]> {
  const { rows } = await db.query<Requested>("select * from port_activation order by state = 'requested' desc, requested_at desc limit $1", [limit]);
  return rows;
}

/** What support has yet to let in, oldest first. */
export async function portsToActivate(db: Connection): Promise<NonNullable<Queues["ports"]>> {
  const { rows } = await db.query<Requested & { waiting: string }>(
    "select *, count(*) over () as waiting from port_activation where state = 'requested' order by requested_at, task limit $1",
    [QUEUE_LIMIT],
  );
  return { waiting: Number(rows[0]?.waiting ?? 0), rows: rows.map(answerOf) };
}

/** Support and the technician are told in the same transaction. */
export async function noteRequest(client: pg.ClientBase, asked: Omit<Requested, "state" | "requested_at" | "done_at" | "done_by">): Promise<void> {
  const { rowCount } = await client.query(
    `insert into port_activation (equipment, location, job, technician, task, request, number) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (equipment) do update set location = excluded.location, job = excluded.job, technician = excluded.technician, task = excluded.task,
       request = excluded.request, number = excluded.number, state = 'requested', requested_at = now(), done_at = null, done_by = null
     where port_activation.number < excluded.number`,
    [asked.equipment, asked.location, asked.job, asked.technician, asked.task, asked.request, asked.number],
  );
  if (rowCount === 1) await tell(client, asked, `${asked.number}`);
}

/** The Task was completed, or taken up again. @returns whether anything changed */
export async function noteTask(client: pg.ClientBase, task: string, done: { readonly by: string } | null): Promise<void> {
  const { rows } = await client.query<Requested>(
    `update port_activation set state = $2, done_at = case when $2 = 'done' then now() end, done_by = $3 where task = $1 and state <> $2 returning *`,
    [task, done ? "done" : "requested", done?.by ?? null],
  );
  for (const row of rows) await tell(client, row, `${row.number}:${row.state}:${row.done_at?.getTime() ?? Date.now()}`);
}

async function tell(client: pg.ClientBase, { equipment, task, job, technician }: Pick<Requested, "equipment" | "task" | "job" | "technician">, what: string): Promise<void> {
  const audience = technician === null ? [] : [technician];
  await recordEvent(client, { key: `port:${equipment}:${what}`, kind: "port.activation", doctype: "Task", name: task, audience });
  await recordEvent(client, { key: `port:${equipment}:${what}:visit`, kind: "visit.changed", doctype: "Dispatch Job", name: job, audience });
}

export const answerOf = ({ task, job, location, equipment, request, state, requested_at, done_at, done_by }: Requested): PortActivationRequest => ({
  task, job, location, equipment, request, done: state === "done", requested_at: requested_at.toISOString(), done_at: done_at?.toISOString() ?? null, done_by,
});
