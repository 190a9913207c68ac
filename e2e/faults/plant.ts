/** A village of free drops: each order of the suite takes an address of its own. */
import pg from "pg";
import { coreKey, plainKey, streetKey } from "@gigafibre/contracts/address-text";

/** `house`: one free drop. `duplex`: two. `unbuilt`: one whose box is not installed yet, sold on request. */
export type DoorKind = "house" | "duplex" | "unbuilt";

export interface Doors {
  readonly house: readonly string[];
  readonly duplex: readonly string[];
  readonly unbuilt: readonly string[];
}

const STREET = "Rang des Orages";
const MUNICIPALITY = "Havelock";

/** One in this many doors is of that kind; the others are houses. */
const EVERY = { duplex: 10, unbuilt: 8 } as const;

function kindOf(number: number): DoorKind {
  if (number % EVERY.duplex === 0) return "duplex";
  return number % EVERY.unbuilt === 0 ? "unbuilt" : "house";
}

const uuidOf = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;

export function doors(count: number): Doors {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const of = (kind: DoorKind): string[] => numbers.filter((number) => kindOf(number) === kind).map(uuidOf);
  return { house: of("house"), duplex: of("duplex"), unbuilt: of("unbuilt") };
}

/** Builds the village in an empty, migrated database. `mark` begins its drops' ids. */
export async function buildPlant(databaseUrl: string, count: number, mark: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("begin");
    const { rows } = await client.query<{ id: number }>(
      "insert into street (name, municipality, name_key, core_key, municipality_key) values ($1, $2, $3, $4, $5) returning id",
      [STREET, MUNICIPALITY, streetKey(STREET), coreKey(STREET), plainKey(MUNICIPALITY)],
    );
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    await client.query(
      `insert into address (uuid, street_id, number, postal_code, lat, lng)
       select uuid, $1, number, 'J0S 2C0', 45.05, -73.75 from unnest($2::uuid[], $3::int[]) as door (uuid, number)`,
      [rows[0]?.id, numbers.map(uuidOf), numbers],
    );
    const drops = numbers.flatMap((number) =>
      kindOf(number) === "duplex" ? [{ number, half: "A" }, { number, half: "B" }] : [{ number, half: "" }],
    );
    // Eight drops share a port, as in the field: the ontid tells them apart.
    await client.query(
      `insert into fibre (id, address_text, lat, lng, olt_ip, olt_name, frame, slot, port, ontid, sn, boitier_pas_install, max_speed, zone_tarifaire)
       select id, number || ' ${STREET}', 45.05, -73.75, '172.17.64.2', 'Havelock', 0, place / 128, place / 8 % 16, place % 8,
              case when place % 2 = 0 then null else '' end, unbuilt, 1500, 'standard'
       from unnest($1::text[], $2::int[], $3::boolean[], $4::int[]) as drops (id, number, unbuilt, place)`,
      [
        drops.map(({ number, half }) => `${mark}HAV-${number}${half}`),
        drops.map(({ number }) => number),
        drops.map(({ number }) => kindOf(number) === "unbuilt"),
        drops.map((_, place) => place),
      ],
    );
    await client.query(
      `insert into fiber_availability (address_uuid, fibre_id, match_method, score)
       select uuid, id, 'exact', 1 from unnest($1::uuid[], $2::text[]) as reach (uuid, id)`,
      [drops.map(({ number }) => uuidOf(number)), drops.map(({ number, half }) => `${mark}HAV-${number}${half}`)],
    );
    await client.query("commit");
  } finally {
    await client.end();
  }
}
