/** A technician on the way, as the customer follows them: where they are about, until they arrive. */
import { z } from "zod";

export const position = z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180), accuracy_m: z.number().min(0) });

/** `POST /api/field/position`, by the phone of a technician who is on the way to this visit. */
export const positionReport = position.extend({ job: z.string().min(1).max(140) });

/** Nobody follows any more once the answer says so: the phone stops telling. */
export const positionAnswer = z.object({ following: z.boolean() });

/** `GET /api/follow/{token}`. Of the position about a hundred metres are known, and nothing once they have arrived. */
export const followAnswer = z.object({
  state: z.enum(["en_route", "arrived"]),
  arrives_at: z.iso.datetime().nullable(),
  distance_km: z.number().nullable(),
  position: z.object({ latitude: z.number(), longitude: z.number(), at: z.iso.datetime() }).nullable(),
});
export type FollowAnswer = z.infer<typeof followAnswer>;

const EARTH_KM = 6_371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** As the crow flies. */
export function distanceKm(from: Point, to: Point): number {
  const [dLatitude, dLongitude] = [radians(to.latitude - from.latitude), radians(to.longitude - from.longitude)];
  const half = Math.sin(dLatitude / 2) ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(dLongitude / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(half));
}
