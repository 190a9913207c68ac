/** Where a visit would fit: within hours, with the skills, with the drive before and after it; the customer's own dates first. */
import { dayOfTechnician, driveMinutes, missingSkills, spanOf, worksOn } from "./board-conflicts.ts";
import { localTimeAt, minuteOf, minutesOf } from "./board.ts";
import type { Board, BoardJob, BoardSlot, BoardTechnician } from "./board.ts";
import type { IsoDate } from "./dates.ts";

/** Visits begin on a quarter of an hour. */
export const SLOT_STEP = 15;

type Around = Pick<Board, "technicians" | "jobs" | "travel" | "days">;

/** @param now nothing is proposed before it, as `2026-04-07 09:30` */
export function slotsFor(job: BoardJob, around: Around, now: string, limit = 12): BoardSlot[] {
  const slots = around.days
    .filter(({ holiday }) => !holiday)
    .flatMap(({ date }) => around.technicians.filter((technician) => worksOn(technician, date) && missingSkills(technician, job).length === 0).flatMap((technician) => ofDay(job, technician, date, around, now)));
  return slots.sort((one, other) => compared(keyOf(one), keyOf(other))).slice(0, limit);
}

/** Preferred days first, then the earliest day, and on it the shortest drive. */
const keyOf = ({ preferred, start, drive_minutes, technician }: BoardSlot): string =>
  [preferred ? 0 : 1, start.slice(0, 10), String(drive_minutes).padStart(5, "0"), start.slice(11), technician].join(" ");
const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
const onStep = (minutes: number): number => Math.ceil(minutes / SLOT_STEP) * SLOT_STEP;

/** The earliest of each gap of the day that takes the visit and the drives. */
function ofDay(job: BoardJob, technician: BoardTechnician, day: IsoDate, { jobs, travel }: Around, now: string): BoardSlot[] {
  const others = dayOfTechnician(jobs, technician.user, day, job.name);
  const today = now.slice(0, 10);
  if (others.length >= technician.jobs_per_day || day < today) return [];
  const [opens, closes] = [minutesOf(technician.day_starts_at), minutesOf(technician.day_ends_at)];
  const drives = others.map((other) => driveMinutes(other.place.point, job.place.point, travel));
  const found: BoardSlot[] = [];
  for (let gap = 0; gap <= others.length; gap++) {
    const start = onStep(Math.max(opens, day === today ? minuteOf(now) : 0, ...others.slice(0, gap).map((other, index) => spanOf(other)[1] + (drives[index] ?? 0))));
    const until = Math.min(closes, ...others.slice(gap).map((other, index) => spanOf(other)[0] - (drives[gap + index] ?? 0)));
    if (start + job.minutes > until) continue;
    // From home in the morning: that drive is the technician's own, and only ranks.
    const drive_minutes = (gap === 0 ? driveMinutes(technician.home, job.place.point, travel) : (drives[gap - 1] ?? 0)) + (drives[gap] ?? 0);
    found.push({ technician: technician.user, start: localTimeAt(day, start), minutes: job.minutes, preferred: job.preferred_dates.includes(day), drive_minutes });
  }
  return found;
}
