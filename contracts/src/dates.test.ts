import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, addMonths, billingPeriod, formatDay, isWeekend, localDate } from "./dates.ts";

describe("days", () => {
  it("are Quebec's, whatever the clock of the machine", () => {
    expect(localDate(new Date("2026-04-07T03:59:00Z"))).toBe("2026-04-06");
    expect(localDate(new Date("2026-12-07T04:30:00Z"))).toBe("2026-12-06");
  });

  it("cross the change of hour without losing one", () => {
    expect(addDays("2026-03-07", 2)).toBe("2026-03-09");
    expect(addDays("2026-11-01", 1)).toBe("2026-11-02");
    expect(isWeekend("2026-04-11")).toBe(true);
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-28");
  });

  it("fall in one billing period, of which the days left are 1 to all", () => {
    expect(billingPeriod("2026-04-12", 1)).toEqual({ start: "2026-04-01", next_billing_date: "2026-05-01", days: 30, days_left: 19 });
    expect(billingPeriod("2026-04-01", 1).days_left).toBe(30);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 28 }), (offset, billing_day) => {
        const day = addDays("2026-01-01", offset);
        const period = billingPeriod(day, billing_day);
        expect(period.start <= day && day < period.next_billing_date).toBe(true);
        expect(period.days_left).toBeGreaterThanOrEqual(1);
        expect(period.days_left).toBeLessThanOrEqual(period.days);
        expect(addDays(period.start, period.days)).toBe(period.next_billing_date);
      }),
    );
  });

  it("are said as people say them", () => {
    expect(formatDay("2026-04-07", "fr")).toBe("mardi 7 avril");
    expect(formatDay("2026-04-07", "en")).toBe("Tuesday, April 7");
    expect(formatDay("2026-12-01", "fr")).toBe("mardi 1er décembre");
    expect(formatDay("2026-12-11", "fr")).toBe("vendredi 11 décembre");
    expect(formatDay("2026-12-01", "en")).toBe("Tuesday, December 1");
  });
});
