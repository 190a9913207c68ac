/**
 * From what was filled in to what is sent: the same pricing and the same rules as the hub's, so that the page never shows what the hub
 * would not accept.
 */
import type { Catalog } from "@gigafibre/contracts/catalog";
import { addressBody, phoneLine, servicesOf, tvBoxesOf } from "@gigafibre/contracts/order-choice";
import { checkout, checkSelection } from "@gigafibre/contracts/orders";
import type { CheckoutInput } from "@gigafibre/contracts/orders";
import { quote } from "@gigafibre/contracts/pricing";
import type { Quote } from "@gigafibre/contracts/pricing";
import { fieldProblemsOf } from "@gigafibre/contracts/problems";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import type { Language } from "../../language.ts";
import type { Draft } from "./draft.ts";
import type { Step } from "./steps.ts";

type Services = CheckoutInput["services"];

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
  const keep_number = draft.keep_number.trim();
  const { monthly_cents, one_time_cents } = priceOf(draft, catalog);
  return {
    address: addressBody(draft.address),
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
