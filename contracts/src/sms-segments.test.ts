import { expect, it } from "vitest";
import { smsLength } from "./sms-segments.ts";

it("counts an SMS as Twilio bills it", () => {
  for (const [text, segments] of [["", 1], ["a".repeat(160), 1], ["a".repeat(161), 2], ["é".repeat(306), 2], ["é".repeat(307), 3], ["€".repeat(80), 1], ["€".repeat(81), 2], ["ê".repeat(70), 1], [`${"a".repeat(70)}ê`, 2], ["😀".repeat(35), 1], ["😀".repeat(36), 2]] as const) {
    expect([text.slice(-4), text.length, smsLength(text).segments]).toEqual([text.slice(-4), text.length, segments]);
  }
});

it("says which characters cost", () => {
  expect(smsLength("Hôtel à côté, ça va’").costly).toEqual(["ô", "ç", "’"]);
  expect(smsLength("Déjà là à 10 h!").costly).toEqual([]);
});
