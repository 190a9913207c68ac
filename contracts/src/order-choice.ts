/** What somebody chose at an address, on the website or with an agent on the phone: the same offers, the same sums. */
import type { AddressDetails } from "./addresses.ts";
import { findItem } from "./catalog.ts";
import type { Catalog, CatalogItem } from "./catalog.ts";
import type { CheckoutInput } from "./orders.ts";
import { hasPaidTv } from "./pricing.ts";

export interface Choice {
  internet: string | null;
  tv: string | null;
  tv_addons: string[];
  tv_boxes: number;
  phone_lines: number;
}

/** The plans a place can have: those of its zone, no faster than its port. */
export function plansFor(catalog: Catalog, address: Pick<AddressDetails, "max_speed_mbps">): CatalogItem[] {
  return catalog.items.filter(
    ({ kind, download_mbps }) => kind === "internet" && (download_mbps === undefined || address.max_speed_mbps === null || download_mbps <= address.max_speed_mbps),
  );
}

/** Takes out what this place cannot have (the address or the catalogue changed since). */
export function prune(chosen: Choice & { readonly address: AddressDetails | null }, catalog: Catalog): void {
  const sold = (sku: string | null): boolean => sku !== null && findItem(catalog, sku) !== undefined;
  if (chosen.address && !plansFor(catalog, chosen.address).some(({ sku }) => sku === chosen.internet)) chosen.internet = null;
  if (!sold(chosen.tv)) chosen.tv = null;
  const addons = chosen.tv_addons.filter(sold);
  if (addons.length !== chosen.tv_addons.length) chosen.tv_addons = addons;
  chosen.tv_boxes = Math.min(6, Math.max(1, Math.trunc(chosen.tv_boxes)));
  chosen.phone_lines = phoneLine(catalog) ? Math.min(5, Math.max(0, Math.trunc(chosen.phone_lines))) : 0;
}

export function phoneLine(catalog: Catalog): CatalogItem | undefined {
  return catalog.items.find(({ kind }) => kind === "phone");
}

/** The services chosen; channels count only with a paid TV base. */
export function servicesOf(chosen: Choice, catalog: Catalog): CheckoutInput["services"] {
  const line = phoneLine(catalog);
  const base: CheckoutInput["services"] = [
    ...(chosen.internet ? [{ sku: chosen.internet, type: "internet" as const }] : []),
    ...(chosen.tv ? [{ sku: chosen.tv, type: "tv" as const }] : []),
  ];
  return [
    ...base,
    ...(hasPaidTv(catalog, base) ? chosen.tv_addons.map((sku) => ({ sku, type: "tv_addon" as const })) : []),
    ...(line && chosen.phone_lines > 0 ? [{ sku: line.sku, type: "phone" as const, quantity: chosen.phone_lines }] : []),
  ];
}

export function tvBoxesOf(chosen: Choice, catalog: Catalog): number {
  return hasPaidTv(catalog, servicesOf(chosen, catalog)) ? chosen.tv_boxes : 0;
}

/** The drop of an address, as an order names it. Missing answers are blanks, which the rules then name. */
export const addressBody = (address: AddressDetails | null): CheckoutInput["address"] => ({
  uuid: address?.uuid ?? "",
  fibre_id: address?.fibre_id ?? "",
  rue: address?.rue ?? "",
  ville: address?.ville ?? "",
  zip: address?.zip ?? "",
  olt_port: address?.olt_port ?? "",
  lat: address?.lat ?? 0,
  lng: address?.lng ?? 0,
});
