import { checkout } from "@gigafibre/contracts/orders";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import { describe, expect, it } from "vitest";
import { emptyDraft } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { plansFor, prune } from "@gigafibre/contracts/order-choice";
import { bodyOf, priceOf, problemsOf } from "./order-body.ts";

const catalog = demoCatalog();

function familyDraft(): Draft {
  return {
    ...emptyDraft(),
    address: {
      uuid: "6b3b1c1e-6f0e-4f7c-9a53-0f6a3f6f9d11",
      label: "101, rang Saint-Charles, Havelock J0S 2C0",
      rue: "101, rang Saint-Charles",
      ville: "Havelock",
      zip: "J0S 2C0",
      status: "available",
      fibre_id: "F-1",
      olt_port: "0/1/2",
      max_speed_mbps: 500,
      zone_tarifaire: "standard",
      lat: 45,
      lng: -74,
    },
    internet: "FTTH150I",
    tv: "TVBSTANDARD",
    phone_lines: 1,
    e911_accepted: true,
    name: "Émilie Côté",
    email: "Emilie@exemple.test",
    phone: "(450) 555-0123",
    dates: ["2026-04-07", "2026-04-09", "2026-04-10"],
    terms_accepted: true,
    card: { client_secret: "s", setup_intent: "seti_1", stripe_customer_id: "cus_1", name: "Émilie Côté", email: "emilie@exemple.test", payment_method: "pm_1" },
  };
}
const writing = (draft: Draft) => ({ draft, catalog, language: "fr" as const, terms_version: "2026-01" });

describe("an order as it is written", () => {
  it("is one that the hub's own schema takes, with the price that was shown", () => {
    const body = bodyOf(writing(familyDraft()));
    expect(checkout.safeParse(body).error?.issues ?? []).toEqual([]);
    expect(body.expected).toEqual({ monthly_cents: 14959, one_time_cents: 6995 });
    expect(body.preferred_dates).toEqual(["2026-04-07", "2026-04-09", "2026-04-10"]);
  });

  it("asks for a call where the connection is to be built, whatever dates were chosen before", () => {
    const draft = familyDraft();
    if (draft.address) draft.address.status = "on_request";
    expect(bodyOf(writing(draft)).preferred_dates).toBe("contact_me");
  });

  it("orders neither channels nor boxes without a paid TV base, though they stay chosen", () => {
    const draft = { ...familyDraft(), tv: "TELE", tv_addons: ["TVSPORTS"], tv_boxes: 3 };
    const body = bodyOf(writing(draft));
    expect(body.services.map(({ sku }) => sku)).toEqual(["FTTH150I", "TELE", "TELEPMENS"]);
    expect(body.tv_boxes).toBe(0);
    expect(priceOf(draft, catalog).once.map(({ sku }) => sku)).toEqual(["ACTTELEP"]);
  });

  it("leaves out the number to keep when none was written", () => {
    expect(bodyOf(writing(familyDraft())).phone).toEqual({ e911_accepted: true });
    expect(bodyOf(writing({ ...familyDraft(), keep_number: " 450 555-0199 " })).phone).toEqual({ keep_number: "450 555-0199", e911_accepted: true });
    expect(bodyOf(writing({ ...familyDraft(), phone_lines: 0 })).phone).toBeUndefined();
  });

  it("names what is missing by the step where it is asked", () => {
    expect([...problemsOf(writing(familyDraft())).keys()]).toEqual([]);
    expect([...problemsOf(writing(emptyDraft())).keys()].sort()).toEqual(["address", "card", "contact", "dates", "plan"]);
    expect([...problemsOf(writing({ ...familyDraft(), e911_accepted: false })).keys()]).toEqual(["phone"]);
    expect(problemsOf(writing({ ...familyDraft(), internet: "FTTH1500I" })).get("plan")?.[0]?.reason).toBe("speed_above_port");
  });

  it("offers no plan above the port's speed, and takes one out of a draft for another place", () => {
    expect(plansFor(catalog, { max_speed_mbps: 150 }).map(({ sku }) => sku)).toEqual(["FTTH25", "FTTH80I", "FTTH150I"]);
    const draft = { ...familyDraft(), internet: "FTTH1500I", tv: "TVOLD", tv_addons: ["TVSPORTS", "TVOLDER"], tv_boxes: 40, phone_lines: 9 };
    prune(draft, catalog);
    expect(draft).toMatchObject({ internet: null, tv: null, tv_addons: ["TVSPORTS"], tv_boxes: 6, phone_lines: 5 });
  });
});
