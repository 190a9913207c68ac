/** What the office's maps draw: a style of somebody else's where one is configured, and our own roads, drops and zones. */
import { z } from "zod";

const position = z.tuple([z.number(), z.number()]);
const feature = <Geometry extends z.ZodType, Properties extends z.ZodType>(geometry: Geometry, properties: Properties) =>
  z.object({ type: z.literal("FeatureCollection"), features: z.array(z.object({ type: z.literal("Feature"), geometry, properties })) });

/** `GET /api/maps/config` */
export const mapConfig = z.object({ style_url: z.url().nullable() });

/** What is in view. Wider than so many degrees, drops are too small to be drawn. */
export const DROPS_WITHIN_DEGREES = 0.5;
const degrees = (most: number) => z.coerce.number().min(-most).max(most);
export const mapQuery = z.strictObject({ west: degrees(180), south: degrees(90), east: degrees(180), north: degrees(90) });

/** `GET /api/maps/plant`: roads as the addresses along them tell, drops by what they are, zones where we are to build. */
export const plantMap = z.object({
  roads: feature(z.object({ type: z.literal("MultiLineString"), coordinates: z.array(z.array(position)) }), z.object({ name: z.string() })),
  drops: feature(z.object({ type: z.literal("Point"), coordinates: position }), z.object({ state: z.enum(["free", "taken", "on_request"]) })),
  zones: z.object({ type: z.literal("FeatureCollection"), features: z.array(z.object({ type: z.literal("Feature"), geometry: z.looseObject({ type: z.string() }), properties: z.object({ name: z.string() }) })) }),
});
export type PlantMap = z.infer<typeof plantMap>;
