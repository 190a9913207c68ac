/** An order: what is sent, what is answered, and the states it goes through. */
import { z } from "zod";
import { defaultTvBoxes, hasPaidTv } from "./pricing.ts";
import type { Selection } from "./pricing.ts";
import { findItem } from "./catalog.ts";
import type { Catalog } from "./catalog.ts";
import { isoDate } from "./dates.ts";
import { language } from "./language.ts";
import { cents } from "./money.ts";
import { fieldProblemOf } from "./problems.ts";
import type { FieldProblem } from "./problems.ts";

const text = (max: number) => z.string().trim().min(1, "required").max(max, "too_long");

/** A person's or a company's name. ERPNext names documents after it, and takes no angle brackets in a document's name. */
const personName = text(140).regex(/^[^<>]*$/, "invalid");

/** North American number; ten digits after normalisation. */
export const phoneNumber = z
  .string()
  .max(40, "too_long")
  .transform((value) => value.replace(/[\s().+-]/g, "").replace(/^1(?=\d{10}$)/, ""))
  .pipe(z.string().regex(/^[2-9]\d{2}[2-9]\d{6}$/, "invalid_phone"));

export const emailAddress = z.string().trim().max(140, "too_long").toLowerCase().pipe(z.email("invalid_email"));

export const serviceType = z.enum(["internet", "tv", "tv_addon", "phone"]);

export const orderedService = z.strictObject({
  sku: text(40),
  type: serviceType,
  quantity: z.int().min(1).max(5).optional(),
});

export const commitmentMonths = z.literal([0, 24, 36], "commitment_unknown");

const stripeId = (prefix: string) => z.string().max(255, "too_long").regex(new RegExp(`^${prefix}_[A-Za-z0-9_]+$`));

/** `POST /api/checkout`, with an `Idempotency-Key` header. Unknown fields are refused. */
export const checkout = z.strictObject({
  address: z.strictObject({
    uuid: z.uuid(),
    fibre_id: text(140),
    rue: text(140),
    ville: text(140),
    zip: text(10),
    olt_port: text(20),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
  }),
  customer: z.strictObject({
    name: personName,
    email: emailAddress,
    phone: phoneNumber,
    language: language.optional(),
    existing: text(140).optional(),
  }),
  services: z.array(orderedService).min(1, "one_internet_plan").max(20),
  tv_boxes: z.int().min(0, "boxes_out_of_range").max(6, "boxes_out_of_range").optional(),
  commitment_months: commitmentMonths.optional(),
  discount: z.strictObject({ sku: z.literal("RAB_X"), reason: text(280) }).optional(),
  preferred_dates: z.union([z.array(isoDate).min(1, "dates_three").max(3, "dates_three"), z.literal("contact_me")]),
  phone: z
    .strictObject({ keep_number: phoneNumber.optional(), e911_accepted: z.literal(true, "e911_not_accepted") })
    .optional(),
  expected: z.strictObject({ monthly_cents: cents, one_time_cents: cents }).optional(),
  consents: z
    .strictObject({
      terms_version: text(40),
      charge_after_install: z.literal(true, "terms_not_accepted"),
      marketing: z.boolean(),
    })
    .optional(),
  payment: z.discriminatedUnion("method", [
    z.strictObject({
      method: z.literal("stripe_setup"),
      stripe_setup_intent: stripeId("seti"),
      stripe_customer_id: stripeId("cus"),
      stripe_payment_method: stripeId("pm"),
    }),
    z.strictObject({ method: z.literal("invoice_later"), send_payment_link: z.enum(["email", "sms", "both"]).optional() }),
  ]),
});
export type Checkout = z.infer<typeof checkout>;
/** What a client sends, before normalisation. */
export type CheckoutInput = z.input<typeof checkout>;

export const idempotencyKey = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/);

/** `POST /api/checkout/setup-intent`, with the checkout's own `Idempotency-Key`. */
export const setupIntentRequest = z.strictObject({ name: personName, email: emailAddress });
export const setupIntentAnswer = z.object({ client_secret: z.string(), setup_intent: z.string(), stripe_customer_id: z.string() });
export type SetupIntentAnswer = z.infer<typeof setupIntentAnswer>;

export const orderState = z.enum([
  "received",
  "created",
  "needs_attention",
  "scheduled",
  "en_route",
  "in_progress",
  "awaiting_proof",
  "live",
  "cancelled",
]);
export type OrderState = z.infer<typeof orderState>;

/** 202 of `POST /api/checkout`. */
export const orderAccepted = z.object({ order_id: z.string(), token: z.string(), state: orderState, status_url: z.string() });
export type OrderAccepted = z.infer<typeof orderAccepted>;

const pricedLine = z.object({ sku: z.string(), label: z.object({ fr: z.string(), en: z.string() }), quantity: z.int(), amount_cents: cents });

/** `GET /api/orders/{id}` with `Authorization: Bearer {token}`. */
export const orderStatus = z.object({
  order_id: z.string(),
  state: orderState,
  received_at: z.iso.datetime(),
  address_label: z.string(),
  on_request: z.boolean(),
  customer_name: z.string(),
  email: z.string(),
  preferred_dates: z.union([z.array(isoDate), z.literal("contact_me")]),
  scheduled_date: isoDate.nullable(),
  monthly: z.array(pricedLine),
  once: z.array(pricedLine),
  monthly_cents: cents,
  one_time_cents: cents,
});
export type OrderStatus = z.infer<typeof orderStatus>;

/** What a checkout selects, ready for pricing. */
export function selectionOf(
  body: Pick<Checkout, "services" | "tv_boxes" | "commitment_months" | "discount">,
  catalog: Catalog,
  free_tv_box: boolean,
): Selection {
  return {
    services: body.services,
    tv_boxes: body.tv_boxes ?? defaultTvBoxes(catalog, body.services),
    commitment_months: body.commitment_months ?? 0,
    special_discount: body.discount !== undefined,
    free_tv_box,
  };
}

/**
 * What an order may contain: exactly one internet plan within the port's speed, at most one TV base, add-ons and boxes only with a paid base.
 * Empty when all is well. `sold_elsewhere` says whether a SKU missing from this zone's catalogue exists in another.
 */
export function checkSelection(
  body: Pick<Checkout, "services" | "tv_boxes" | "phone">,
  catalog: Catalog,
  port: { max_speed_mbps: number | null },
  sold_elsewhere: (sku: string) => boolean = () => false,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  const counts = { internet: 0, tv: 0, tv_addon: 0, phone: 0 };
  body.services.forEach((service, index) => {
    const at = (field: string) => `services.${index}.${field}`;
    if (seen.has(service.sku)) problems.push(fieldProblemOf(at("sku"), "repeated_sku"));
    seen.add(service.sku);
    const item = findItem(catalog, service.sku);
    if (!item) {
      problems.push(fieldProblemOf(at("sku"), sold_elsewhere(service.sku) ? "sku_not_in_zone" : "unknown_sku"));
      return;
    }
    if (item.kind !== service.type) {
      problems.push(fieldProblemOf(at("type"), "wrong_type"));
      return;
    }
    counts[service.type] += service.quantity ?? 1;
    if (service.type !== "phone" && (service.quantity ?? 1) !== 1) problems.push(fieldProblemOf(at("quantity"), "quantity_not_allowed"));
    if (item.download_mbps !== undefined && port.max_speed_mbps !== null && item.download_mbps > port.max_speed_mbps) {
      problems.push(fieldProblemOf(at("sku"), "speed_above_port"));
    }
  });
  const paidTv = hasPaidTv(catalog, body.services);
  if (problems.length === 0) {
    if (counts.internet !== 1) problems.push(fieldProblemOf("services", "one_internet_plan"));
    if (counts.tv > 1) problems.push(fieldProblemOf("services", "one_tv_base"));
    if (counts.tv_addon > 0 && !paidTv) problems.push(fieldProblemOf("services", "addon_needs_paid_tv"));
  }
  if (body.tv_boxes !== undefined && body.tv_boxes > 0 && !paidTv) problems.push(fieldProblemOf("tv_boxes", "boxes_need_tv"));
  if (counts.phone > 0 && !body.phone) problems.push(fieldProblemOf("phone", "phone_details_required"));
  if (counts.phone === 0 && body.phone) problems.push(fieldProblemOf("phone", "phone_details_without_line"));
  return problems;
}
