/** What the hub keeps of ERPNext's devices, so that a device is answered without asking ERPNext. */
import { createHash } from "node:crypto";
import type pg from "pg";
import { gponFromHex } from "@gigafibre/contracts/labels";
import type { Vault } from "../../encryption.ts";
import { placeFacts } from "./facts.ts";
import type { EquipmentFacts, PlaceFacts } from "./facts.ts";

/** What a device may be known by, when it calls itself so. */
export function identitiesOf(serial: string, mac?: string | null): string[] {
  return [serial, gponFromHex(serial), mac].filter((name): name is string => typeof name === "string");
}

const fingerprintOf = (device: EquipmentFacts): string =>
  createHash("sha256")
    .update(
      JSON.stringify([
        device.provision_version,
        device.service_location,
        device.status,
        device.equipment_type,
        device.serial_number,
        device.gpon_sn,
        device.mac_address,
        device.device_profile,
        device.brand,
        device.model,
      ]),
    )
    .digest("base64url");

/** Notes devices as ERPNext holds them, and drops what was kept of the places of those that changed. @returns those that are new or changed */
export async function noteDevices(client: pg.ClientBase, devices: readonly EquipmentFacts[]): Promise<EquipmentFacts[]> {
  const known = await client.query<{ equipment: string; place: string | null; fingerprint: string }>(
    "select equipment, place, fingerprint from device where equipment = any($1) order by equipment for update",
    [devices.map(({ name }) => name)],
  );
  const before = new Map(known.rows.map((row) => [row.equipment, row]));
  const changed = devices.filter((device) => before.get(device.name)?.fingerprint !== fingerprintOf(device));
  if (changed.length === 0) return [];
  const names = changed.map(({ name }) => name);
  await client.query(
    `insert into device (equipment, place, fingerprint) select * from unnest($1::text[], $2::text[], $3::text[])
     on conflict (equipment) do update set place = excluded.place, fingerprint = excluded.fingerprint`,
    [names, changed.map(({ service_location }) => service_location || null), changed.map(fingerprintOf)],
  );
  const identities = changed.flatMap((device) => namesOf(device).map(({ identity, rank }) => ({ equipment: device.name, identity, rank })));
  await client.query("delete from device_identity where equipment = any($1)", [names]);
  await client.query(
    "insert into device_identity (identity, equipment, rank) select * from unnest($1::text[], $2::text[], $3::smallint[]) on conflict do nothing",
    [identities.map(({ identity }) => identity), identities.map(({ equipment }) => equipment), identities.map(({ rank }) => rank)],
  );
  await dropPlaces(client, changed.flatMap((device) => [device.service_location, before.get(device.name)?.place ?? ""]));
  return changed;
}

const namesOf = ({ serial_number, gpon_sn, mac_address }: EquipmentFacts): { identity: string; rank: number }[] =>
  [
    { identity: serial_number, rank: 1 },
    { identity: gpon_sn, rank: 1 },
    { identity: mac_address, rank: 2 },
  ].filter(({ identity }) => identity !== "");

export async function forgetDevice(client: pg.ClientBase, equipment: string): Promise<void> {
  const { rows } = await client.query<{ place: string | null }>("delete from device where equipment = $1 returning place", [equipment]);
  await dropPlaces(client, [rows[0]?.place ?? ""]);
}

/** What was kept of these places is read again. */
export async function dropPlaces(client: pg.ClientBase, places: readonly string[]): Promise<void> {
  const named = [...new Set(places)].filter((place) => place !== "").sort();
  if (named.length === 0) return;
  await client.query(
    `insert into device_place (place) select unnest($1::text[])
     on conflict (place) do update set facts = null, drops = device_place.drops + 1`,
    [named],
  );
}

export interface Dropped {
  readonly place: string;
  readonly drops: string;
}

/** Places to be read again: any, or those of `places`. */
export async function droppedPlaces(db: pg.Pool, limit: number, places: readonly string[] | null = null): Promise<Dropped[]> {
  const { rows } = await db.query<Dropped>(
    "select place, drops from device_place where facts is null and ($2::text[] is null or place = any($2)) order by place limit $1",
    [limit, places],
  );
  return rows;
}

/** Keeps what was read of places, unless they were dropped again meanwhile. */
export async function keepPlaces(db: pg.Pool, vault: Vault, dropped: readonly Dropped[], read: readonly PlaceFacts[]): Promise<void> {
  const drops = new Map(dropped.map((each) => [each.place, each.drops]));
  await db.query(
    `update device_place set facts = read.facts, read_at = now()
     from unnest($1::text[], $2::text[], $3::bigint[]) as read (place, facts, drops)
     where device_place.place = read.place and device_place.drops = read.drops`,
    [read.map(({ place }) => place), read.map((facts) => vault.seal(JSON.stringify(facts), context(facts.place))), read.map(({ place }) => drops.get(place))],
  );
}

const context = (place: string): string => `device_place:${place}`;

export interface Kept {
  readonly equipment: string;
  /** null: at no place. */
  readonly place: string | null;
  /** null: to be read again. */
  readonly facts: PlaceFacts | null;
  /** What the device last said of itself. */
  readonly oui: string | null;
  readonly product_class: string | null;
  readonly firmware: string | null;
}

/**
 * For each list of names the device that is known by one of them, a serial before a MAC address; null when none is. In one round trip. Not a prepared
 * statement, as none about devices is: its plan would be the one of the day the tables were empty, and read them whole once they are not.
 */
export async function keptDevices(db: pg.Pool, vault: Vault, asked: readonly (readonly string[])[]): Promise<(Kept | null)[]> {
  const names = asked.flatMap((identities, number) => identities.map((identity) => ({ number, identity, serial: identities[0] })));
  const { rows } = await db.query<Omit<Kept, "facts"> & { number: number; facts: string | null }>({
    // Each by its index: a planner that takes all devices for a better guess reads them whole, thousands of times in a storm.
    text: `select distinct on (asked.number) asked.number, identity.equipment, device.place, kept.facts, session.oui, session.product_class, session.firmware
           from unnest($1::int[], $2::text[], $3::text[]) asked (number, identity, serial)
           cross join lateral (select equipment, rank from device_identity where identity = asked.identity order by rank, equipment limit 1) identity
           cross join lateral (select place from device where equipment = identity.equipment limit 1) device
           left join lateral (select facts from device_place where place = device.place limit 1) kept on true
           left join lateral (select oui, product_class, firmware from device_session where serial = asked.serial limit 1) session on true
           order by asked.number, identity.rank, identity.equipment`,
    values: [names.map(({ number }) => number), names.map(({ identity }) => identity), names.map(({ serial }) => serial)],
  });
  const kept = new Map(rows.map(({ number, ...row }) => [number, { ...row, facts: row.facts === null || row.place === null ? null : placeFacts.parse(JSON.parse(vault.open(row.facts, context(row.place)))) }]));
  return asked.map((_, number) => kept.get(number) ?? null);
}
