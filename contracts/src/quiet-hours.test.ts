import { describe, expect, it } from "vitest";
import { heldUntil as held, quietHours } from "./quiet-hours.ts";

const heldUntil = (now: string, starts: readonly (string | null)[]): string | null => held(quietHours.parse("21:00-08:00"), now, starts);

describe("nobody is written to at night", () => {
  it("about a visit of another day: they are told at eight", () => {
    expect(heldUntil("2026-04-07 21:00", ["2026-04-10 09:00"])).toBe("2026-04-08 08:00");
    expect(heldUntil("2026-04-30 23:59", [null, "2026-05-04 13:00"])).toBe("2026-05-01 08:00");
    expect(heldUntil("2026-04-08 07:59", ["2026-04-08 10:00"])).toBe("2026-04-08 08:00");
  });

  it("unless it is upon them, as they know it or as it now stands", () => {
    expect(heldUntil("2026-04-07 21:30", ["2026-04-08 09:59"])).toBeNull();
    expect(heldUntil("2026-04-07 21:30", ["2026-04-08 08:00", "2026-04-10 13:00"])).toBeNull();
    expect(heldUntil("2026-04-08 02:00", ["2026-04-08 02:30"])).toBeNull();
    expect(heldUntil("2026-04-07 21:30", ["2026-04-07 18:00", "2026-04-10 13:00"])).toBe("2026-04-08 08:00");
  });

  it("or by day, where it is the day that is quiet; and at any hour where none is", () => {
    expect(held(quietHours.parse("12:00-13:00"), "2026-04-07 12:30", ["2026-04-10 09:00"])).toBe("2026-04-07 13:00");
    expect(held(quietHours.parse("12:00-13:00"), "2026-04-07 13:00", ["2026-04-10 09:00"])).toBeNull();
    expect(held(quietHours.parse("none"), "2026-04-07 23:00", ["2026-04-10 09:00"])).toBeNull();
    expect(quietHours.safeParse("21h-8h").success).toBe(false);
  });

  it("by day at once", () => {
    expect(heldUntil("2026-04-07 08:00", ["2026-04-10 09:00"])).toBeNull();
    expect(heldUntil("2026-04-07 20:59", ["2026-04-10 09:00"])).toBeNull();
  });
});
