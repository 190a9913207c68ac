/** From ERPNext's Items and Item Prices to what can be sold in each zone. Pure. */
import type { Catalog, CatalogItem, ItemKind } from "@gigafibre/contracts/catalog";
import { SKU } from "@gigafibre/contracts/catalog";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { centsFromDollars } from "@gigafibre/contracts/money";

type Row = Readonly<Record<string, unknown>>;

export interface ErpnextCatalogue {
  /** Items with a `service_type`: `ITEM_FIELDS`. */
  readonly items: readonly Row[];
  /** Selling prices: `PRICE_FIELDS`. */
  readonly prices: readonly Row[];
  /** Names of the Price Lists that sell in Canadian dollars; each is a zone. */
  readonly zones: readonly string[];
}

export const SERVICE_TYPES = ["Internet", "TV", "Phone", "Fee", "Discount"] as const;
export const ITEM_FIELDS = [
  "name", "item_name", "item_group", "disabled", "service_type", "tv_addon", "one_time", "prorated", "download_mbps", "upload_mbps", "line_profile",
] as const;
export const PRICE_FIELDS = ["item_code", "price_list", "price_list_rate", "currency", "customer", "valid_from", "valid_upto"] as const;

/** Something that cannot be sold, and why; for the log. */
export interface LeftOut {
  readonly zone: string;
  readonly sku: string;
  readonly why: string;
}

const KINDS: readonly ItemKind[] = ["internet", "tv", "tv_addon", "phone", "phone_fee", "phone_activation", "tv_box", "discount"];
const COMBOS = [SKU.combo2, SKU.combo3, SKU.combo4] as const;
/** What the price of a kind is made with: without all of it, that kind cannot be sold. */
const NEEDS: Readonly<Partial<Record<ItemKind, readonly string[]>>> = {
  phone: [SKU.phoneFee, SKU.phoneActivation, ...COMBOS],
  tv: [SKU.tvBox, ...COMBOS],
  tv_addon: [SKU.tvBox, ...COMBOS],
};

const said = (row: Row, field: string): string => (typeof row[field] === "string" ? row[field].trim() : "");
const checked = (row: Row, field: string): boolean => Number(row[field] ?? 0) === 1;

/** Every zone that sells something, and what was left out of each. What cannot be priced with certainty is not sold. */
export function catalogFromErpnext({ items, prices, zones }: ErpnextCatalogue, today: IsoDate): { catalogs: Catalog[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const catalogs = zones.toSorted().flatMap((zone): Catalog[] => {
    const ofZone = prices.filter((price) => said(price, "price_list") === zone && isInForce(price, today));
    const byItem = Map.groupBy(ofZone, (price) => said(price, "item_code"));
    const read = items.filter((item) => !checked(item, "disabled")).map((item) => readItem(item, byItem.get(said(item, "name")) ?? []));
    const sold = read.filter((item): item is CatalogItem => !("why" in item));
    const { complete, incomplete } = withoutIncomplete(sold);
    // A Price List without a plan is a list for something else.
    if (!complete.some((item) => item.kind === "internet")) return [];
    for (const item of read) if ("why" in item) leftOut.push({ zone, ...item });
    leftOut.push(...incomplete.map((item) => ({ zone, ...item })));
    return [{ zone, currency: "CAD", items: complete.toSorted(inOrder) }];
  });
  return { catalogs, leftOut };
}

/** A price for everyone, valid today. */
function isInForce(price: Row, today: IsoDate): boolean {
  const from = said(price, "valid_from").slice(0, 10);
  const upto = said(price, "valid_upto").slice(0, 10);
  return said(price, "customer") === "" && (from === "" || from <= today) && (upto === "" || upto >= today);
}

function readItem(item: Row, prices: readonly Row[]): CatalogItem | Omit<LeftOut, "zone"> {
  const sku = said(item, "name");
  const kind = kindOf(item);
  if (!kind) return { sku, why: `service type "${said(item, "service_type")}" is unknown` };
  const cents = priceOf(prices);
  if (typeof cents === "string") return { sku, why: cents };
  // TV comes with an internet plan at no charge in one package; anything else at 0 or less is a mistake.
  if (cents < 0 && kind !== "discount") return { sku, why: "its price is negative" };
  if (cents === 0 && kind !== "tv") return { sku, why: "its price is 0" };
  const download_mbps = Number(item["download_mbps"] ?? 0);
  const upload_mbps = Number(item["upload_mbps"] ?? 0);
  if (kind === "internet" && !(download_mbps > 0 && upload_mbps > 0)) return { sku, why: "its speeds are missing" };
  const line_profile = said(item, "line_profile");
  return {
    sku,
    name: said(item, "item_name") || sku,
    kind,
    price_cents: kind === "discount" ? -Math.abs(cents) : cents,
    per: checked(item, "one_time") ? "once" : "month",
    prorated: checked(item, "prorated"),
    ...(kind === "internet" ? { download_mbps, upload_mbps, ...(line_profile ? { line_profile } : {}) } : {}),
  };
}

function kindOf(item: Row): ItemKind | null {
  const once = checked(item, "one_time");
  switch (said(item, "service_type")) {
    case "Internet":
      return once ? null : "internet";
    case "TV":
      if (once) return "tv_box";
      return checked(item, "tv_addon") || said(item, "item_group") === "Chaînes" ? "tv_addon" : "tv";
    case "Phone":
      return once ? "phone_activation" : "phone";
    case "Fee":
      return once ? null : "phone_fee";
    case "Discount":
      return once ? null : "discount";
    default:
      return null;
  }
}

/** Cents, or why there is no certain price. Of several in force the one that began last counts. */
function priceOf(prices: readonly Row[]): number | string {
  const latest = prices.map((price) => said(price, "valid_from")).toSorted().at(-1);
  const candidates = prices.filter((price) => said(price, "valid_from") === latest);
  const [first] = candidates;
  if (!first) return "it has no price there";
  if (candidates.some((price) => said(price, "currency") !== "CAD")) return "its price is not in Canadian dollars";
  const amounts = new Set(candidates.map((price) => centsOf(price["price_list_rate"])));
  const [cents] = amounts;
  if (amounts.size > 1) return "it has several prices at once";
  return cents ?? "its price is not an amount";
}

function centsOf(rate: unknown): number | null {
  if (typeof rate !== "number" && typeof rate !== "string") return null;
  try {
    return centsFromDollars(rate);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function withoutIncomplete(items: readonly CatalogItem[]): { complete: CatalogItem[]; incomplete: Omit<LeftOut, "zone">[] } {
  const skus = new Set(items.map((item) => item.sku));
  const complete: CatalogItem[] = [];
  const incomplete: Omit<LeftOut, "zone">[] = [];
  for (const item of items) {
    const free = item.kind === "tv" && item.price_cents === 0;
    const missing = free ? [] : (NEEDS[item.kind] ?? []).filter((sku) => !skus.has(sku));
    if (missing.length === 0) complete.push(item);
    else incomplete.push({ sku: item.sku, why: `it is priced with ${missing.join(", ")}, not sold there` });
  }
  return { complete, incomplete };
}

function inOrder(a: CatalogItem, b: CatalogItem): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || Math.abs(a.price_cents) - Math.abs(b.price_cents) || (a.sku < b.sku ? -1 : 1);
}
