/** Who is followed on the way to which visit, and about where they are. Nothing of it is kept once they have arrived. */
import { createHash } from "node:crypto";
import type pg from "pg";
import { distanceKm } from "@gigafibre/contracts/follow";
import type { FollowAnswer } from "@gigafibre/contracts/follow";
import type { Vault } from "../../encryption.ts";

type Connection = pg.ClientBase | pg.Pool;

/** 132 bits: short enough for an SMS. */
const TOKEN_LENGTH = 22;
/** Decimals of a degree: a hundred metres or so. */
const DECIMALS = 3;

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");
const rounded = (degrees: number): number => Number(degrees.toFixed(DECIMALS));

/** Drawn from the action that began it, so that a repeat has the same. */
export const tokenFor = (vault: Vault, action: string): string => vault.derive(`follow:${action}`).slice(0, TOKEN_LENGTH);

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

export interface Departure {
  readonly job: string;
  readonly token: string;
  readonly technician: string;
  readonly traccar_device: string | null;
  readonly arrives_at: Date | null;
  readonly destination: Place | null;
  readonly position: Place | null;
}

/** In the transaction that notes that they have left. */
export async function beginFollow(client: pg.ClientBase, { job, token, technician, traccar_device, arrives_at, destination, position }: Departure): Promise<void> {
  await client.query(
    `insert into follow_link (job, token_hash, technician, traccar_device, arrives_at, to_latitude, to_longitude) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (job) do update set token_hash = excluded.token_hash, technician = excluded.technician, traccar_device = excluded.traccar_device,
       arrives_at = excluded.arrives_at, to_latitude = excluded.to_latitude, to_longitude = excluded.to_longitude,
       latitude = null, longitude = null, position_at = null, ends_at = excluded.ends_at, ended_at = null`,
    [job, hashOf(token), technician, traccar_device, arrives_at, destination?.latitude ?? null, destination?.longitude ?? null],
  );
  if (position) await notePosition(client, { job, technician }, position, new Date());
}

/** @returns whether anybody follows: of a visit that is over, or somebody else's, nothing is kept */
export async function notePosition(db: Connection, of: { readonly job: string; readonly technician: string } | { readonly devices: readonly string[] }, { latitude, longitude }: Place, at: Date): Promise<boolean> {
  const [which, values] = "job" in of ? ["job = $4 and technician = $5", [of.job, of.technician]] : ["traccar_device = any($4)", [of.devices]];
  const { rowCount } = await db.query(
    `update follow_link set
       latitude = case when position_at is null or position_at <= $3 then $1 else latitude end,
       longitude = case when position_at is null or position_at <= $3 then $2 else longitude end,
       position_at = greatest(position_at, $3)
     where ${which} and ended_at is null and ends_at > now()`,
    [rounded(latitude), rounded(longitude), at, ...values],
  );
  return rowCount !== 0;
}

export async function isFollowed(db: Connection, job: string): Promise<boolean> {
  const { rowCount } = await db.query("select 1 from follow_link where job = $1 and ended_at is null", [job]);
  return rowCount !== 0;
}

/** Names the message that they are on the way. */
export const setOutKey = (job: string): string => `visit:${job}:set_out:sms`;

/** They have arrived, or it is not their visit any more: nobody is told that they are on the way either. @param stillOf who goes on being followed */
export async function endFollow(db: Connection, job: string, stillOf: string | null = null): Promise<void> {
  const { rowCount } = await db.query(
    "update follow_link set ended_at = now(), latitude = null, longitude = null, position_at = null where job = $1 and ended_at is null and technician is distinct from $2",
    [job, stillOf],
  );
  if (rowCount === 0) return;
  await db.query("update outbox set state = 'skipped', last_error = 'they are not on the way any more', settled_at = now() where key = $1 and state = 'waiting'", [setOutKey(job)]);
}

interface Row {
  readonly arrives_at: Date | null;
  readonly to_latitude: number | null;
  readonly to_longitude: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly position_at: Date | null;
  readonly ended: boolean;
}

/** @returns null for a link that does not exist, or has run out */
export async function followed(db: Connection, token: string): Promise<FollowAnswer | null> {
  const { rows } = await db.query<Row>(
    `select arrives_at, to_latitude, to_longitude, latitude, longitude, position_at, ended_at is not null as ended
     from follow_link where token_hash = $1 and ends_at > now()`,
    [hashOf(token)],
  );
  const row = rows[0];
  if (!row) return null;
  if (row.ended) return { state: "arrived", arrives_at: null, distance_km: null, position: null };
  const { latitude, longitude, position_at, to_latitude, to_longitude } = row;
  const position = latitude !== null && longitude !== null && position_at !== null ? { latitude, longitude, at: position_at.toISOString() } : null;
  const destination = to_latitude !== null && to_longitude !== null ? { latitude: to_latitude, longitude: to_longitude } : null;
  return {
    state: "en_route",
    arrives_at: row.arrives_at?.toISOString() ?? null,
    distance_km: position && destination ? Number(distanceKm(position, destination).toFixed(1)) : null,
    position,
  };
}

/** Technicians whom a customer follows at this moment, where their phone or vehicle was last. */
export async function onTheWay(db: Connection): Promise<{ technician: string; latitude: number; longitude: number; at: Date }[]> {
  const { rows } = await db.query<{ technician: string; latitude: number; longitude: number; at: Date }>(
    `select distinct on (technician) technician, latitude, longitude, position_at as at from follow_link
     where ended_at is null and ends_at > now() and position_at is not null order by technician, position_at desc`,
  );
  return rows;
}

export async function pruneFollowed(db: Connection): Promise<void> {
  await db.query("update follow_link set latitude = null, longitude = null, position_at = null where ends_at <= now() and position_at is not null");
  await db.query("delete from follow_link where ends_at < now() - interval '1 day'");
}
