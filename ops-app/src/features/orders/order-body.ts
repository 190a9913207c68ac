/** From what an agent filled in to what is sent: the website's offers, sums and rules, and what only agents may give. */
import type { Catalog } from "@gigafibre/contracts/catalog";
import { firstInvoice } from "@gigafibre/contracts/invoices";
import { addressBody, phoneLine, servicesOf, tvBoxesOf } from "@gigafibre/contracts/order-choice";
import { checkout, checkSelection } from "@gigafibre/contracts/orders";
import type { CheckoutInput } from "@gigafibre/contracts/orders";
import { quote } from "@gigafibre/contracts/pricing";
import type { Quote, Taxes } from "@gigafibre/contracts/pricing";
import { fieldProblemOf, fieldProblemsOf } from "@gigafibre/contracts/problems";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import type { PhoneDraft } from "./draft.ts";

export function priceOf(draft: PhoneDraft, catalog: Catalog): Quote {
  return quote(catalog, {
    services: servicesOf(draft, catalog),
    tv_boxes: tvBoxesOf(draft, catalog),
    commitment_months: draft.commitment_months,
    special_discount: draft.special,
    free_tv_box: draft.existing?.free_tv_box ?? true,
  });
}

/** What is invoiced at the order: the first month, whole, and what is paid once. */
export const invoicedNow = (price: Quote): Taxes => firstInvoice(price, null);

export const isOnRequest = ({ address }: PhoneDraft): boolean => address?.status === "on_request";
export const mayBeOrdered = ({ address }: PhoneDraft): boolean => address?.status === "available" || address?.status === "on_request";

export function bodyOf(draft: PhoneDraft, catalog: Catalog): CheckoutInput {
  const keep_number = draft.keep_number.trim();
  const { monthly_cents, one_time_cents } = priceOf(draft, catalog);
  return {
    address: addressBody(draft.address),
    customer: { name: draft.name, email: draft.email, phone: draft.phone, language: draft.language, ...(draft.existing ? { existing: draft.existing.name } : {}) },
    services: servicesOf(draft, catalog),
    tv_boxes: tvBoxesOf(draft, catalog),
    commitment_months: draft.commitment_months,
    ...(draft.special ? { discount: { sku: "RAB_X" as const, reason: draft.special_reason } } : {}),
    preferred_dates: isOnRequest(draft) || draft.contact_me ? "contact_me" : [...draft.dates],
    ...(draft.phone_lines > 0 && phoneLine(catalog) ? { phone: { ...(keep_number ? { keep_number } : {}), e911_accepted: draft.e911_accepted as true } } : {}),
    expected: { monthly_cents, one_time_cents },
    payment: { method: "invoice_later", ...(draft.link === "none" ? {} : { send_payment_link: draft.link }) },
  };
}

/** What the hub would refuse, said before it is asked. */
export function problemsOf(draft: PhoneDraft, catalog: Catalog | undefined): FieldProblem[] {
  if (!draft.address || !catalog) return [fieldProblemOf("address", "required")];
  const body = bodyOf(draft, catalog);
  const parsed = checkout.safeParse(body);
  return [
    ...(parsed.success ? [] : fieldProblemsOf(parsed.error)),
    ...checkSelection({ services: body.services, tv_boxes: body.tv_boxes }, catalog, { max_speed_mbps: draft.address.max_speed_mbps }).filter(({ reason }) => reason !== "phone_details_required"),
  ];
}
