import { describe, expect, it } from "vitest";
import { readQuery } from "./query.ts";

const first = (typed: string) => {
  const query = readQuery(typed);
  const reading = query.readings[0];
  return { number: reading?.civic?.number, suffix: reading?.civic?.suffix, words: reading?.words.join(" "), postal: query.postalCode };
};

describe("reading what was typed", () => {
  it("finds the number first or last, with its suffix", () => {
    expect(first("123 rue Principale")).toMatchObject({ number: 123, suffix: "", words: "rue principale" });
    expect(first("Principale 123")).toMatchObject({ number: 123, words: "principale" });
    expect(first("123A, ch. de la Rivière")).toMatchObject({ number: 123, suffix: "a", words: "chemin de la riviere" });
    expect(first("123 a rue X")).toMatchObject({ number: 123, suffix: "a", words: "rue x" });
    expect(first("123 bis Principale")).toMatchObject({ number: 123, suffix: "bis", words: "principale" });
    expect(first("123½ Principale")).toMatchObject({ number: 123, suffix: "1/2", words: "principale" });
    expect(first("123 1/2 Principale")).toMatchObject({ number: 123, suffix: "1/2", words: "principale" });
  });

  it("does not take a street's own number for the door's", () => {
    expect(first("Route 202")).toMatchObject({ number: undefined, words: "route 202" });
    expect(first("123 route 202")).toMatchObject({ number: 123, words: "route 202" });
    expect(first("rte 202 123")).toMatchObject({ number: 123, words: "route 202" });
    expect(first("123 4e rang")).toMatchObject({ number: 123, words: "4 rang" });
    expect(first("10e avenue")).toMatchObject({ number: undefined, words: "10 avenue" });
    expect(first("1ère av. 45")).toMatchObject({ number: 45, words: "1 avenue" });
  });

  it("takes the postal code out, whole, glued, begun, or with O for zero", () => {
    expect(first("123 Principale J0S 1M0")).toMatchObject({ number: 123, words: "principale", postal: "J0S 1M0" });
    expect(first("123 Principale j0s1m0")).toMatchObject({ postal: "J0S 1M0" });
    expect(first("123 Principale JOS 1MO")).toMatchObject({ number: 123, postal: "J0S 1M0" });
    expect(first("123 Principale J0S 1")).toMatchObject({ number: 123, postal: "J0S 1" });
    expect(first("J0S 123 Principale")).toMatchObject({ number: 123, words: "principale", postal: "J0S" });
  });

  it("reads an apartment as such, and a pair of numbers both ways", () => {
    expect(first("123 rue X app. 4")).toMatchObject({ number: 123, words: "rue x" });
    expect(first("123 rue X, #4")).toMatchObject({ number: 123, words: "rue x" });
    expect(first("#123 rue X")).toMatchObject({ number: 123 });
    const numbers = readQuery("3-123 rue X").readings.map((reading) => reading.civic?.number);
    expect(numbers).toEqual([3, 123]);
  });

  it("drops province and country, but not a city of that name", () => {
    expect(first("123 Principale, Saint-Anicet (Québec) Canada")).toMatchObject({ words: "principale saint anicet" });
    expect(first("québec")).toMatchObject({ words: "quebec" });
  });

  it("survives anything", () => {
    for (const typed of ["", " ", "%", "_", "\\", "'", "a", "12", "9999999999", "½", "#", "-", "\u0000", "🏠".repeat(250), "1 ".repeat(250), "x".repeat(500)]) {
      const { readings } = readQuery(typed);
      expect(readings.length).toBeGreaterThan(0);
      for (const { words, civic } of readings) {
        expect(words.length).toBeLessThanOrEqual(24);
        expect(words.every((word) => /^[a-z0-9]+$/.test(word))).toBe(true);
        expect(civic?.number ?? 0).toBeLessThan(1_000_000);
      }
    }
  });
});
