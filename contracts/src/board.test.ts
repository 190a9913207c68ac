import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conflictsOf, driveMinutes } from "./board-conflicts.ts";
import type { Placed } from "./board-conflicts.ts";
import { placesOn, reliefOf } from "./board-relief.ts";
import { slotsFor } from "./board-slots.ts";
import { daysFrom, localTimeAt, minuteOf, moveRequest, movesRequest } from "./board.ts";
import type { Board, BoardJob, BoardTechnician } from "./board.ts";
import { addDays, weekday } from "./dates.ts";

/** A Tuesday. */
const DAY = "2026-04-07";
const TRAVEL = { road_factor: 1.3, kmh: 60 };
const HUNTINGDON = { latitude: 45.0834, longitude: -74.1765 };
/** 13.6 km away as the crow flies: 18 minutes. */
const ORMSTOWN = { latitude: 45.1253, longitude: -74.0128 };

const technician = (more: Partial<BoardTechnician> = {}): BoardTechnician => ({
  user: "theo", full_name: "Théo Brault", tags: ["Fibre", "Installation"], jobs_per_day: 4, weekdays: [1, 2, 3, 4, 5], day_starts_at: "08:00", day_ends_at: "17:00", away: [], home: null, ...more,
});
const job = (name: string, start: string | null, more: Partial<BoardJob> = {}): BoardJob => ({
  name, modified: "m", job_type: "Installation", status: start === null ? "Open" : "Scheduled", order_id: null, customer: { name: "C", title: "Rose", phone: null },
  place: { name: "L", address: `${name} rue A`, city: "", point: HUNTINGDON }, technician: start === null ? null : "theo", start: start === null ? null : `${DAY} ${start}`, minutes: 120,
  tags: ["Fibre"], preferred_dates: [], notes: "", confirmed: false, since: DAY, ...more,
});
const around = (more: Partial<Board> = {}): Pick<Board, "technicians" | "jobs" | "travel" | "days"> => ({
  technicians: [technician()], jobs: [], travel: TRAVEL, days: daysFrom(DAY, 1).map((date) => ({ date, holiday: false, capacity: 4, taken: 0 })), ...more,
});
const dropped = (start: string, more: Partial<Placed> = {}): Placed => ({ ...job("X", start), technician: "theo", start: `${DAY} ${start}`, ...more });
const kinds = (at: Placed, of = around()): string[] => conflictsOf(at, of).map(({ kind }) => kind);

describe("what speaks against a visit at a time", () => {
  it("is nothing on a working day, within hours, with the skills", () => {
    expect(kinds(dropped("09:00"))).toEqual([]);
  });

  it.each([
    ["07:45", {}, {}, ["outside_hours"]],
    ["15:30", {}, {}, ["outside_hours"]],
    ["09:00", { tags: ["Fibre", "Téléphonie"] }, {}, ["missing_skill"]],
    ["09:00", { technician: "nobody" }, {}, ["unknown_technician"]],
    ["09:00", {}, { technicians: [technician({ weekdays: [1] })] }, ["day_off"]],
    ["09:00", {}, { technicians: [technician({ away: [{ from: "2026-04-06", to: DAY, reason: "Vacances" }] })] }, ["away"]],
    ["09:00", {}, { days: [{ date: DAY, holiday: true, capacity: 0, taken: 0 }] }, ["holiday"]],
    ["09:00", {}, { technicians: [technician({ jobs_per_day: 0 })], jobs: [job("X", "09:00")] }, ["day_full"]],
    ["09:00", {}, { jobs: [job("A", "10:30")] }, ["overlap"]],
    ["09:00", {}, { jobs: [job("A", "10:30", { status: "Cancelled" })] }, []],
    ["09:00", {}, { jobs: [job("X", "10:30")] }, []],
    ["09:00", {}, { jobs: [job("A", "11:00")] }, []],
    ["09:00", {}, { jobs: [job("A", "11:00", { place: { name: "L", address: "a", city: "", point: ORMSTOWN } })] }, ["drive"]],
    ["13:15", {}, { jobs: [job("A", "11:00", { place: { name: "L", address: "a", city: "", point: ORMSTOWN } })] }, ["drive"]],
    ["13:30", {}, { jobs: [job("A", "11:00", { place: { name: "L", address: "a", city: "", point: ORMSTOWN } })] }, []],
  ] as [string, Partial<Placed>, Partial<Board>, string[]][])("at %s %o %o: %o", (start, more, of, expected) => {
    expect(kinds(dropped(start, more), around(of))).toEqual(expected);
  });

  it("counts the road, not the crow, and nothing where a place is not known", () => {
    expect(driveMinutes(HUNTINGDON, ORMSTOWN, TRAVEL)).toBe(18);
    expect(driveMinutes(HUNTINGDON, null, TRAVEL)).toBe(0);
  });
});

describe("the next slots", () => {
  const starts = (of: Partial<Board>, wanted = job("X", null), now = "2026-04-01 09:00"): string[] => slotsFor(wanted, around(of), now).map(({ start, technician: user }) => `${start.slice(5)} ${user}`);

  it("are the earliest of each gap that takes the visit and the drives", () => {
    const far = job("A", "11:00", { place: { name: "L", address: "a", city: "", point: ORMSTOWN } });
    expect(starts({ jobs: [far] })).toEqual(["04-07 08:00 theo", "04-07 13:30 theo"]);
    expect(starts({ jobs: [far] }, job("X", null, { minutes: 180 }))).toEqual(["04-07 13:30 theo"]);
    expect(starts({}, job("X", null), "2026-04-07 09:10")).toEqual(["04-07 09:15 theo"]);
    expect(starts({}, job("X", null), "2026-04-08 09:10")).toEqual([]);
  });

  it("are on the customer's own dates first, and with the shortest drive on a day", () => {
    const days = daysFrom(DAY, 3).map((date) => ({ date, holiday: false, capacity: 4, taken: 0 }));
    const technicians = [technician({ home: ORMSTOWN }), technician({ user: "tina", home: HUNTINGDON })];
    const wanted = job("X", null, { preferred_dates: ["2026-04-09"] });
    expect(starts({ days, technicians }, wanted)).toEqual(["04-09 08:00 tina", "04-09 08:00 theo", "04-07 08:00 tina", "04-07 08:00 theo", "04-08 08:00 tina", "04-08 08:00 theo"]);
  });

  it("never overlap, leave the hours, the working days or the skills, nor lie where nobody could drive in time, whatever the board looks like", () => {
    const point = fc.record({ latitude: fc.double({ min: 44.9, max: 45.4, noNaN: true }), longitude: fc.double({ min: -74.6, max: -73.4, noNaN: true }) });
    const anyJob = fc.record({ start: fc.integer({ min: 0, max: 1380 }), minutes: fc.integer({ min: 15, max: 300 }), day: fc.integer({ min: 0, max: 6 }), at: fc.option(point), user: fc.constantFrom("theo", "tina") });
    const anyTechnician = (user: string) =>
      fc.record({ opens: fc.integer({ min: 0, max: 12 }), hours: fc.integer({ min: 1, max: 11 }), weekdays: fc.subarray([0, 1, 2, 3, 4, 5, 6]), tags: fc.subarray(["Fibre", "TV"]), away: fc.boolean(), jobs_per_day: fc.integer({ min: 0, max: 5 }) })
        .map(({ opens, hours, away, ...rest }) => technician({ ...rest, user, day_starts_at: `${String(opens).padStart(2, "0")}:00`, day_ends_at: `${String(opens + hours).padStart(2, "0")}:30`, away: away ? [{ from: DAY, to: addDays(DAY, 1), reason: null }] : [] }));
    fc.assert(
      fc.property(fc.array(anyJob, { maxLength: 12 }), anyTechnician("theo"), anyTechnician("tina"), fc.option(point), fc.integer({ min: 15, max: 240 }), fc.nat(6), (jobs, theo, tina, at, minutes, holiday) => {
        const placed = jobs.map((each, index) =>
          job(`J${index}`, "00:00", { technician: each.user, start: localTimeAt(addDays(DAY, each.day), each.start), minutes: each.minutes, place: { name: "L", address: "", city: "", point: each.at } }),
        );
        const days = daysFrom(DAY, 7).map((date, index) => ({ date, holiday: index === holiday, capacity: 0, taken: 0 }));
        const of = around({ jobs: placed, technicians: [theo, tina], days });
        const wanted = job("X", null, { minutes, place: { name: "L", address: "", city: "", point: at } });
        for (const slot of slotsFor(wanted, of, `${DAY} 10:07`, 1_000)) {
          const here: Placed = { ...wanted, technician: slot.technician, start: slot.start };
          // Once it is there the day has one visit more.
          expect(conflictsOf(here, { ...of, jobs: [...placed, { ...wanted, ...here, status: "Scheduled" }] })).toEqual([]);
          expect(slot.start >= `${DAY} 10:07`).toBe(true);
          expect([theo, tina].find(({ user }) => user === slot.technician)?.weekdays).toContain(weekday(slot.start.slice(0, 10)));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the visits of somebody who is away", () => {
  const theo = technician();
  const tina = technician({ user: "tina", full_name: "Tina", jobs_per_day: 2 });
  const given = (of: Partial<Board>, now = "2026-04-01 09:00"): string[] =>
    reliefOf("theo", { from: DAY, to: DAY }, around({ technicians: [theo, tina], ...of }), now).moves.map(({ job: { name }, to }) => `${name} ${to ? `${to.technician} ${to.start.slice(11)}` : "waits"}`);

  it("go to others at the same time where nothing speaks against it, else near it, and wait where nobody has room", () => {
    expect(given({ jobs: [job("A", "09:00"), job("B", "13:00"), job("C", "15:00")] })).toEqual(["A tina 09:00", "B tina 13:00", "C waits"]);
    expect(given({ jobs: [job("A", "09:00"), job("T", "10:00", { technician: "tina" })] })).toEqual(["A tina 08:00"]);
    expect(given({ jobs: [job("A", "09:00", { tags: ["TV"] })] })).toEqual(["A waits"]);
    expect(given({ jobs: [job("A", "09:00")] }, `${DAY} 11:20`)).toEqual(["A tina 11:30"]);
  });

  it("stay where they have begun, or are over, or are of another day", () => {
    const jobs = [job("A", "08:00", { status: "Completed" }), job("B", "10:00", { status: "In Progress" }), { ...job("D", "10:00"), start: "2026-04-08 10:00" }];
    const relief = reliefOf("theo", { from: DAY, to: DAY }, around({ technicians: [theo, tina], jobs }), "2026-04-01 09:00");
    expect([relief.moves, relief.under_way.map(({ name }) => name)]).toEqual([[], ["B"]]);
  });

  it("are each proposed a place with nothing against it, the others' proposals being there already", () => {
    const anyJob = fc.record({ start: fc.integer({ min: 480, max: 960 }), minutes: fc.constantFrom(30, 60, 120), user: fc.constantFrom("theo", "theo", "tina", "tom"), far: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyJob, { maxLength: 10 }), (jobs) => {
        const placed = jobs.map((each, index) => job(`J${index}`, "00:00", { technician: each.user, start: localTimeAt(DAY, each.start), minutes: each.minutes, place: { name: "L", address: "", city: "", point: each.far ? ORMSTOWN : HUNTINGDON } }));
        const of = around({ technicians: [theo, tina, technician({ user: "tom" })], jobs: placed });
        const { moves } = reliefOf("theo", { from: DAY, to: DAY }, of, `${DAY} 09:00`);
        expect(moves).toHaveLength(placed.filter((each) => each.technician === "theo").length);
        const after = placed.flatMap((each) => {
          const move = moves.find(({ job: { name } }) => name === each.name);
          return move ? (move.to ? [{ ...each, ...move.to }] : []) : [each];
        });
        for (const { job: wanted, to } of moves) if (to) expect(conflictsOf({ ...wanted, ...to }, { ...of, jobs: after })).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("on a day, are shown what is free with anybody, nearest to the time asked for first", () => {
    const of = around({ technicians: [theo, tina], jobs: [job("A", "09:00"), job("T", "13:00", { technician: "tina" })] });
    expect(placesOn(job("A", "09:00"), DAY, 13 * 60, of, "2026-04-01 09:00").map(({ technician: user, start }) => `${user} ${minuteOf(start) / 60}`)).toEqual(["theo 13", "tina 15", "theo 8", "tina 8"]);
    expect(placesOn(job("A", "09:00"), "2026-04-09", 600, of, "2026-04-01 09:00")).toEqual([]);
  });
});

describe("a move", () => {
  const request = { id: "7b0c7a52-3f5f-4c77-9a1c-0d6a4a1f3c11", technician: "theo", start: `${DAY} 09:00`, minutes: 120, modified: "m", tell_customer: true };
  it("is to a technician and a time, or to neither, and ends on its day", () => {
    expect(moveRequest.safeParse(request).success).toBe(true);
    expect(moveRequest.safeParse({ ...request, technician: null, start: null }).success).toBe(true);
    expect(moveRequest.safeParse({ ...request, technician: null }).success).toBe(false);
    expect(moveRequest.safeParse({ ...request, start: `${DAY} 9:00` }).success).toBe(false);
    expect(moveRequest.safeParse({ ...request, start: `${DAY} 23:00` }).success).toBe(false);
    const { technician: user, start, minutes, modified } = request;
    const many = (change: object): boolean => movesRequest.safeParse({ id: request.id, moves: [{ job: "J", technician: user, start, minutes, modified, ...change }], away: null, tell_customer: true }).success;
    expect([many({}), many({ technician: null }), many({ start: `${DAY} 23:00` }), many({ technician: null, start: null })]).toEqual([true, false, false, true]);
  });
});
