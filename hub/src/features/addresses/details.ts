/** What can be sold at an address: its drops, those that are free, and the one to sell. */
import type pg from "pg";
import type { AddressDetails, AddressStatus } from "@gigafibre/contracts/addresses";
import { addressLabel, addressLine } from "./label.ts";

interface Row {
  readonly uuid: string;
  readonly number: number;
  readonly suffix: string;
  readonly street: string;
  readonly municipality: string;
  readonly postal_code: string;
  readonly lat: number;
  readonly lng: number;
  readonly fibre_id: string | null;
  readonly olt_port: string;
  readonly max_speed: number;
  readonly zone_tarifaire: string;
  readonly free: boolean;
  readonly boitier_pas_install: boolean;
}

/**
 * @param client reads within the caller's transaction, when there is one.
 * @returns null when the register has no such address. `fibre_id` and `olt_port` are those of the drop to sell: a free one whose box is
 * installed, else a free one to build; null when there is none. Where every drop is taken, speed and zone are still told.
 */
export async function readDetails(db: pg.Pool | pg.ClientBase, uuid: string): Promise<AddressDetails | null> {
  const { rows } = await db.query<Row>({
    name: "address.details",
    text: `
      select a.uuid, a.number, a.suffix, s.name as street, s.municipality, a.postal_code, a.lat, a.lng,
        f.id as fibre_id, concat_ws('/', f.frame, f.slot, f.port) as olt_port, f.max_speed, f.zone_tarifaire, f.boitier_pas_install,
        coalesce(f.sn, '') = '' and r.fibre_id is null as free
      from address a
      join street s on s.id = a.street_id
      left join fiber_availability v on v.address_uuid = a.uuid
      left join fibre f on f.id = v.fibre_id
      left join port_reservation r on r.fibre_id = f.id
      where a.uuid = $1
      order by free desc, f.boitier_pas_install, v.score desc, f.id
      limit 1`,
    values: [uuid],
  });
  const [row] = rows;
  if (!row) return null;
  const status = statusOf(row);
  const sold = status === "available" || status === "on_request";
  const reached = status !== "not_served";
  return {
    uuid: row.uuid,
    label: addressLabel(row),
    rue: addressLine(row),
    ville: row.municipality,
    zip: row.postal_code,
    status,
    fibre_id: sold ? row.fibre_id : null,
    olt_port: sold ? row.olt_port : null,
    max_speed_mbps: reached ? row.max_speed : null,
    zone_tarifaire: reached ? row.zone_tarifaire : null,
    lat: row.lat,
    lng: row.lng,
  };
}

function statusOf(best: Row): AddressStatus {
  if (best.fibre_id === null) return "not_served";
  if (!best.free) return "occupied";
  return best.boitier_pas_install ? "on_request" : "available";
}
