/** What devices say of themselves, kept in PostgreSQL; what ERPNext should know of it is marked, and told by `tell-job.ts`. */
import type pg from "pg";
import type { DeviceInform } from "@gigafibre/contracts/devices";
import { gponFromHex } from "@gigafibre/contracts/labels";
import { recordEvents } from "../live-events/record-event.ts";
import { identitiesOf } from "./cache.ts";
import type { EquipmentFacts } from "./facts.ts";

/** A reading that moves by less is no news for ERPNext. */
const NEWS_DB = 1;
const KEPT_DAYS = 90;
const UNKNOWN_KEPT_DAYS = 7;
const CALLS_KEPT_DAYS = 7;

/** A GPON serial has one spelling, whichever a device uses. */
export const spelled = (serial: string): string => gponFromHex(serial) ?? serial;

/** What came of an inform. */
export interface Kept {
  readonly serial: string;
  /** The Service Equipment it is from. */
  readonly equipment: string | null;
  /** ERPNext is to be told. */
  readonly news: boolean;
}

/** Keeps informs in the order in which they came. */
export async function keepInforms(client: pg.ClientBase, informs: readonly DeviceInform[]): Promise<Kept[]> {
  const said = informs.map((inform) => ({ ...inform, serial: spelled(inform.serial) }));
  await takeTurns(client, said.map(({ serial }) => serial));
  const kept: Kept[] = [];
  // A device that has said two things is heard twice.
  for (let rest = said; rest.length > 0; ) {
    const first = new Map<string, (typeof said)[number]>();
    const later = rest.filter((inform) => first.has(inform.serial) || (first.set(inform.serial, inform), false));
    kept.push(...(await keepOneEach(client, [...first.values()])));
    rest = later;
  }
  return kept;
}

/** Whoever else speaks of the same devices waits, in one order for all. */
async function takeTurns(client: pg.ClientBase, serials: readonly string[]): Promise<void> {
  await client.query({
    text: "select pg_advisory_xact_lock(hashtextextended('device:' || serial, 0)) from (select distinct serial from unnest($1::text[]) serial order by serial) mine",
    values: [serials],
  });
}

async function keepOneEach(client: pg.ClientBase, informs: readonly DeviceInform[]): Promise<Kept[]> {
  const equipment = await equipmentFor(client, informs.map(({ serial, mac }) => identitiesOf(serial, mac)));
  const column = <K extends keyof DeviceInform>(name: K): (DeviceInform[K] | null)[] => informs.map((inform) => inform[name] ?? null);
  const { rows } = await client.query<{ serial: string; equipment: string | null; changes: string; was_online: boolean; is_first: boolean; was_unknown: boolean; news: boolean }>({
    text: `with said as (
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::real[], $7::bigint[], $8::text[], $9::text[], $10::boolean[], $12::text[])
           as said (serial, equipment, mac, ip, firmware, rx_power_dbm, uptime_s, oui, product_class, is_boot, endpoint)
       ), heard as (
         select said.*, coalesce(before.online, false) as was_online, before.serial is null as is_first, before.equipment is null as was_unknown, coalesce(
           not before.online or before.equipment is distinct from said.equipment
           or coalesce(said.ip, before.ip) is distinct from before.ip or coalesce(said.firmware, before.firmware) is distinct from before.firmware
           or abs(coalesce(said.rx_power_dbm - before.rx_power_dbm, case when said.rx_power_dbm is null then 0 else $11 end)) >= $11, true) as news
         from said left join lateral (select serial, online, equipment, ip, firmware, rx_power_dbm from device_session where serial = said.serial limit 1) before on true
       ), written as (
         insert into device_session as kept (serial, equipment, mac, ip, firmware, rx_power_dbm, uptime_s, oui, product_class, endpoint, online, last_seen, last_boot, changes)
         select serial, equipment, mac, ip, firmware, rx_power_dbm, uptime_s, oui, product_class, endpoint, true, now(), case when is_boot then now() end, case when news then 1 else 0 end
         from heard order by serial
         on conflict (serial) do update set
           equipment = excluded.equipment, mac = coalesce(excluded.mac, kept.mac), ip = coalesce(excluded.ip, kept.ip),
           firmware = coalesce(excluded.firmware, kept.firmware), rx_power_dbm = coalesce(excluded.rx_power_dbm, kept.rx_power_dbm),
           uptime_s = coalesce(excluded.uptime_s, kept.uptime_s), oui = coalesce(excluded.oui, kept.oui),
           product_class = coalesce(excluded.product_class, kept.product_class), endpoint = coalesce(excluded.endpoint, kept.endpoint), online = true, last_seen = now(),
           last_boot = coalesce(excluded.last_boot, kept.last_boot), changes = kept.changes + excluded.changes
         returning serial, changes
       ), sampled as (
         insert into device_sample (serial, at, rx_power_dbm, uptime_s)
         select serial, clock_timestamp(), rx_power_dbm, uptime_s from said where rx_power_dbm is not null or uptime_s is not null on conflict do nothing
       )
       select serial, heard.equipment, written.changes, heard.was_online, heard.is_first, heard.was_unknown, heard.news from heard join written using (serial)`,
    values: [
      column("serial"), equipment, column("mac"), column("ip"), column("firmware"), column("rx_power_dbm"), column("uptime_s"), column("oui"), column("product_class"),
      informs.map(({ event }) => event === "bootstrap" || event === "boot"), NEWS_DB, column("endpoint"),
    ],
  });
  await tellOnline(client, rows.flatMap(({ serial, equipment: name, changes, was_online }) => (name === null || was_online ? [] : [{ serial, equipment: name, changes }])));
  await tellUnknown(client, rows.filter((row) => row.equipment === null && (row.is_first || !row.was_unknown)), "device.unknown");
  await tellUnknown(client, rows.filter((row) => row.equipment !== null && !row.is_first && row.was_unknown), "device.matched");
  return rows;
}

/** By what a device is asked for at its ACS, where the bridge that heard it has said so. */
export async function endpointOf(db: pg.Pool, serial: string): Promise<string | null> {
  const { rows } = await db.query<{ endpoint: string | null }>("select endpoint from device_session where serial = $1", [spelled(serial)]);
  return rows[0]?.endpoint ?? null;
}

/** Nobody knows it, or somebody does now: each time that it changes. */
const tellUnknown = (client: pg.ClientBase, devices: readonly { readonly serial: string }[], kind: "device.unknown" | "device.matched"): Promise<void> =>
  recordEvents(client, devices.map(({ serial }) => ({ key: `${kind}:${serial}:${Date.now()}`, kind, doctype: "Device", name: serial })));

/** Of each device, by what it is called: a serial before a MAC address. */
async function equipmentFor(client: pg.ClientBase, identities: readonly (readonly string[])[]): Promise<(string | null)[]> {
  const asked = identities.flatMap((names, number) => names.map((name) => ({ number, name })));
  const { rows } = await client.query<{ number: number; equipment: string }>({
    text: `select distinct on (number) number, equipment from unnest($1::int[], $2::text[]) asked (number, name)
           cross join lateral (select equipment, rank from device_identity where identity = asked.name order by rank, equipment limit 1) known
           order by number, rank, equipment`,
    values: [asked.map(({ number }) => number), asked.map(({ name }) => name)],
  });
  const found = new Map(rows.map(({ number, equipment }) => [number, equipment]));
  return identities.map((_, number) => found.get(number) ?? null);
}

const tellOnline = (client: pg.ClientBase, devices: readonly { readonly serial: string; readonly equipment: string; readonly changes: string }[]): Promise<void> =>
  recordEvents(
    client,
    devices.map(({ serial, equipment, changes }) => ({ key: `device:${serial}:online:${changes}`, kind: "device.online", doctype: "Service Equipment", name: equipment })),
  );

/** A device that has taken what it was told. */
export interface Activated {
  readonly serial: string;
  readonly hash: string;
  readonly firmware?: string | undefined;
}

/** Notes what devices have taken. @returns whether any of it is news */
export async function keepActivated(client: pg.ClientBase, activated: readonly Activated[]): Promise<boolean> {
  // Of a device that has said it twice, the last.
  const said = [...new Map(activated.map((each) => [spelled(each.serial), { ...each, serial: spelled(each.serial) }])).values()];
  await takeTurns(client, said.map(({ serial }) => serial));
  const equipment = await equipmentFor(client, said.map(({ serial }) => identitiesOf(serial)));
  const { rowCount } = await client.query({
    text: `insert into device_session as kept (serial, equipment, firmware, provisioned_hash, provisioned_at, online, changes)
       select serial, equipment, firmware, hash, now(), true, 1 from unnest($1::text[], $2::text[], $3::text[], $4::text[]) said (serial, equipment, firmware, hash) order by serial
     on conflict (serial) do update set
       provisioned_hash = excluded.provisioned_hash, provisioned_at = now(), firmware = coalesce(excluded.firmware, kept.firmware),
       equipment = excluded.equipment, last_seen = now(), online = true, changes = kept.changes + 1
     where kept.provisioned_hash is distinct from excluded.provisioned_hash or not kept.online`,
    values: [said.map(({ serial }) => serial), equipment, said.map(({ firmware }) => firmware ?? null), said.map(({ hash }) => hash)],
  });
  return (rowCount ?? 0) > 0;
}

/** Sessions heard before their device was known are bound to it, and those of a device that is another now are let go. @returns serials newly bound */
export async function bindSessions(client: pg.ClientBase, devices: readonly EquipmentFacts[]): Promise<string[]> {
  const bound: string[] = [];
  for (const { name, serial_number, gpon_sn, mac_address } of devices) {
    const names = [serial_number, gpon_sn].filter((each) => each !== "");
    const { rows: lost } = await client.query<{ serial: string }>(
      "update device_session set equipment = null where equipment = $1 and not (serial = any($2) or serial = $3 or mac is not distinct from nullif($3, '')) returning serial",
      [name, names, mac_address],
    );
    await tellUnknown(client, lost, "device.unknown");
    const { rows } = await client.query<{ serial: string; online: boolean; changes: string; was_unknown: boolean }>(
      `update device_session kept set equipment = $1, changes = kept.changes + 1 from device_session before
       where before.serial = kept.serial and (kept.serial = any($2) or ($3 <> '' and (kept.serial = $3 or kept.mac = $3))) and kept.equipment is distinct from $1
       returning kept.serial, kept.online, kept.changes, before.equipment is null as was_unknown`,
      [name, names, mac_address],
    );
    await tellUnknown(client, rows.filter(({ was_unknown }) => was_unknown), "device.matched");
    for (const { serial, online, changes } of rows) {
      if (online) await tellOnline(client, [{ serial, equipment: name, changes }]);
      bound.push(serial);
    }
  }
  return bound;
}

/** Devices that have been silent too long are Offline, once; what nobody needs any more is forgotten. @returns how many went silent */
export async function noteSilence(client: pg.ClientBase, silentMinutes: number): Promise<number> {
  const { rows } = await client.query<{ serial: string; equipment: string | null; changes: string }>(
    `update device_session set online = false, changes = changes + 1
     where online and last_seen < now() - $1 * interval '1 minute' returning serial, equipment, changes`,
    [silentMinutes],
  );
  await recordEvents(
    client,
    rows.flatMap(({ serial, equipment, changes }) =>
      equipment === null ? [] : [{ key: `device:${serial}:offline:${changes}`, kind: "device.offline" as const, doctype: "Service Equipment", name: equipment }],
    ),
  );
  await client.query("delete from device_sample where at < now() - $1 * interval '1 day'", [KEPT_DAYS]);
  await client.query("delete from device_session where equipment is null and unknown_issue is null and last_seen < now() - $1 * interval '1 day'", [UNKNOWN_KEPT_DAYS]);
  await client.query("delete from device_call where called_at < now() - $1 * interval '1 day'", [CALLS_KEPT_DAYS]);
  return rows.length;
}
