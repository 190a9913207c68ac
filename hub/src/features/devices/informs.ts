/** What devices say of themselves, kept in PostgreSQL; what ERPNext should know of it is marked, and told by `tell-job.ts`. */
import type pg from "pg";
import type { DeviceInform } from "@gigafibre/contracts/devices";
import { gponFromHex } from "@gigafibre/contracts/labels";
import { recordEvent } from "../live-events/record-event.ts";
import { identitiesOf } from "./cache.ts";
import type { EquipmentFacts } from "./facts.ts";

/** A reading that moves by less is no news for ERPNext. */
const NEWS_DB = 1;
const KEPT_DAYS = 90;
const UNKNOWN_KEPT_DAYS = 7;

/** A GPON serial has one spelling, whichever a device uses. */
export const spelled = (serial: string): string => gponFromHex(serial) ?? serial;

interface Before {
  readonly online: boolean;
  readonly news: boolean;
}

/** Keeps an inform. @returns the Service Equipment it is from, and whether ERPNext is to be told */
export async function keepInform(client: pg.ClientBase, inform: DeviceInform): Promise<{ equipment: string | null; news: boolean }> {
  const serial = spelled(inform.serial);
  await client.query("select pg_advisory_xact_lock(hashtextextended('device:' || $1, 0))", [serial]);
  const equipment = await equipmentFor(client, identitiesOf(serial, inform.mac));
  const values = [serial, equipment, inform.mac, inform.ip, inform.firmware, inform.rx_power_dbm, inform.uptime_s, inform.oui, inform.product_class];
  const { rows } = await client.query<Before>(
    `select online,
       not online or equipment is distinct from $2
       or coalesce($3, ip) is distinct from ip or coalesce($4, firmware) is distinct from firmware
       or abs(coalesce($5::real - rx_power_dbm, case when $5::real is null then 0 else $6 end)) >= $6 as news
     from device_session where serial = $1`,
    [serial, equipment, inform.ip ?? null, inform.firmware ?? null, inform.rx_power_dbm ?? null, NEWS_DB],
  );
  const news = rows[0]?.news ?? true;
  const isBoot = inform.event === "bootstrap" || inform.event === "boot";
  await client.query(
    `insert into device_session as kept (serial, equipment, mac, ip, firmware, rx_power_dbm, uptime_s, oui, product_class, online, last_seen, last_boot, changes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, now(), case when $10 then now() end, 1)
     on conflict (serial) do update set
       equipment = excluded.equipment, mac = coalesce(excluded.mac, kept.mac), ip = coalesce(excluded.ip, kept.ip),
       firmware = coalesce(excluded.firmware, kept.firmware),
       rx_power_dbm = coalesce(excluded.rx_power_dbm, kept.rx_power_dbm),
       uptime_s = coalesce(excluded.uptime_s, kept.uptime_s), oui = coalesce(excluded.oui, kept.oui),
       product_class = coalesce(excluded.product_class, kept.product_class), online = true, last_seen = now(),
       last_boot = coalesce(excluded.last_boot, kept.last_boot), changes = kept.changes + case when $11 then 1 else 0 end`,
    [...values.map((value) => value ?? null), isBoot, news],
  );
  if (inform.rx_power_dbm !== undefined || inform.uptime_s !== undefined) {
    await client.query("insert into device_sample (serial, rx_power_dbm, uptime_s) values ($1, $2, $3) on conflict do nothing", [
      serial,
      inform.rx_power_dbm ?? null,
      inform.uptime_s ?? null,
    ]);
  }
  if (equipment !== null && !rows[0]?.online) await tellOnline(client, serial, equipment);
  return { equipment, news };
}

async function equipmentFor(client: pg.ClientBase, identities: readonly string[]): Promise<string | null> {
  const { rows } = await client.query<{ equipment: string }>({
    name: "device.equipment",
    text: "select equipment from device_identity where identity = any($1) order by rank, equipment limit 1",
    values: [identities],
  });
  return rows[0]?.equipment ?? null;
}

async function tellOnline(client: pg.ClientBase, serial: string, equipment: string): Promise<void> {
  const { rows } = await client.query<{ changes: string }>("select changes from device_session where serial = $1", [serial]);
  await recordEvent(client, { key: `device:${serial}:online:${rows[0]?.changes ?? 0}`, kind: "device.online", doctype: "Service Equipment", name: equipment });
}

/** A device has taken what it was told. */
export async function keepActivated(client: pg.ClientBase, serial: string, hash: string, firmware: string | undefined): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into device_session as kept (serial, equipment, firmware, provisioned_hash, provisioned_at, online, changes)
     values ($1, $4, $3, $2, now(), true, 1)
     on conflict (serial) do update set
       provisioned_hash = excluded.provisioned_hash, provisioned_at = now(), firmware = coalesce(excluded.firmware, kept.firmware),
       equipment = excluded.equipment, last_seen = now(), online = true, changes = kept.changes + 1
     where kept.provisioned_hash is distinct from excluded.provisioned_hash or not kept.online`,
    [spelled(serial), hash, firmware ?? null, await equipmentFor(client, identitiesOf(serial))],
  );
  return rowCount === 1;
}

/** Sessions heard before their device was known are bound to it, and those of a device that is another now are let go. @returns serials newly bound */
export async function bindSessions(client: pg.ClientBase, devices: readonly EquipmentFacts[]): Promise<string[]> {
  const bound: string[] = [];
  for (const { name, serial_number, gpon_sn, mac_address } of devices) {
    const names = [serial_number, gpon_sn].filter((each) => each !== "");
    await client.query(
      "update device_session set equipment = null where equipment = $1 and not (serial = any($2) or serial = $3 or mac is not distinct from nullif($3, ''))",
      [name, names, mac_address],
    );
    const { rows } = await client.query<{ serial: string; online: boolean }>(
      `update device_session set equipment = $1, changes = changes + 1
       where (serial = any($2) or ($3 <> '' and (serial = $3 or mac = $3))) and equipment is distinct from $1 returning serial, online`,
      [name, names, mac_address],
    );
    for (const { serial, online } of rows) {
      if (online) await tellOnline(client, serial, name);
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
  for (const { serial, equipment, changes } of rows) {
    if (equipment === null) continue;
    await recordEvent(client, { key: `device:${serial}:offline:${changes}`, kind: "device.offline", doctype: "Service Equipment", name: equipment });
  }
  await client.query("delete from device_sample where at < now() - $1 * interval '1 day'", [KEPT_DAYS]);
  await client.query("delete from device_session where equipment is null and unknown_issue is null and last_seen < now() - $1 * interval '1 day'", [UNKNOWN_KEPT_DAYS]);
  return rows.length;
}
