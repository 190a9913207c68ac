/** Our own map: drawn from the address register and the plant, so that it needs nobody outside. */
import type pg from "pg";
import { z } from "zod";
import { DROPS_WITHIN_DEGREES } from "@gigafibre/contracts/maps";
import type { mapQuery, PlantMap } from "@gigafibre/contracts/maps";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextClient } from "../../plugins/erpnext.ts";

const MOST_DROPS = 6_000;
const MOST_STREETS = 1_500;
/** Two doors of a street that are farther apart are not joined: it is another stretch, or another street of that name. */
const STRETCH_DEGREES = 0.012;

type View = z.infer<typeof mapQuery>;
type Line = [number, number][];

export async function roadsIn(db: pg.Pool, view: View): Promise<PlantMap["roads"]> {
  const { rows } = await db.query<{ name: string; doors: Line }>(
    `select street.name, doors from (
       select street_id, json_agg(json_build_array(lng, lat) order by number, suffix) as doors from address
       where lng between $1 and $3 and lat between $2 and $4 group by street_id having count(*) > 1 order by count(*) desc limit $5
     ) as seen join street on street.id = street_id`,
    [view.west, view.south, view.east, view.north, MOST_STREETS],
  );
  return { type: "FeatureCollection", features: rows.map(({ name, doors }) => ({ type: "Feature", geometry: { type: "MultiLineString", coordinates: stretches(doors) }, properties: { name } })) };
}

/** A line through the doors in the order of their numbers, odd and even sides apart in the register and a few metres apart on the ground. */
function stretches(doors: Line): Line[] {
  const lines: Line[] = [];
  let line: Line = [];
  for (const door of doors) {
    const last = line.at(-1);
    if (last && Math.hypot(last[0] - door[0], last[1] - door[1]) > STRETCH_DEGREES) {
      if (line.length > 1) lines.push(line);
      line = [];
    }
    line.push(door);
  }
  if (line.length > 1) lines.push(line);
  return lines;
}

export async function dropsIn(db: pg.Pool, view: View): Promise<PlantMap["drops"]> {
  if (view.east - view.west > DROPS_WITHIN_DEGREES) return { type: "FeatureCollection", features: [] };
  const { rows } = await db.query<{ lng: number; lat: number; state: "free" | "taken" | "on_request" }>(
    `select lng, lat, case when coalesce(sn, '') <> '' then 'taken' when boitier_pas_install then 'on_request' else 'free' end as state
     from fibre where lng between $1 and $3 and lat between $2 and $4 limit $5`,
    [view.west, view.south, view.east, view.north, MOST_DROPS],
  );
  return { type: "FeatureCollection", features: rows.map(({ lng, lat, state }) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lng, lat] }, properties: { state } })) };
}

const geometry = z.looseObject({ type: z.enum(["Polygon", "MultiPolygon"]), coordinates: z.array(z.unknown()) });
const drawn = z.union([
  geometry.transform((each) => [each]),
  z.object({ type: z.literal("Feature"), geometry }).transform((each) => [each.geometry]),
  z.object({ type: z.literal("FeatureCollection"), features: z.array(z.object({ geometry })) }).transform(({ features }) => features.map((each) => each.geometry)),
]);

/** Coverage Zones of ERPNext; one whose drawing cannot be read is left out. */
export async function zonesOf(erpnext: ErpnextClient): Promise<PlantMap["zones"]> {
  const zones = await erpnext.list("Coverage Zone", { fields: ["name", "modified", "zone_name", "geojson"], order_by: "name asc" });
  return {
    type: "FeatureCollection",
    features: zones.flatMap((zone) => parsed(textOf(zone, "geojson")).map((shape) => ({ type: "Feature" as const, geometry: shape, properties: { name: textOf(zone, "zone_name") } }))),
  };
}

function parsed(text: string): z.infer<typeof geometry>[] {
  if (text === "") return [];
  try {
    return drawn.safeParse(JSON.parse(text)).data ?? [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
