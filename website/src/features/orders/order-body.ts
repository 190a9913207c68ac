/**
 * From what was filled in to what is sent: the same pricing and the same rules as the hub's, so that the page never shows what the hub
 * would not accept.
 */
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import { findItem } from "@gigafibre/contracts/catalog";
import type { Catalog, CatalogItem } from "@gigafibre/contracts/catalog";
import { checkout, checkSelection } from "@gigafibre/contracts/orders";
import type { CheckoutInput } from "@gigafibre/contracts/orders";
import { hasPaidTv, quote } from "@gigafibre/contracts/pricing";
import type { Quote } from "@gigafibre/contracts/pricing";
import { fieldProblemsOf } from "@gigafibre/contracts/problems";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import type { Language } from "../../language.ts";
import type { Draft } from "./draft.ts";
import type { Step } from "./steps.ts";

/** The plans a place can have: those of its zone, no faster than its port. */
export function plansFor(catalog: Catalog, address: Pick<AddressDetails, "max_speed_mbps">): CatalogItem[] {
  return catalog.items.filter(
    ({ kind, download_mbps }) => kind === "internet" && (download_mbps === undefined || address.max_speed_mbps === null || download_mbps <= address.max_speed_mbps),
  );
}

/** Takes out of the draft what this place cannot have (the address or the catalogue changed since). */
export function prune(draft: Draft, catalog: Catalog): void {
  const sold = (sku: string | null): boolean => sku !== null && findItem(catalog, sku) !== undefined;
  if (draft.address && !plansFor(catalog, draft.address).some(({ sku }) => sku === draft.internet)) draft.internet = null;
  if (!sold(draft.tv)) draft.tv = null;
  const addons = draft.tv_addons.filter(sold);
  if (addons.length !== draft.tv_addons.length) draft.tv_addons = addons;
  draft.tv_boxes = Math.min(6, Math.max(1, Math.trunc(draft.tv_boxes)));
  draft.phone_lines = phoneLine(catalog) ? Math.min(5, Math.max(0, Math.trunc(draft.phone_lines))) : 0;
}

export function phoneLine(catalog: Catalog): CatalogItem | undefined {
  return catalog.items.find(({ kind }) => kind === "phone");
}

type Services = CheckoutInput["services"];

/** The services chosen; channels count only with a paid TV base. */
export function servicesOf(draft: Draft, catalog: Catalog): Services {
  const line = phoneLine(catalog);
  const base: Services = [
    ...(draft.internet ? [{ sku: draft.internet, type: "internet" as const }] : []),
    ...(draft.tv ? [{ sku: draft.tv, type: "tv" as const }] : []),
  ];
  return [
    ...base,
    ...(hasPaidTv(catalog, base) ? draft.tv_addons.map((sku) => ({ sku, type: "tv_addon" as const })) : []),
    ...(line && draft.phone_lines > 0 ? [{ sku: line.sku, type: "phone" as const, quantity: draft.phone_lines }] : []),
  ];
}

export function tvBoxesOf(draft: Draft, catalog: Catalog): number {
  return hasPaidTv(catalog, servicesOf(draft, catalog)) ? draft.tv_boxes : 0;
}

/** What the person sees as they choose. */
export function priceOf(draft: Draft, catalog: Catalog, free_tv_box = draft.free_tv_box): Quote {
  return quote(catalog, {
    services: servicesOf(draft, catalog),
    tv_boxes: tvBoxesOf(draft, catalog),
    commitment_months: draft.commitment_months,
    special_discount: false,
    free_tv_box,
  });
}

export function isOnRequest(draft: Draft): boolean {
  return draft.address?.status === "on_request";
}

export interface Writing {
  readonly draft: Draft;
  readonly catalog: Catalog;
  readonly language: Language;
  readonly terms_version: string;
}

/** The order as it is sent. Missing answers are sent as blanks, which the rules then name. */
export function bodyOf({ draft, catalog, language, terms_version }: Writing): CheckoutInput {
  const address = draft.address;
  const keep_number = draft.keep_number.trim();
  const { monthly_cents, one_time_cents } = priceOf(draft, catalog);
  return {
    address: {
      uuid: address?.uuid ?? "",
      fibre_id: address?.fibre_id ?? "",
      rue: address?.rue ?? "",
      ville: address?.ville ?? "",
      zip: address?.zip ?? "",
      olt_port: address?.olt_port ?? "",
      lat: address?.lat ?? 0,
      lng: address?.lng ?? 0,
    },
    customer: { name: draft.name, email: draft.email, phone: draft.phone, language },
    services: servicesOf(draft, catalog),
    tv_boxes: tvBoxesOf(draft, catalog),
    commitment_months: draft.commitment_months,
    preferred_dates: isOnRequest(draft) || draft.contact_me ? "contact_me" : [...draft.dates],
    ...(draft.phone_lines > 0 && phoneLine(catalog)
      ? { phone: { ...(keep_number ? { keep_number } : {}), e911_accepted: draft.e911_accepted as true } }
      : {}),
    expected: { monthly_cents, one_time_cents },
    consents: { terms_version, charge_after_install: draft.terms_accepted as true, marketing: draft.marketing },
    payment: {
      method: "stripe_setup",
      stripe_setup_intent: draft.card?.setup_intent ?? "",
      stripe_customer_id: draft.card?.stripe_customer_id ?? "",
      stripe_payment_method: draft.card?.payment_method ?? "",
    },
  };
}

/** Where a field of the order is asked for. */
export function stepForField(field: string, services: Services = []): Step | "address" {
  const [first, second] = field.split(".");
  switch (first) {
    case "address":
      return "address";
    case "customer":
      return "contact";
    case "services": {
      const type = second === undefined ? undefined : services[Number(second)]?.type;
      return type === "tv" || type === "tv_addon" ? "tv" : type === "phone" ? "phone" : "plan";
    }
    case "commitment_months":
      return "plan";
    case "tv_boxes":
      return "tv";
    case "phone":
      return "phone";
    case "preferred_dates":
      return "dates";
    default:
      return "card";
  }
}

/** All that is still wrong with an order, by step, the card's own set-up apart: Stripe answers for that. */
export function problemsOf(writing: Writing): Map<Step | "address", FieldProblem[]> {
  const { draft, catalog } = writing;
  const body = bodyOf(writing);
  const parsed = checkout.safeParse(body);
  const found = [
    ...(parsed.success ? [] : fieldProblemsOf(parsed.error)),
    ...checkSelection({ ...body, phone: undefined, services: body.services }, catalog, { max_speed_mbps: draft.address?.max_speed_mbps ?? null }),
  ].filter(({ field, reason }) => !field.startsWith("payment.") && reason !== "phone_details_required");
  const problems = new Map<Step | "address", FieldProblem[]>();
  for (const problem of found) {
    const step = stepForField(problem.field, body.services);
    problems.set(step, [...(problems.get(step) ?? []), problem]);
  }
  return problems;
}
