/** Who is followed on the way to which visit, and about where they are. Nothing of it is kept once they have arrived. */
import { createHash } from "node:crypto";
import type pg from "pg";
import { localDate } from "@gigafibre/contracts/dates";
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

/** Of a visit and who comes, so that who says so again is followed by the link that was sent. */
export const tokenFor = (vault: Vault, { job, technician }: Pick<Departure, "job" | "technician">): string => vault.derive(`follow:${job}:${technician}`).slice(0, TOKEN_LENGTH);

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

/** What is news to the customer: that somebody is on the way, or that they arrive at another time than was said. */
export type News = "on_the_way" | "arrives_otherwise";

/** By as much an arrival that was told has moved before it is told again. */
const MOVED_MS = 15 * 60_000;

/** In the transaction that notes that they have left, or said so again. @returns what the customer is to be told of it; null: nothing new */
export async function beginFollow(client: pg.ClientBase, departure: Departure): Promise<News | null> {
  const { job, technician, arrives_at, position } = departure;
  const { rows } = await client.query<{ told_arrives_at: Date | null }>(
    "select told_arrives_at from follow_link where job = $1 and technician = $2 and ended_at is null and ends_at > now() for update", [job, technician],
  );
  const [begun] = rows;
  if (!begun) {
    await begin(client, departure);
    return "on_the_way";
  }
  const otherwise = arrives_at !== null && (begun.told_arrives_at === null || Math.abs(arrives_at.getTime() - begun.told_arrives_at.getTime()) > MOVED_MS);
  await client.query("update follow_link set arrives_at = coalesce($2, arrives_at), told_arrives_at = case when $3 then $2 else told_arrives_at end where job = $1", [job, arrives_at, otherwise]);
  if (position) await notePosition(client, { job, technician }, position, new Date());
  return otherwise ? "arrives_otherwise" : null;
}

async function begin(client: pg.ClientBase, { job, token, technician, traccar_device, arrives_at, destination, position }: Departure): Promise<void> {
  await client.query(
    `insert into follow_link (job, token_hash, technician, traccar_device, arrives_at, to_latitude, to_longitude, told_arrives_at) values ($1, $2, $3, $4, $5, $6, $7, $5)
     on conflict (job) do update set token_hash = excluded.token_hash, technician = excluded.technician, traccar_device = excluded.traccar_device,
       arrives_at = excluded.arrives_at, to_latitude = excluded.to_latitude, to_longitude = excluded.to_longitude,
       latitude = null, longitude = null, position_at = null, ends_at = excluded.ends_at, ended_at = null, told_arrives_at = excluded.told_arrives_at`,
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

/** Names the message that they are on the way: one a visit, technician and day; another for each arrival that is told otherwise. */
export const setOutKey = ({ job, technician, arrives_at }: Pick<Departure, "job" | "technician" | "arrives_at">, news: News): string =>
  `${setOutKeys(job)}${technician}:${localDate(new Date())}${news === "on_the_way" ? "" : `:${arrives_at?.toISOString() ?? ""}`}:sms`;
const setOutKeys = (job: string): string => `visit:${job}:set_out:`;

/** They have arrived, or it is not their visit any more: nobody is told that they are on the way either. @param stillOf who goes on being followed */
export async function endFollow(db: Connection, job: string, stillOf: string | null = null): Promise<void> {
  const { rowCount } = await db.query(
    "update follow_link set ended_at = now(), latitude = null, longitude = null, position_at = null where job = $1 and ended_at is null and technician is distinct from $2",
    [job, stillOf],
  );
  if (rowCount === 0) return;
  await db.query("update outbox set state = 'skipped', last_error = 'they are not on the way any more', settled_at = now() where starts_with(key, $1) and state = 'waiting'", [setOutKeys(job)]);
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
