import { fieldProblemOf, REASONS } from "@gigafibre/contracts/problems";
import { describe, expect, it } from "vitest";
import { datesKept, fieldsByStep, moveFor, newPriceOf } from "./refusals.ts";

describe("an order that was not taken", () => {
  it("always has a next step, whatever the reason", () => {
    for (const reason of [...Object.keys(REASONS), "a_reason_of_tomorrow"]) expect(moveFor({ reason: reason as keyof typeof REASONS })).toBeTruthy();
  });

  it.each([
    ["price_changed", "confirm_price"],
    ["invalid_request", "correct"],
    ["card_not_confirmed", "card_again"],
    ["card_already_used", "card_again"],
    ["address_mismatch", "search_again"],
    ["not_served", "search_again"],
    ["already_ordered", "see_order"],
    ["port_taken", "call"],
    ["stripe_unavailable", "retry"],
    ["too_many_requests", "retry"],
    ["network_lost", "retry"],
  ] as const)("says what to do after %s: %s", (reason, move) => {
    expect(moveFor({ reason })).toBe(move);
  });

  it("shows the new price only when the hub gave one", () => {
    expect(newPriceOf({ details: { monthly_cents: 15959, one_time_cents: 6995, monthly: [] } })).toEqual({ monthly_cents: 15959, one_time_cents: 6995 });
    expect(newPriceOf({ details: {} })).toBeNull();
  });

  it("sends each problem to the step that asks for it", () => {
    const fields = [
      fieldProblemOf("services.0.sku", "speed_above_port"),
      fieldProblemOf("services.1.sku", "sku_not_in_zone"),
      fieldProblemOf("services.2.sku", "unknown_sku"),
      fieldProblemOf("customer.email", "invalid_email"),
      fieldProblemOf("phone.keep_number", "invalid_phone"),
      fieldProblemOf("preferred_dates.0", "date_full"),
      fieldProblemOf("consents", "consents_required"),
      fieldProblemOf("address.fibre_id", "required"),
    ];
    const services = [{ sku: "A", type: "internet" as const }, { sku: "B", type: "tv" as const }, { sku: "C", type: "phone" as const }];
    expect([...fieldsByStep(fields, services).keys()]).toEqual(["plan", "tv", "phone", "contact", "dates", "card", "address"]);
  });

  it("takes away the dates that filled up and keeps the others, in their order", () => {
    const dates = ["2026-04-09", "2026-04-07", "2026-04-10"];
    expect(datesKept(dates, [fieldProblemOf("preferred_dates.1", "date_full")])).toEqual(["2026-04-09", "2026-04-10"]);
    expect(datesKept(dates, [fieldProblemOf("preferred_dates", "dates_three")])).toEqual(dates);
    expect(datesKept(dates, [fieldProblemOf("preferred_dates.0", "date_past"), fieldProblemOf("preferred_dates.2", "date_holiday")])).toEqual(["2026-04-07"]);
  });
});
