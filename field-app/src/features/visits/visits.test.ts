import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextStepOf } from "./next-step.ts";
import { centsOf, numberOf } from "./numbers.ts";
import { wifiCode } from "./wifi-code.ts";
import type { Visit } from "@gigafibre/contracts/visits";

const visit = (over: Partial<Visit>): Visit => ({ name: "DJ-1", status: "Scheduled", date: "2026-04-07", starts_at: "09:30", job_type: "Installation", equipment: [], checks: [], signed: false, ...over }) as Visit;

describe("numbers as people type them", () => {
  it.each([["-19,5", -19.5], ["−19.5", -19.5], [" 940 ", 940], ["1 000", 1000], ["", null], ["-", null], ["abc", null], ["1.2.3", null]])("reads %j as %j", (typed, value) => {
    expect(numberOf(typed)).toBe(value);
  });
  it.each([["99,95", 9995], ["99.95 $", 9995], ["1 200", 120000], ["5,5", 550], ["0", null], ["-5", null], ["1,234", null]])("reads the amount %j as %j cents", (typed, cents) => {
    expect(centsOf(typed)).toBe(cents);
  });
  it("reads back every amount that it could have written", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 99_999_999 }), (cents) => {
      expect(centsOf((cents / 100).toFixed(2).replace(".", ","))).toBe(cents);
    }));
  });
});

describe("a WiFi's code", () => {
  it("escapes what would end a name or a password", () => {
    expect(wifiCode({ ssid: 'Chez "Jo"; bien', password: "a:b,c\\d" })).toBe(String.raw`WIFI:T:WPA;S:Chez \"Jo\"\; bien;P:a\:b\,c\\d;;`);
  });
});

describe("the one action of a visit's screen", () => {
  it("leads through the visit, and asks for the signature last", () => {
    const checks: Visit["checks"] = [{ key: "tv_channels", label: { fr: "Chaînes", en: "Channels" }, required: true, measured: false, done: false, value: null }];
    expect(nextStepOf(visit({}))).toEqual({ step: "set_out" });
    expect(nextStepOf(visit({ status: "En Route" }))).toEqual({ step: "start" });
    expect(nextStepOf(visit({ status: "In Progress", checks }))).toEqual({ step: "missing", missing: { what: "check", key: "tv_channels" } });
    expect(nextStepOf(visit({ status: "In Progress" }))).toEqual({ step: "missing", missing: { what: "signature" } });
    expect(nextStepOf(visit({ status: "In Progress" }), new Set(["signature"]))).toEqual({ step: "complete" });
    expect(nextStepOf(visit({ status: "In Progress", signed: true }))).toEqual({ step: "complete" });
    expect(nextStepOf(visit({ status: "Completed" }))).toEqual({ step: "over" });
  });
});
