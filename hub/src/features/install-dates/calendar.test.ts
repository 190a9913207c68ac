import { describe, expect, it } from "vitest";
import { Calendar } from "./calendar.ts";
import type { UnscheduledOrder, Workforce } from "./calendar.ts";
import { problemsOf } from "./install-dates.ts";

/** A Tuesday. */
const TODAY = "2026-04-07";
const MON_TO_FRI = [1, 2, 3, 4, 5];

function calendar(change: Partial<Workforce> = {}, orders: UnscheduledOrder[] = []): Calendar {
  return new Calendar(TODAY, { lead_days: 2, holidays: [], technicians: [{ jobs_per_day: 2, weekdays: MON_TO_FRI }], visits: [], ...change }, orders);
}
const visit = (date: string, order_id: string | null = null) => ({ date, order_id });
const dates = (of: Calendar): string[] => of.offered().map(({ date }) => date);

describe("days that can be asked for", () => {
  it("are the working days from the lead days on, two weeks ahead", () => {
    expect(dates(calendar())).toEqual([
      "2026-04-09", "2026-04-10", "2026-04-13", "2026-04-14", "2026-04-15", "2026-04-16", "2026-04-17", "2026-04-20", "2026-04-21",
    ]);
    expect(dates(calendar({ lead_days: 0 }))[0]).toBe(TODAY);
  });

  it("leave holidays out", () => {
    expect(dates(calendar({ holidays: ["2026-04-10", "2026-04-13"] }))).not.toEqual(expect.arrayContaining(["2026-04-10"]));
  });

  it("have the room of those who work that weekday, less the visits and the orders not yet scheduled", () => {
    const technicians = [
      { jobs_per_day: 4, weekdays: MON_TO_FRI },
      { jobs_per_day: 3, weekdays: [2, 3, 4, 5, 6] },
    ];
    const room = calendar({ technicians, visits: [visit("2026-04-09"), visit("2026-04-13", "B")] }, [{ id: "A", date: "2026-04-09" }]).offered();
    expect(room.slice(0, 4)).toEqual([
      { date: "2026-04-09", left: 5 },
      { date: "2026-04-10", left: 7 },
      { date: "2026-04-13", left: 3 },
      { date: "2026-04-14", left: 7 },
    ]);
  });

  it("have no room of those who are away, the first and the last day included", () => {
    const technicians = [{ jobs_per_day: 2, weekdays: MON_TO_FRI, away: [{ from: "2026-04-10", to: "2026-04-13" }] }];
    expect(dates(calendar({ technicians })).slice(0, 3)).toEqual(["2026-04-09", "2026-04-14", "2026-04-15"]);
  });

  it("count an order once, on its visit's day, as soon as ERPNext shows the visit", () => {
    const room = calendar({ visits: [visit("2026-04-13", "A")] }, [{ id: "A", date: "2026-04-09" }]).offered();
    expect(room.find(({ date }) => date === "2026-04-09")?.left).toBe(2);
    expect(room.find(({ date }) => date === "2026-04-13")?.left).toBe(1);
  });
});

describe("why a day cannot be had", () => {
  const full = { visits: [visit("2026-04-10"), visit("2026-04-10"), visit("2026-04-10")] };
  it.each([
    ["2026-04-06", "date_past", {}],
    ["2026-04-04", "date_past", {}],
    ["2026-04-11", "date_weekend", {}],
    ["2026-04-12", "date_weekend", { technicians: [{ jobs_per_day: 9, weekdays: [0, 6] }] }],
    ["2026-04-10", "date_holiday", { holidays: ["2026-04-10"] }],
    ["2026-04-08", "date_too_soon", {}],
    ["2026-04-22", "date_not_offered", {}],
    ["2027-04-22", "date_not_offered", {}],
    ["2026-04-10", "date_not_offered", { technicians: [{ jobs_per_day: 2, weekdays: [1, 2, 3, 4] }] }],
    ["2026-04-10", "date_not_offered", { technicians: [] }],
    ["2026-04-10", "date_full", full],
  ] as const)("%s is %s", (date, reason, change) => {
    expect(calendar(change).refusal(date)).toBe(reason);
  });
});

describe("an order's dates", () => {
  const reasons = (wanted: string[], of: Calendar): [string, string][] => problemsOf(wanted, of).map(({ field, reason }) => [field, reason]);

  it("are three different days that are offered", () => {
    expect(reasons(["2026-04-09", "2026-04-14", "2026-04-10"], calendar())).toEqual([]);
    expect(reasons(["2026-04-09", "2026-04-09", "2026-04-11"], calendar())).toEqual([
      ["preferred_dates.1", "dates_distinct"],
      ["preferred_dates.2", "date_weekend"],
    ]);
    expect(reasons(["2026-04-09", "2026-04-10"], calendar())).toEqual([["preferred_dates", "dates_three"]]);
  });

  it("are all that are offered where fewer than three are", () => {
    const two = calendar({ technicians: [{ jobs_per_day: 1, weekdays: [4] }] });
    expect(dates(two)).toEqual(["2026-04-09", "2026-04-16"]);
    expect(reasons(["2026-04-16", "2026-04-09"], two)).toEqual([]);
    expect(reasons(["2026-04-16"], two)).toEqual([["preferred_dates", "dates_three"]]);
    expect(reasons(["2026-04-09", "2026-04-16", "2026-04-10"], two)).toEqual([["preferred_dates.2", "date_not_offered"]]);
  });

  it("have each their own reason when nothing is offered", () => {
    expect(reasons(["2026-04-09"], calendar({ technicians: [] }))).toEqual([["preferred_dates.0", "date_not_offered"]]);
  });
});
