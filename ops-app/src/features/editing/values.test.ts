import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTyped, shownValue, typedOf } from "./values.ts";

const field = (of: Partial<MetaField>): MetaField => ({
  fieldname: "f", fieldtype: "Data", label: { fr: "Champ", en: "Field" }, options: "", choices: [], description: null, default: "", length: 0, reqd: false, hidden: false, in_list_view: false,
  in_standard_filter: false, set_only_once: false, allow_on_submit: false, non_negative: false, writable: true, ...of,
});

describe("a value", () => {
  it.each([
    [{ fieldtype: "Currency" }, "1 234,50 $", 1234.5],
    [{ fieldtype: "Currency" }, "99.95", 99.95],
    [{ fieldtype: "Int" }, "12", 12],
    [{ fieldtype: "Int" }, "", 0],
    [{ fieldtype: "Datetime" }, "2026-03-05T09:30", "2026-03-05 09:30:00"],
    [{ options: "Email" }, " rose@example.com ", "rose@example.com"],
    [{ options: "Phone" }, "450 555-0142", "+14505550142"],
  ] as const)("%j typed as %s is read", (of, typed, value) => {
    expect(readTyped(field(of), typed)).toEqual({ ok: true, value });
  });

  it.each([
    [{ reqd: true }, "  "],
    [{ fieldtype: "Int" }, "1,5"],
    [{ fieldtype: "Float" }, "douze"],
    [{ fieldtype: "Currency", non_negative: true }, "-1"],
    [{ options: "Email" }, "rose@"],
    [{ options: "Phone" }, "demain"],
    [{}, "x".repeat(141)],
    [{ fieldtype: "Select", choices: [{ value: "fr", label: { fr: "fr", en: "fr" } }] }, "de"],
  ] as const)("%j typed as %s is refused before the server is asked", (of, typed) => {
    expect(readTyped(field(of as Partial<MetaField>), typed).ok).toBe(false);
  });

  it("that is opened and saved as it stands is what it was, in both languages", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }), fc.constantFrom("fr" as const, "en" as const), (amount, language) => {
        const cents = Math.round(amount * 100) / 100;
        const currency = field({ fieldtype: "Currency" });
        expect(readTyped(currency, typedOf(currency, cents, language))).toEqual({ ok: true, value: cents === 0 ? 0 : cents });
      }),
    );
    const moment = field({ fieldtype: "Datetime" });
    expect(readTyped(moment, typedOf(moment, "2026-03-05 09:30:00.000000", "fr"))).toEqual({ ok: true, value: "2026-03-05 09:30:00" });
  });

  it("of a telephone is typed as people write it, and kept as it is dialled", () => {
    const phone = field({ options: "Phone" });
    expect([typedOf(phone, "+14505550142", "fr"), typedOf(phone, "450-555-0142", "fr")]).toEqual(["450 555-0142", "450 555-0142"]);
    expect(readTyped(phone, "(450) 555-0142")).toEqual({ ok: true, value: "+14505550142" });
  });

  it("is shown as people say it", () => {
    expect(shownValue(field({ fieldtype: "Date" }), "2026-03-05", "fr")).toBe("5 mars 2026");
    expect(shownValue(field({ fieldtype: "Currency" }), -5, "fr")).toBe("\u22125,00\u00a0$");
    for (const [of, kept] of [[{ options: "Phone" }, "+14505550142"], [{ options: "Phone" }, "450-555-0142"], [{ fieldname: "mobile_no" }, "4505550142"]] as const) expect(shownValue(field(of), kept, "fr")).toBe("450 555-0142");
    expect(shownValue(field({ fieldtype: "Check" }), 1, "en")).toBe("Yes");
    expect(shownValue(undefined, null, "fr")).toBe("");
  });
});
