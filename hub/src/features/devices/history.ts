/** What a device said over time, thinned out for a chart. */
import type pg from "pg";
import { HISTORY_POINTS } from "@gigafibre/contracts/devices";
import type { DeviceHistory } from "@gigafibre/contracts/devices";

const DAYS = 90;
const DAY_S = 86_400;

interface Point {
  readonly at: Date;
  readonly rx: number | null;
  readonly rx_min: number | null;
  readonly rx_max: number | null;
  readonly uptime: string | null;
  readonly boots: string;
}

/** Steps of equal length from the device's first sample within the 90 days; a step without a sample is no point. */
export async function historyOf(db: pg.Pool, serial: string): Promise<Omit<DeviceHistory, "thresholds">> {
  const { rows: bounds } = await db.query<{ began: Date | null }>(
    "select min(at) as began from device_sample where serial = $1 and at > now() - $2 * interval '1 day'",
    [serial, DAYS],
  );
  const began = bounds[0]?.began ?? new Date();
  const step = Math.max(1, Math.min(DAYS * DAY_S, (Date.now() - began.getTime()) / 1_000 + 1) / HISTORY_POINTS);
  const { rows } = await db.query<Point>(
    `with said as (
       select at, rx_power_dbm, uptime_s, uptime_s < lag(uptime_s) over (order by at) as booted,
         floor(extract(epoch from at - $2::timestamptz) / $3::float8) as step
       from device_sample where serial = $1 and at >= $2
     )
     select min(at) as at, percentile_disc(0.5) within group (order by rx_power_dbm) as rx, min(rx_power_dbm) as rx_min, max(rx_power_dbm) as rx_max,
       (array_agg(uptime_s order by at desc))[1] as uptime, count(*) filter (where booted) as boots
     from said group by step order by step limit $4`,
    [serial, began, step, HISTORY_POINTS],
  );
  return {
    serial,
    from: began.toISOString(),
    step_s: step,
    points: rows.map(({ at, rx, rx_min, rx_max, uptime, boots }) => ({
      at: at.toISOString(),
      rx_power_dbm: rx,
      rx_min_dbm: rx_min,
      rx_max_dbm: rx_max,
      uptime_s: uptime === null ? null : Number(uptime),
      boots: Number(boots),
    })),
  };
}
