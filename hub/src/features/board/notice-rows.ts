/** What the hub keeps of the dates that customers were told. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import type { StaffSession } from "@gigafibre/contracts/session";

export const NOTICES = "visit-notices";
/** What is moved again within it is told once. */
export const NOTICE_SECONDS = 60;

type Connection = pg.ClientBase | pg.Pool;

export interface NoticeRow {
  readonly job: string;
  readonly told_start: string | null;
  readonly told_at: Date | null;
  /** To the microsecond, which a Date is not: asked for again, it is another. */
  readonly due_at: string | null;
  readonly is_due: boolean;
  readonly reminded_start: string | null;
  readonly notices: number;
}

export async function noticeRow(db: Connection, job: string): Promise<NoticeRow | undefined> {
  const { rows } = await db.query<NoticeRow>("select job, told_start, told_at, due_at::text, coalesce(due_at <= now(), false) as is_due, reminded_start, notices from visit_notice where job = $1", [job]);
  return rows[0];
}

/** In a minute the customer is told what then stands. */
export async function askNotice(app: FastifyInstance, client: pg.ClientBase, job: string): Promise<void> {
  await client.query(
    `insert into visit_notice (job, due_at) values ($1, now() + $2 * interval '1 second')
     on conflict (job) do update set due_at = excluded.due_at, updated_at = now()`,
    [job, NOTICE_SECONDS],
  );
  await app.workers.enqueue(client, NOTICES, job, { afterSeconds: NOTICE_SECONDS });
}

/** What was due is told later, unless it was asked for again meanwhile. */
export async function holdNotice(app: FastifyInstance, client: pg.ClientBase, { job, due_at }: NoticeRow, until: Date): Promise<void> {
  const { rowCount } = await client.query("update visit_notice set due_at = $3 where job = $1 and due_at = $2::timestamptz", [job, due_at, until]);
  if (rowCount === 1) await app.workers.enqueue(client, NOTICES, job, { afterSeconds: Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1_000)) });
}

/** @param known the start of which the customer knows without being told; undefined where they are to be told */
export async function noteMoved(client: pg.ClientBase, job: string, { user, full_name }: StaffSession, known: string | null | undefined): Promise<void> {
  await client.query(
    `insert into visit_notice (job, moved_by, moved_by_name) values ($1, $2, $3)
     on conflict (job) do update set moved_by = excluded.moved_by, moved_by_name = excluded.moved_by_name, updated_at = now()`,
    [job, user, full_name],
  );
  if (known !== undefined) await client.query("update visit_notice set told_start = $2, due_at = null where job = $1", [job, known]);
}

/** Settles what was due, unless it was asked for again meanwhile. @returns the number of this notice, or null */
export async function settleNotice(client: pg.ClientBase, { job, due_at }: NoticeRow, told: { readonly start: string | null; readonly number_hash: string | null } | null): Promise<number | null> {
  const { rows } = await client.query<{ notices: number }>(
    told === null
      ? "update visit_notice set due_at = null where job = $1 and due_at = $2::timestamptz returning notices"
      : `update visit_notice set due_at = null, told_start = $3, told_at = now(), number_hash = coalesce($4, number_hash), notices = notices + 1, updated_at = now()
         where job = $1 and due_at = $2::timestamptz returning notices`,
    told === null ? [job, due_at] : [job, due_at, told.start, told.number_hash],
  );
  return rows[0]?.notices ?? null;
}

export async function dueNotices(db: Connection): Promise<string[]> {
  const { rows } = await db.query<{ job: string }>("select job from visit_notice where due_at <= now() order by due_at limit 500");
  return rows.map(({ job }) => job);
}

/** Takes the reminder of a start, once. @returns false where it was taken before */
export async function takeReminder(client: pg.ClientBase, job: string, start: string, number_hash: string | null): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into visit_notice (job, told_start, told_at, reminded_start, number_hash) values ($1, $2, now(), $2, $3)
     on conflict (job) do update set told_start = excluded.told_start, told_at = now(), reminded_start = excluded.reminded_start,
       number_hash = coalesce(excluded.number_hash, visit_notice.number_hash), updated_at = now()
     where visit_notice.reminded_start is distinct from excluded.reminded_start`,
    [job, start, number_hash],
  );
  return rowCount === 1;
}

/** What waits to be sent of a visit and is true no more. */
export async function withdraw(client: Connection, job: string): Promise<void> {
  await client.query("update outbox set state = 'skipped', last_error = 'the visit was moved or cancelled', settled_at = now() where key like $1 and state = 'waiting'", [
    `visit:${job.replaceAll(/[\\%_]/g, String.raw`\$&`)}:date:%`,
  ]);
}

/** The visit whose date was told to this number last, and is still to come. @param now as `2026-04-07 09:30` */
export async function toldAt(db: Connection, number_hash: string, now: string): Promise<{ job: string; told_start: string } | null> {
  const { rows } = await db.query<{ job: string; told_start: string }>(
    "select job, told_start from visit_notice where number_hash = $1 and told_start >= $2 order by told_at desc nulls last limit 1",
    [number_hash, now],
  );
  return rows[0] ?? null;
}
