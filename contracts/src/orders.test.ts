import { describe, expect, it } from "vitest";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import { checkout, checkSelection, phoneNumber } from "./orders.ts";
import type { CheckoutInput } from "./orders.ts";
import { FIELD_REASONS, fieldProblemsOf, REASONS } from "./problems.ts";

const body: CheckoutInput = {
  address: { uuid: "0b8f9a52-2f3e-4a40-9d0b-1a3b5c7d9e11", fibre_id: "F-1", rue: "1 rue Principale", ville: "Hemmingford", zip: "J0L 1H0", olt_port: "0/1/2", lat: 45, lng: -73.6 },
  customer: { name: "Rose Tremblay", email: "Rose@Example.test", phone: "(450) 555-0199" },
  services: [{ sku: "FTTH150I", type: "internet" }],
  preferred_dates: ["2026-04-07", "2026-04-09", "2026-04-10"],
  expected: { monthly_cents: 9995, one_time_cents: 0 },
  consents: { terms_version: "2026-01", charge_after_install: true, marketing: false },
  payment: { method: "stripe_setup", stripe_setup_intent: "seti_1", stripe_customer_id: "cus_1", stripe_payment_method: "pm_1" },
};
const complaints = (input: unknown) => {
  const result = checkout.safeParse(input, { reportInput: true });
  return result.success ? [] : fieldProblemsOf(result.error).map(({ field, reason }) => `${field}: ${reason}`);
};

describe("what is sent to order", () => {
  it("is normalised: phone to ten digits, e-mail to lower case", () => {
    const parsed = checkout.parse(body);
    expect(parsed.customer).toMatchObject({ phone: "4505550199", email: "rose@example.test" });
    expect(phoneNumber.parse("+1 450-555-0199")).toBe("4505550199");
  });

  it("names each wrong field and its own reason", () => {
    expect(complaints({ ...body, extra: 1 })).toEqual(["extra: unknown_field"]);
    expect(complaints({ ...body, customer: { ...body.customer, email: "rose@", phone: "12" } })).toEqual([
      "customer.email: invalid_email",
      "customer.phone: invalid_phone",
    ]);
    expect(complaints({ ...body, customer: { name: " ", email: "a@b.ca" } })).toEqual(["customer.name: required", "customer.phone: required"]);
    expect(complaints({ ...body, consents: { ...body.consents, charge_after_install: false } })).toEqual(["consents.charge_after_install: terms_not_accepted"]);
    expect(complaints({ ...body, customer: { ...body.customer, name: "<b>Rose" } })).toEqual(["customer.name: invalid"]);
    expect(complaints({ ...body, customer: { ...body.customer, name: "x".repeat(141) } })).toEqual(["customer.name: too_long"]);
  });

  it("has every reason in both languages", () => {
    const messages = [...Object.values(REASONS).map((reason) => reason.message), ...Object.values(FIELD_REASONS)];
    for (const message of messages) {
      expect(message.fr.length).toBeGreaterThan(3);
      expect(message.en).not.toBe(message.fr);
    }
  });
});

describe("what an order may contain", () => {
  const catalog = demoCatalog();
  const check = (services: CheckoutInput["services"], more: { tv_boxes?: number; phone?: { e911_accepted: true } } = {}, max_speed_mbps: number | null = 1500) =>
    checkSelection({ services, ...more }, catalog, { max_speed_mbps }, (sku) => sku === "FTTHNORTH").map(({ field, reason }) => `${field}: ${reason}`);
  const internet = { sku: "FTTH150I", type: "internet" } as const;

  it.each([
    ["no internet", [{ sku: "TVBEVO", type: "tv" }], {}, ["services: one_internet_plan"]],
    ["two plans", [internet, { sku: "FTTH25", type: "internet" }], {}, ["services: one_internet_plan"]],
    ["two TV bases", [internet, { sku: "TVBEVO", type: "tv" }, { sku: "TELE", type: "tv" }], {}, ["services: one_tv_base"]],
    ["add-ons on the free base", [internet, { sku: "TELE", type: "tv" }, { sku: "TVFILMS", type: "tv_addon" }], {}, ["services: addon_needs_paid_tv"]],
    ["a box without TV", [internet], { tv_boxes: 1 }, ["tv_boxes: boxes_need_tv"]],
    ["a phone line without its details", [internet, { sku: "TELEPMENS", type: "phone", quantity: 2 }], {}, ["phone: phone_details_required"]],
    ["phone details without a line", [internet], { phone: { e911_accepted: true } }, ["phone: phone_details_without_line"]],
    ["an unknown SKU", [internet, { sku: "NOPE", type: "tv" }], {}, ["services.1.sku: unknown_sku"]],
    ["a SKU of another zone", [{ sku: "FTTHNORTH", type: "internet" }], {}, ["services.0.sku: sku_not_in_zone"]],
    ["a discount chosen as a service", [internet, { sku: "RAB4X", type: "tv" }], {}, ["services.1.type: wrong_type"]],
    ["the same plan twice", [internet, internet], {}, ["services.1.sku: repeated_sku"]],
    ["an order that is right", [internet, { sku: "TVBEVO", type: "tv" }, { sku: "TELEPMENS", type: "phone" }], { phone: { e911_accepted: true } }, []],
  ] as const)("names what is wrong with %s", (_, services, more, expected) => {
    expect(check([...services], more)).toEqual(expected);
  });

  it("keeps the plan within the port's speed", () => {
    expect(check([internet], {}, 100)).toEqual(["services.0.sku: speed_above_port"]);
  });
});
