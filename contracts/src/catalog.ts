/**
 * What can be sold at one zone's prices. ERPNext's Items and Item Prices are the source; the hub serves them in this shape.
 */
import { z } from "zod";
import { cents } from "./money.ts";

/** What an item is to an order. Fees, activations, boxes and discounts are added by rule, never chosen. */
export const itemKind = z.enum(["internet", "tv", "tv_addon", "phone", "phone_fee", "phone_activation", "tv_box", "discount"]);
export type ItemKind = z.infer<typeof itemKind>;

export const catalogItem = z.object({
  sku: z.string(),
  name: z.string(),
  kind: itemKind,
  /** Positive, but for discounts, where it is negative. */
  price_cents: cents,
  per: z.enum(["month", "once"]),
  /** Whether a first, partial month is charged by the day. */
  prorated: z.boolean(),
  download_mbps: z.int().optional(),
  upload_mbps: z.int().optional(),
  line_profile: z.string().optional(),
});
export type CatalogItem = z.infer<typeof catalogItem>;

/** `GET /api/catalog?zone=` */
export const catalog = z.object({
  zone: z.string(),
  currency: z.literal("CAD"),
  items: z.array(catalogItem),
});
export type Catalog = z.infer<typeof catalog>;

/** The items that rules name. Everything else is told apart by its kind alone. */
export const SKU = {
  phoneFee: "SERV911",
  phoneActivation: "ACTTELEP",
  tvBox: "STB",
  combo2: "RAB2X",
  combo3: "RAB3X",
  combo4: "RAB4X",
  special: "RAB_X",
  commitment24: "RAB24M",
  commitment36: "RAB36M",
} as const;

export function findItem(from: Catalog, sku: string): CatalogItem | undefined {
  return from.items.find((item) => item.sku === sku);
}
