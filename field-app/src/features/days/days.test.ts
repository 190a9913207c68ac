import { describe, expect, it } from "vitest";
import type { Visit } from "@gigafibre/contracts/visits";
import { byDay } from "./by-day.ts";
import { clockOf, momentOf } from "./moments.ts";
import { wifiExpired } from "./wifi.ts";

const visit = (over: Partial<Visit>): Visit => ({ name: "DJ-1", status: "Scheduled", date: "2026-04-07", starts_at: "09:30", ...over }) as Visit;

describe("a password of a customer's WiFi", () => {
  const kept = new Date("2026-04-07T12:00:00Z");
  it.each([[0, false], [47.9, false], [48.1, true], [-0.9, false], [-1.1, true]])("%d hours later is gone: %j", (hours, gone) => {
    expect(wifiExpired(kept, new Date(kept.getTime() + hours * 3_600_000))).toBe(gone);
  });
});

describe("the days", () => {
  it("begin with today's, those that are over last, then the next, then what was left", () => {
    const visits = [
      visit({ name: "old-done", date: "2026-04-06", status: "Completed" }), visit({ name: "old", date: "2026-04-06" }), visit({ name: "done", status: "Completed", starts_at: "08:00" }),
      visit({ name: "late", starts_at: "13:00" }), visit({ name: "early", starts_at: "10:00" }), visit({ name: "next", date: "2026-04-08" }),
    ];
    expect(byDay(visits, "2026-04-07").map((each) => [each.heading, each.visits.map(({ name }) => name)])).toEqual([["today", ["early", "late", "done"]], ["tomorrow", ["next"]], ["left_over", ["old"]]]);
  });
  it("move on by the phone's own day, with no network to say so", () => {
    expect(byDay([visit({ date: "2026-04-08" })], "2026-04-08")[0]?.visits).toHaveLength(1);
  });
  it("say times as people do", () => {
    expect([clockOf("09:30", "fr"), clockOf("13:00", "fr"), clockOf("13:30", "en")]).toEqual(["9 h 30", "13 h", "1:30 p.m."]);
    expect(momentOf("2026-04-07T13:30:00Z", "fr", new Date("2026-04-07T20:00:00Z"))).toMatch(/^à 9 h 30/);
    expect(momentOf("2026-04-06T13:30:00Z", "fr", new Date("2026-04-07T20:00:00Z"))).toContain("lundi");
  });
});
