/** Addresses and drops for tests: as few as a test needs, each somewhere of its own. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { coreKey, municipalityKey, streetKey } from "@gigafibre/contracts/address-text";
import type { Checkout } from "@gigafibre/contracts/orders";

export interface Place {
  readonly uuid: string;
  readonly fibre_ids: readonly string[];
  /** As an order says it, for the drop at `index`. */
  address(index?: number): Checkout["address"];
}

export interface PlaceOptions {
  readonly drops?: number;
  readonly on_request?: boolean;
  readonly zone?: string;
  readonly max_speed?: number;
  /** The ONT that has the first drop. */
  readonly sn?: string;
}

let number = 100;

/** Makes an address with its drops. */
export async function makePlace(db: pg.Pool, options: PlaceOptions = {}): Promise<Place> {
  const { drops = 1, on_request = false, zone = "standard", max_speed = 1500 } = options;
  const civic = (number += 1);
  const street = "Rue de l'Église";
  const municipality = "Saint-Anicet";
  const { rows } = await db.query<{ id: number }>(
    `insert into street (name, municipality, name_key, core_key, municipality_key) values ($1, $2, $3, $4, $5)
     on conflict (municipality_key, name_key) do update set name = excluded.name returning id`,
    [street, municipality, streetKey(street), coreKey(street), municipalityKey(municipality)],
  );
  const uuid = randomUUID();
  const [lat, lng] = [45.1 + civic / 10_000, -74.3];
  await db.query("insert into address (uuid, street_id, number, postal_code, lat, lng) values ($1, $2, $3, 'J0S 1M0', $4, $5)", [uuid, rows[0]?.id, civic, lat, lng]);
  const fibre_ids: string[] = [];
  for (let index = 0; index < drops; index += 1) {
    // A site that outlives the run meets no drop twice.
    const id = `F-${uuid.slice(0, 8)}-${index}`;
    await db.query(
      `insert into fibre (id, address_text, lat, lng, olt_ip, olt_name, frame, slot, port, ontid, sn, boitier_pas_install, max_speed, zone_tarifaire)
       values ($1, $2, $3, $4, '172.17.16.2', 'Saint-Anicet', 0, 3, 7, $5, $6, $7, $8, $9)`,
      [id, `${civic} ${street}`, lat, lng, index + 1, index === 0 ? (options.sn ?? null) : null, on_request, max_speed, zone],
    );
    await db.query("insert into fiber_availability (address_uuid, fibre_id, match_method, score) values ($1, $2, 'exact', $3)", [uuid, id, 1 - index / 10]);
    fibre_ids.push(id);
  }
  return {
    uuid,
    fibre_ids,
    address: (index = 0) => ({ uuid, fibre_id: fibre_ids[index] ?? "", rue: `${civic} ${street}`, ville: municipality, zip: "J0S 1M0", olt_port: "0/3/7", lat, lng }),
  };
}
