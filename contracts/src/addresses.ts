/** Where fibre can be asked for. The hub's address register and plant are the source. */
import { z } from "zod";

/** `GET /api/address?q=&limit=` */
export const addressSuggestion = z.object({
  uuid: z.uuid(),
  label: z.string(),
  municipality: z.string(),
  postal_code: z.string(),
  /** 0 to 1. */
  score: z.number(),
});
export const addressSuggestions = z.object({ results: z.array(addressSuggestion) });
export type AddressSuggestion = z.infer<typeof addressSuggestion>;

/**
 * `available`: a free drop. `on_request`: a drop whose box is not installed yet, sold with a construction task and no date.
 * `occupied`: every drop there is in use or reserved. `not_served`: no drop.
 */
export const addressStatus = z.enum(["available", "on_request", "occupied", "not_served"]);
export type AddressStatus = z.infer<typeof addressStatus>;

/** `GET /api/address/{uuid}` */
export const addressDetails = z.object({
  uuid: z.uuid(),
  label: z.string(),
  rue: z.string(),
  ville: z.string(),
  zip: z.string(),
  status: addressStatus,
  fibre_id: z.string().nullable(),
  /** `frame/slot/port` */
  olt_port: z.string().nullable(),
  max_speed_mbps: z.int().nullable(),
  zone_tarifaire: z.string().nullable(),
  lat: z.number(),
  lng: z.number(),
});
export type AddressDetails = z.infer<typeof addressDetails>;
