import type { Board, BoardJob } from "@gigafibre/contracts/board";
import { daysFrom } from "@gigafibre/contracts/board";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askedPlace, at, conflictsAt, firstTarget, isPlaced, lanesOf, stepped, targetOf, withMove } from "./moves.ts";

const DAY = "2026-04-07";
const job = (name: string, start: string | null, more: Partial<BoardJob> = {}): BoardJob => ({
  name, modified: "m", job_type: "Repair", status: start ? "Scheduled" : "Open", order_id: null, customer: { name: "C", title: "Rose", phone: null }, place: { name: "L", address: "a", city: "", point: null },
  technician: start ? "theo" : null, start: start && `${DAY} ${start}`, minutes: 120, tags: ["TV"], preferred_dates: [], notes: "", confirmed: start !== null, since: DAY, ...more,
});
const technician = (user: string, tags: string[]) => ({ user, full_name: user, tags, jobs_per_day: 4, weekdays: [1, 2, 3, 4, 5], day_starts_at: "08:00", day_ends_at: "17:00", away: [], home: null });
const board = (jobs: BoardJob[], waiting: BoardJob[] = []): Board => ({
  today: DAY, days: daysFrom(DAY, 7).map((date) => ({ date, holiday: false, capacity: 8, taken: 0 })), technicians: [technician("theo", []), technician("tina", ["TV"])], jobs, waiting, waiting_beyond: 0, waiting_counts: { all: waiting.length, city: [], zone: [], tag: [], can: [], age: [] }, travel: { road_factor: 1.3, kmh: 60 }, held: [], may_move: true,
});

describe("a visit on the board", () => {
  it("stands where it was dropped and nowhere else, and a move back leaves the board as it was", () => {
    const before = board([job("A", "09:00")], [job("B", null)]);
    const there = withMove(before, "B", at("tina", DAY, 9 * 60 + 7, 60));
    expect([there.jobs.map(({ name, start }) => `${name} ${start ?? ""}`), there.waiting]).toEqual([["A 2026-04-07 09:00", "B 2026-04-07 09:00"], []]);
    expect(withMove(there, "B", null).waiting.map(({ name, status, start }) => [name, status, start])).toEqual([["B", "Open", null]]);
    expect(withMove(before, "A", at("theo", DAY, 600, 120)).jobs[0]?.confirmed).toBe(false);
    expect(withMove(before, "A", targetOf(job("A", "09:00"))).jobs[0]?.confirmed).toBe(true);
  });

  it("says what speaks against a place before it is dropped there", () => {
    const of = board([job("A", "09:00")], [job("B", null)]);
    const [, waiting] = [of.jobs[0], of.waiting[0]];
    if (!waiting) throw new Error("no visit waits");
    expect(conflictsAt(of, waiting, at("theo", DAY, 600, 120)).map(({ kind }) => kind)).toEqual(["missing_skill", "overlap"]);
    expect(conflictsAt(of, waiting, at("tina", DAY, 600, 120))).toEqual([]);
    expect(conflictsAt(of, waiting, null)).toEqual([]);
    // One that the board does not show takes room there as well.
    const full = { ...of, technicians: of.technicians.map((each) => ({ ...each, jobs_per_day: 1 })) };
    expect(conflictsAt(full, job("elsewhere", null, { tags: [] }), at("theo", DAY, 720, 60)).map(({ kind }) => kind)).toEqual(["day_full"]);
  });

  it("is asked for on the customer's day, else on the one that is shown, never at a time that went by", () => {
    const wished = job("B", null, { preferred_dates: ["2026-03-01", "2026-04-09"] });
    expect(askedPlace(wished, DAY, DAY, 620)).toEqual({ date: "2026-04-09", minute: 540 });
    expect(askedPlace(job("B", null), DAY, DAY, 620)).toEqual({ date: DAY, minute: 630 });
    expect(askedPlace(job("B", null), "2026-04-01", DAY, 400)).toEqual({ date: DAY, minute: 540 });
    expect(askedPlace(job("B", null), "2026-04-08", DAY, 1439)).toEqual({ date: "2026-04-08", minute: 540 });
    expect(askedPlace(job("A", "13:15"), "2026-04-08", DAY, 620)).toEqual({ date: DAY, minute: 795 });
  });

  it("begins by the keyboard with somebody who can, on a day the customer asked for, and steps through time, days and technicians", () => {
    const waiting = job("B", null, { preferred_dates: ["2026-03-01", "2026-04-09"] });
    const of = board([], [waiting]);
    const first = firstTarget(of, waiting, DAY);
    expect(first).toEqual({ technician: "tina", start: "2026-04-09 08:00", minutes: 120 });
    if (!first) throw new Error("no target");
    const day = { week: false, far: false };
    expect(stepped(of, first, "ArrowRight", day)?.start).toBe("2026-04-09 08:15");
    expect(stepped(of, first, "ArrowLeft", { week: false, far: true })?.start).toBe("2026-04-09 07:00");
    expect(stepped(of, first, "ArrowRight", { week: true, far: false })?.start).toBe("2026-04-10 08:00");
    expect(stepped(of, first, "ArrowUp", day)?.technician).toBe("theo");
    expect(stepped(of, first, "ArrowDown", day)?.technician).toBe("tina");
  });

  it("never leaves its day by the keyboard, and those at the same time lie side by side", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1300 }), fc.integer({ min: 15, max: 139 })), { maxLength: 8 }), fc.array(fc.constantFrom("ArrowLeft", "ArrowRight"), { maxLength: 40 }), (spans, keys) => {
        const jobs = spans.map(([start, minutes], index) => job(`J${index}`, `${String(Math.floor(start / 60)).padStart(2, "0")}:${String(start % 60).padStart(2, "0")}`, { minutes }));
        const of = board(jobs);
        let target = at("theo", DAY, 8 * 60, 120);
        for (const key of keys) if (target) target = stepped(of, target, key, { week: false, far: true });
        expect(target?.start.startsWith(DAY)).toBe(true);
        const lanes = lanesOf(jobs.filter(isPlaced));
        for (const one of lanes) {
          for (const other of lanes) {
            if (one === other || one.lane !== other.lane) continue;
            const [a, b] = [one.job, other.job].map(({ start, minutes }) => [Number(start.slice(11, 13)) * 60 + Number(start.slice(14)), minutes] as const);
            if (a && b) expect(a[0] + a[1] <= b[0] || b[0] + b[1] <= a[0]).toBe(true);
          }
        }
      }),
    );
  });
});
