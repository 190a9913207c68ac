/**
 * The price of an order: one pure function, used by the website for its running total and by the hub for what it charges.
 */
import { findItem, SKU } from "./catalog.ts";
import type { Catalog, CatalogItem } from "./catalog.ts";
import type { Bilingual } from "./language.ts";
import { divideHalfUp } from "./money.ts";
import type { Cents } from "./money.ts";

/** TPS 5 % and TVQ 9.975 %, in millionths so that they stay integers. */
export const TAX_MILLIONTHS = { tps: 50_000, tvq: 99_750 } as const;

export interface Selection {
  readonly services: readonly { readonly sku: string; readonly quantity?: number | undefined }[];
  readonly tv_boxes: number;
  readonly commitment_months: 0 | 24 | 36;
  /** RAB_X, which only an agent gives. */
  readonly special_discount: boolean;
  /** Whether the customer's first TV box is still due; the hub knows. */
  readonly free_tv_box: boolean;
}

export interface QuoteLine {
  readonly sku: string;
  readonly name: string;
  readonly kind: CatalogItem["kind"];
  readonly quantity: number;
  /** Negative for a discount or a credit. */
  readonly unit_cents: Cents;
  readonly amount_cents: Cents;
  readonly prorated: boolean;
  readonly label: Bilingual;
}

export interface Taxes {
  readonly tps_cents: Cents;
  readonly tvq_cents: Cents;
  readonly total_cents: Cents;
}

export interface Quote {
  readonly monthly: readonly QuoteLine[];
  readonly once: readonly QuoteLine[];
  /** Before tax. */
  readonly monthly_cents: Cents;
  /** Before tax. */
  readonly one_time_cents: Cents;
  readonly monthly_taxes: Taxes;
  readonly one_time_taxes: Taxes;
}

/** Taxes on a net amount, each rounded half up; `total_cents` includes the net. */
export function taxesOn(net: Cents): Taxes {
  const tps_cents = divideHalfUp(net * TAX_MILLIONTHS.tps, 1_000_000);
  const tvq_cents = divideHalfUp(net * TAX_MILLIONTHS.tvq, 1_000_000);
  return { tps_cents, tvq_cents, total_cents: net + tps_cents + tvq_cents };
}

/** How many services count for the combo: each internet plan, each paid TV base, each phone line. */
export function comboCount(catalog: Catalog, services: Selection["services"]): number {
  return services.reduce((count, { sku, quantity = 1 }) => {
    const item = findItem(catalog, sku);
    const counts = item?.kind === "internet" || item?.kind === "phone" || (item?.kind === "tv" && item.price_cents > 0);
    return counts ? count + quantity : count;
  }, 0);
}

/** Whether the TV base of the selection is a paid one: only that brings a box and opens the add-ons. */
export function hasPaidTv(catalog: Catalog, services: Selection["services"]): boolean {
  return services.some(({ sku }) => {
    const item = findItem(catalog, sku);
    return item?.kind === "tv" && item.price_cents > 0;
  });
}

/** How many boxes an order has when it does not say. */
export function defaultTvBoxes(catalog: Catalog, services: Selection["services"]): number {
  return hasPaidTv(catalog, services) ? 1 : 0;
}

const RULE_LABELS: Readonly<Record<string, Bilingual>> = {
  [SKU.phoneFee]: { fr: "Service 911", en: "911 service" },
  [SKU.phoneActivation]: { fr: "Activation de la ligne téléphonique", en: "Phone line activation" },
  [SKU.tvBox]: { fr: "Décodeur TV", en: "TV box" },
  [SKU.combo2]: { fr: "Rabais 2 services", en: "2-service discount" },
  [SKU.combo3]: { fr: "Rabais 3 services", en: "3-service discount" },
  [SKU.combo4]: { fr: "Rabais 4 services", en: "4-service discount" },
  [SKU.special]: { fr: "Rabais spécial", en: "Special discount" },
  [SKU.commitment24]: { fr: "Rabais engagement 24 mois", en: "24-month commitment discount" },
  [SKU.commitment36]: { fr: "Rabais engagement 36 mois", en: "36-month commitment discount" },
};
const FREE_BOX: Bilingual = { fr: "1er décodeur offert", en: "1st TV box free" };

/**
 * Prices a selection. The selection must have passed `checkSelection`; an unknown SKU throws, so that nothing is ever priced as free by mistake.
 */
export function quote(catalog: Catalog, selection: Selection): Quote {
  const monthly: QuoteLine[] = [];
  const once: QuoteLine[] = [];
  const add = (sku: string, quantity: number): void => {
    const item = requireItem(catalog, sku);
    (item.per === "month" ? monthly : once).push(lineOf(item, quantity));
  };

  let phoneLines = 0;
  for (const { sku, quantity = 1 } of selection.services) {
    add(sku, quantity);
    if (requireItem(catalog, sku).kind === "phone") phoneLines += quantity;
  }
  if (phoneLines > 0) {
    add(SKU.phoneFee, phoneLines);
    add(SKU.phoneActivation, phoneLines);
  }
  if (selection.tv_boxes > 0) {
    add(SKU.tvBox, selection.tv_boxes);
    if (selection.free_tv_box) {
      const box = requireItem(catalog, SKU.tvBox);
      once.push({ ...lineOf(box, 1), unit_cents: -box.price_cents, amount_cents: -box.price_cents, label: FREE_BOX });
    }
  }
  const combo = comboSku(comboCount(catalog, selection.services));
  if (combo) add(combo, 1);
  if (selection.commitment_months === 24) add(SKU.commitment24, 1);
  if (selection.commitment_months === 36) add(SKU.commitment36, 1);
  if (selection.special_discount) add(SKU.special, 1);

  const monthly_cents = sum(monthly);
  const one_time_cents = sum(once);
  return {
    monthly,
    once,
    monthly_cents,
    one_time_cents,
    monthly_taxes: taxesOn(monthly_cents),
    one_time_taxes: taxesOn(one_time_cents),
  };
}

function comboSku(count: number): string | undefined {
  if (count >= 4) return SKU.combo4;
  if (count === 3) return SKU.combo3;
  if (count === 2) return SKU.combo2;
  return undefined;
}

function requireItem(catalog: Catalog, sku: string): CatalogItem {
  const item = findItem(catalog, sku);
  if (!item) throw new RangeError(`${sku} is not sold in zone ${catalog.zone}`);
  return item;
}

/** What an item is called on an order. */
export function labelOf(item: CatalogItem): Bilingual {
  return RULE_LABELS[item.sku] ?? { fr: item.name, en: item.name };
}

function lineOf(item: CatalogItem, quantity: number): QuoteLine {
  return {
    sku: item.sku,
    name: item.name,
    kind: item.kind,
    quantity,
    unit_cents: item.price_cents,
    amount_cents: item.price_cents * quantity,
    prorated: item.prorated,
    label: labelOf(item),
  };
}

function sum(lines: readonly QuoteLine[]): Cents {
  return lines.reduce((total, line) => total + line.amount_cents, 0);
}
