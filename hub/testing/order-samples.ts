/** Orders as tests build them: the example of the catalogue, and any other that a property asks for. */
import fc from "fast-check";
import { checkSelection, selectionOf } from "@gigafibre/contracts/orders";
import type { Checkout } from "@gigafibre/contracts/orders";
import { quote } from "@gigafibre/contracts/pricing";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import type { Drop } from "../src/features/ports/ports.ts";
import { phoneLinesOf } from "../src/features/orders/steps.ts";
import type { OrderFacts } from "../src/features/orders/steps.ts";
import { drawSecrets } from "../src/features/orders/wifi-names.ts";

export const sampleAddress: OrderFacts["address"] = {
  uuid: "0b5f6f5e-3f3c-4a55-9d5b-0a1b2c3d4e5f",
  label: "123 Rue de l'Église, Saint-Anicet",
  rue: "123 Rue de l'Église",
  ville: "Saint-Anicet",
  zip: "J0S 1M0",
  status: "available",
  fibre_id: "F-1",
  olt_port: "0/3/7",
  max_speed_mbps: 1500,
  zone_tarifaire: "standard",
  lat: 45.13,
  lng: -74.35,
};

export const sampleDrop: Drop = {
  id: "F-1",
  olt_ip: "172.17.16.2",
  olt_name: "Saint-Anicet",
  frame: 0,
  slot: 3,
  port: 7,
  ontid: 12,
  max_speed: 1500,
  zone_tarifaire: "standard",
  on_request: false,
  free: true,
  reserved_by: null,
};

/** The worked example: 150 Mbit/s, standard TV, a phone line, three dates. */
export const sampleBody: Checkout = {
  address: { uuid: sampleAddress.uuid, fibre_id: "F-1", rue: sampleAddress.rue, ville: sampleAddress.ville, zip: "J0S 1M0", olt_port: "0/3/7", lat: 45.13, lng: -74.35 },
  customer: { name: "Marie-Ève Tremblay", email: "marie@example.org", phone: "4505550123", language: "fr" },
  services: [
    { sku: "FTTH150I", type: "internet" },
    { sku: "TVBSTANDARD", type: "tv" },
    { sku: "TELEPMENS", type: "phone" },
  ],
  preferred_dates: ["2026-04-07", "2026-04-09", "2026-04-10"],
  phone: { e911_accepted: true },
  expected: { monthly_cents: 14_959, one_time_cents: 6_995 },
  consents: { terms_version: "2026-01", charge_after_install: true, marketing: false },
  payment: { method: "stripe_setup", stripe_setup_intent: "seti_1", stripe_customer_id: "cus_1", stripe_payment_method: "pm_1" },
};

export function factsOf(body: Checkout, more: Partial<OrderFacts> = {}): OrderFacts {
  const catalog = demoCatalog("standard");
  const priced = quote(catalog, selectionOf(body, catalog, true));
  return {
    order_id: "GF-7K3M-2Q9X",
    received_at: new Date("2026-04-01T13:05:09Z"),
    body,
    address: sampleAddress,
    drop: sampleDrop,
    catalog,
    quote: priced,
    secrets: drawSecrets(phoneLinesOf({ quote: priced })),
    existing: null,
    invoice: null,
    ...more,
  };
}

export const sampleInvoiceSettings = {
  company: "Gigafibre",
  tax_template: "TPS + TVQ - GF",
  taxes: [
    { charge_type: "On Net Total", account_head: "TPS - GF", description: "TPS", rate: 5 },
    { charge_type: "On Net Total", account_head: "TVQ - GF", description: "TVQ", rate: 9.975 },
  ],
} as const;

/** Any order that the house would accept. */
export const anyOrder: fc.Arbitrary<OrderFacts> = fc
  .record({
    internet: fc.constantFrom("FTTH25", "FTTH80I", "FTTH150I", "FTTH500I", "FTTH1500I"),
    tv: fc.constantFrom(null, "TVBSKINNY", "TVBSTANDARD", "TVBEVO", "TELE"),
    addons: fc.uniqueArray(fc.constantFrom("TVFAMILLE", "TVFILMS", "TVSPORTS", "TVMONDE"), { maxLength: 4 }),
    phones: fc.integer({ min: 0, max: 5 }),
    boxes: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    months: fc.constantFrom(0 as const, 24 as const, 36 as const),
    special: fc.boolean(),
    keeps: fc.boolean(),
    dates: fc.constantFrom(["2026-04-07", "2026-04-09", "2026-04-10"], ["2026-04-07"], "contact_me" as const),
    on_request: fc.boolean(),
    existing: fc.constantFrom(null, { name: "Tremblay inc.", knows_email: true }, { name: "Tremblay inc.", knows_email: false }),
    later: fc.boolean(),
    name: fc.constantFrom("Marie-Ève Tremblay", "Prince", "Jean de la  Fontaine", "O'Neil {customer.name}"),
    language: fc.constantFrom("fr" as const, "en" as const, undefined),
  })
  .map((chosen) => {
    const paidTv = chosen.tv !== null && chosen.tv !== "TELE";
    const body: Checkout = {
      ...sampleBody,
      customer: { ...sampleBody.customer, name: chosen.name, language: chosen.language },
      services: [
        { sku: chosen.internet, type: "internet" as const },
        ...(chosen.tv ? [{ sku: chosen.tv, type: "tv" as const }] : []),
        ...(paidTv ? chosen.addons.map((sku) => ({ sku, type: "tv_addon" as const })) : []),
        ...(chosen.phones > 0 ? [{ sku: "TELEPMENS", type: "phone" as const, quantity: chosen.phones }] : []),
      ],
      tv_boxes: paidTv ? chosen.boxes : undefined,
      commitment_months: chosen.months,
      discount: chosen.special ? { sku: "RAB_X", reason: "fidélité" } : undefined,
      preferred_dates: chosen.on_request ? "contact_me" : [...chosen.dates] as Checkout["preferred_dates"],
      phone: chosen.phones > 0 ? { e911_accepted: true, ...(chosen.keeps ? { keep_number: "4505559876" } : {}) } : undefined,
      payment: chosen.later ? { method: "invoice_later" } : sampleBody.payment,
    };
    if (chosen.dates === "contact_me") body.preferred_dates = "contact_me";
    return factsOf(body, {
      drop: { ...sampleDrop, on_request: chosen.on_request },
      existing: chosen.existing,
      invoice: chosen.later ? sampleInvoiceSettings : null,
    });
  })
  .filter((facts) => checkSelection(facts.body, facts.catalog, { max_speed_mbps: 1500 }).length === 0);
