import { describe, expect, it } from "vitest";
import { queryOf, stepOf, stepsFor, translateQuery } from "./steps.ts";

describe("the steps of an order", () => {
  it("have no dates where the connection is to be built", () => {
    expect(stepsFor(true)).toEqual(["plan", "tv", "phone", "contact", "card"]);
    expect(stepsFor(false)).toContain("dates");
  });

  it("are read from the address they are written to, in each language", () => {
    for (const language of ["fr", "en"] as const) for (const step of stepsFor(false)) expect(stepOf({ ...queryOf(step, language) } as Record<string, string>, language)).toBe(step);
    expect(stepOf({ etape: "nulle-part" }, "fr")).toBeUndefined();
  });

  it("stay the same step in the other language, and the rest of the address stays", () => {
    expect(translateQuery({ etape: "coordonnees", adresse: "1" }, "fr", "en")).toEqual({ step: "contact", adresse: "1" });
    expect(translateQuery({ adresse: "1" }, "en", "fr")).toEqual({ adresse: "1" });
  });
});
