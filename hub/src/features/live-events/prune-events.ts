import type pg from "pg";

/** Events are kept this long for streams that come back, and for whoever asks what happened. */
export const KEPT_DAYS = 90;

/**
 * Removes old events. Only a first stretch of ids goes, never one from the middle: what is left stays contiguous.
 * @returns how many were removed.
 */
export async function pruneEvents(pool: pg.Pool, keptDays = KEPT_DAYS): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from event_log where id < coalesce(
       (select min(id) from event_log where at >= now() - $1 * interval '1 day'),
       (select last + 1 from event_sequence)
     )`,
    [keptDays],
  );
  return rowCount ?? 0;
}
