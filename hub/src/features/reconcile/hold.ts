/** What is known of the two databases' meeting, and whether everything is held back until somebody has reconciled. */
import type pg from "pg";
import { combined } from "./mark.ts";
import type { OurMark, Side } from "./mark.ts";

export interface RestoreRow extends OurMark {
  readonly installation: string;
  readonly met_at: Date | null;
  readonly place: string | null;
  readonly accepted_orders: readonly string[];
  readonly held_since: Date | null;
  readonly held_side: Side | null;
  readonly held_reason: string | null;
  readonly hub_point: Date | null;
  readonly erpnext_point: Date | null;
}

type Connection = pg.ClientBase | pg.Pool;

export async function restoreRow(db: Connection): Promise<RestoreRow> {
  const { rows } = await db.query<RestoreRow>(
    `select installation, mark, next, met_at, place, accepted_orders, held_since, held_side, held_reason, hub_point, erpnext_point from restore_mark`,
  );
  if (!rows[0]) throw new Error("restore_mark has no row");
  return rows[0];
}

/** Holds everything back. A second finding adds to the first, and the older of the moments found stays. */
export async function hold(db: Connection, side: Side, reason: string, points: { hub?: Date | null; erpnext?: Date | null }): Promise<void> {
  const { held_side, held_reason } = await restoreRow(db);
  const reasons = held_reason === null || held_reason === reason ? reason : `${held_reason}; ${reason}`;
  await db.query(
    `update restore_mark set held_since = coalesce(held_since, now()), held_side = $1, held_reason = $2,
       hub_point = least(hub_point, $3), erpnext_point = least(erpnext_point, $4)`,
    [combined(held_side, side), reasons.slice(0, 2_000), points.hub ?? null, points.erpnext ?? null],
  );
}

/** Where this database is: another server, timeline or database means that it was copied or recovered. Null where PostgreSQL does not say. */
export async function placeOf(db: Connection): Promise<string | null> {
  try {
    const { rows } = await db.query<{ place: string }>(
      `select system_identifier::text || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '/' ||
         (select oid from pg_database where datname = current_database()) as place
       from pg_control_system()`,
    );
    return rows[0]?.place ?? null;
  } catch (error) {
    // Some who run PostgreSQL for others keep these functions to themselves; the other witnesses remain.
    if ((error as { code?: unknown }).code === "42501") return null;
    throw error;
  }
}
