/** A zone's prices, asked for once a visit and again when the hub says that they changed. */
import type { Catalog } from "@gigafibre/contracts/catalog";
import { ask } from "../../hub-request.ts";

/** The zone of an address whose drop names none, and the one that the landing page shows. */
export const USUAL_ZONE = "standard";

const asked = new Map<string, Promise<Catalog>>();

/** `GET /api/catalog?zone=` */
export function loadCatalog(zone: string = USUAL_ZONE, { fresh = false } = {}): Promise<Catalog> {
  const known = asked.get(zone);
  if (known && !fresh) return known;
  const answer = ask<Catalog>({ url: "/api/catalog", params: { zone } }).catch((error: unknown) => {
    asked.delete(zone);
    throw error;
  });
  asked.set(zone, answer);
  return answer;
}
