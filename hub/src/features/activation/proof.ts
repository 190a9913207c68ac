/**
 * Proof that a service is there: its ONT has informed since the order, by the hub's clock, with light in range. Whoever stores an inform in
 * `device_session` calls `app.activation.devicesSeen(client, serials)` in the same transaction.
 */
import type pg from "pg";

/** What an ONT last said of itself. */
export interface LastInform {
  readonly serial: string;
  readonly last_seen: Date;
  readonly rx_power_dbm: number | null;
}

export interface Evidence {
  /** The ONT that proves it. */
  readonly proof: LastInform | null;
  /** The best that was heard since, in range or not; for people. */
  readonly heard: LastInform | null;
}

/** @param serials what the place's ONTs are called, upper-case: GPON serial and serial number */
export async function evidenceOf(db: pg.ClientBase | pg.Pool, serials: readonly string[], since: Date, criticalDbm: number): Promise<Evidence> {
  const { rows } = await db.query<LastInform>(
    `select serial, last_seen, rx_power_dbm from device_session
     where serial = any($1) and last_seen >= $2 order by rx_power_dbm desc nulls last, last_seen desc limit 1`,
    [serials, since],
  );
  const heard = rows[0] ?? null;
  return { heard, proof: heard !== null && heard.rx_power_dbm !== null && heard.rx_power_dbm >= criticalDbm ? heard : null };
}
