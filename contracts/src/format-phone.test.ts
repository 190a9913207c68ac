import { expect, it } from "vitest";
import { formatPhone, keptPhone } from "./format-phone.ts";

it("shows a number in one form and keeps it in another, however it is kept or was typed", () => {
  for (const typed of ["+14505550123", "14505550123", "4505550123", "450-555-0123", "(450) 555-0123", "450.555.0123", "450 555-0123", "+1 450 555 0123"]) expect([typed, formatPhone(typed), keptPhone(typed)]).toEqual([typed, "450 555-0123", "+14505550123"]);
});

it("leaves what is none of North America's as it is", () => {
  for (const typed of ["+33 1 23 45 67 89", "450 555-0123 poste 12", "55012", "", "1-800-GIGA"]) expect([formatPhone(typed), keptPhone(typed)]).toEqual([typed, typed]);
});
