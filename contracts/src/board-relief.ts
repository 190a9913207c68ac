/** A technician who is away: where each of their visits could go that same day, or back among those that wait. */
import { conflictsOf, driveMinutes } from "./board-conflicts.ts";
import { slotsFor } from "./board-slots.ts";
import { dayOf, minuteOf } from "./board.ts";
import type { Board, BoardJob, BoardSlot } from "./board.ts";
import type { IsoDate } from "./dates.ts";

type Around = Pick<Board, "technicians" | "jobs" | "travel" | "days">;

/** Whose time has come, and who has set out, stays. */
const MOVABLE: ReadonlySet<BoardJob["status"]> = new Set(["Open", "Scheduled"]);
const UNDER_WAY: ReadonlySet<BoardJob["status"]> = new Set(["En Route", "In Progress"]);

/**
 * Where a visit has room on a day with nothing against it, nearest to a time first: at that very time with anybody, else at the beginning of a gap.
 *
 * @param near as minutes of the day
 * @param now nothing is proposed before it, as `2026-04-07 09:30`
 */
export function placesOn(job: BoardJob, day: IsoDate, near: number, around: Around, now: string, limit = 6): BoardSlot[] {
  const days = around.days.filter(({ date }) => date === day);
  const others = around.jobs.filter(({ name }) => name !== job.name);
  const start = `${day} ${String(Math.floor(near / 60)).padStart(2, "0")}:${String(near % 60).padStart(2, "0")}`;
  const fits = (technician: string): boolean => conflictsOf({ ...job, technician, start }, { ...around, jobs: [...others, { ...job, technician, start, status: "Scheduled" }] }).length === 0;
  const then = days.length === 0 || start < now ? [] : around.technicians.filter(({ user }) => fits(user));
  const same = then.map(({ user, home }): BoardSlot => ({ technician: user, start, minutes: job.minutes, preferred: job.preferred_dates.includes(day), drive_minutes: driveMinutes(home, job.place.point, around.travel) }));
  const gaps = slotsFor(job, { ...around, days }, now, 1_000).filter((slot) => !same.some(({ technician, start: at }) => technician === slot.technician && at === slot.start));
  const far = (slot: BoardSlot): number => Math.abs(minuteOf(slot.start) - near);
  return [...same, ...gaps].sort((one, other) => far(one) - far(other) || one.drive_minutes - other.drive_minutes).slice(0, limit);
}

export interface Relief {
  /** Theirs, by time, each with the place that is proposed; null where nobody has room that day. */
  readonly moves: readonly { readonly job: BoardJob; readonly to: { readonly technician: string; readonly start: string; readonly minutes: number } | null }[];
  /** Begun already. */
  readonly under_way: readonly BoardJob[];
}

/** What is given to one is room that the next no longer has. */
export function reliefOf(technician: string, { from, to }: { readonly from: IsoDate; readonly to: IsoDate }, around: Around, now: string): Relief {
  const theirs = around.jobs
    .filter((job): job is BoardJob & { start: string } => job.technician === technician && job.start !== null && dayOf(job.start) >= from && dayOf(job.start) <= to)
    .sort((one, other) => (one.start < other.start ? -1 : 1));
  const technicians = around.technicians.filter(({ user }) => user !== technician);
  const leaving = theirs.filter(({ status }) => MOVABLE.has(status));
  let jobs = around.jobs.filter((job) => !leaving.some(({ name }) => name === job.name));
  const moves = leaving.map((job) => {
    const [place] = placesOn(job, dayOf(job.start), minuteOf(job.start), { ...around, technicians, jobs }, now, 1);
    if (!place) return { job, to: null };
    const given = { technician: place.technician, start: place.start, minutes: place.minutes };
    jobs = [...jobs, { ...job, ...given }];
    return { job, to: given };
  });
  return { moves, under_way: theirs.filter(({ status }) => UNDER_WAY.has(status)) };
}
