/** Where a visit stands and where it would: the board as it would be, before anybody is asked. */
import { dayOf, localTimeAt, minuteOf, minutesOf } from "@gigafibre/contracts/board";
import type { Board, BoardJob, BoardTechnician } from "@gigafibre/contracts/board";
import { conflictsOf, spanOf } from "@gigafibre/contracts/board-conflicts";
import type { Conflict, Placed } from "@gigafibre/contracts/board-conflicts";
import { addDays } from "@gigafibre/contracts/dates";

/** A technician and a start, or back among those that wait. */
export type Target = { readonly technician: string; readonly start: string; readonly minutes: number } | null;

export const STEP = 15;
const LAST = 24 * 60 - STEP;
const MORNING = 9 * 60;

export const MOVABLE: ReadonlySet<string> = new Set(["Open", "Scheduled"]);

export const targetOf = ({ technician, start, minutes }: BoardJob): Target => (technician === null || start === null ? null : { technician, start, minutes });

export function sameTarget(one: Target, other: Target): boolean {
  if (one === null || other === null) return one === other;
  return one.technician === other.technician && one.start === other.start && one.minutes === other.minutes;
}

/** The board with one visit elsewhere. */
export function withMove(board: Board, name: string, target: Target): Board {
  const job = [...board.jobs, ...board.waiting].find((each) => each.name === name);
  if (!job) return board;
  const there: BoardJob = { ...job, ...(target ?? { technician: null, start: null }), status: target ? "Scheduled" : "Open", confirmed: job.confirmed && sameTarget(target, targetOf(job)) };
  const [jobs, waiting] = [board.jobs, board.waiting].map((list) => list.filter((each) => each.name !== name)) as [BoardJob[], BoardJob[]];
  return target === null ? { ...board, jobs, waiting: [...waiting, there].sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : a.name.localeCompare(b.name))) } : { ...board, jobs: [...jobs, there], waiting };
}

export const isPlaced = (job: BoardJob): job is BoardJob & Placed => job.technician !== null && job.start !== null;

/** What would speak against it there. */
export function conflictsAt(board: Board, job: BoardJob, target: Target): Conflict[] {
  if (target === null) return [];
  const known = [...board.jobs, ...board.waiting].some(({ name }) => name === job.name);
  return conflictsOf({ ...job, ...target }, withMove(known ? board : { ...board, waiting: [...board.waiting, job] }, job.name, target));
}

const onStep = (minutes: number): number => Math.min(LAST, Math.max(0, Math.round(minutes / STEP) * STEP));

export const at = (technician: string, day: string, minutes: number, length: number): Target => ({ technician, start: localTimeAt(day, Math.min(onStep(minutes), Math.max(0, 24 * 60 - length))), minutes: length });

/** Where the keyboard begins with a visit that has no place yet: with somebody who can, as early as they work. */
export function firstTarget(board: Board, job: BoardJob, day: string): Target {
  const standing = targetOf(job);
  if (standing) return standing;
  const able = (technician: BoardTechnician): boolean => job.tags.every((tag) => technician.tags.includes(tag));
  const technician = board.technicians.find(able) ?? board.technicians[0];
  return technician ? at(technician.user, job.preferred_dates.find((date) => board.days.some((each) => each.date === date)) ?? day, minutesOf(technician.day_starts_at), job.minutes) : null;
}

/** Where a visit stands, or what is asked for first: the customer's day, else the one that is shown, and never a time that went by. */
export function askedPlace(job: BoardJob, shown: string, today: string, now: number): { readonly date: string; readonly minute: number } {
  if (job.start !== null) return { date: dayOf(job.start), minute: minuteOf(job.start) };
  const date = job.preferred_dates.find((each) => each >= today) ?? (shown < today ? today : shown);
  return { date, minute: date === today ? Math.min(Math.max(MORNING, Math.ceil(now / STEP) * STEP), LAST) : MORNING };
}

export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** One step by the keyboard: through the technicians, and through the time of a day or the days of a week. */
export function stepped(board: Board, target: NonNullable<Target>, direction: Direction, by: { readonly week: boolean; readonly far: boolean }): Target {
  if (direction === "ArrowUp" || direction === "ArrowDown") {
    const index = board.technicians.findIndex(({ user }) => user === target.technician) + (direction === "ArrowUp" ? -1 : 1);
    const next = board.technicians[Math.min(board.technicians.length - 1, Math.max(0, index))];
    return next ? { ...target, technician: next.user } : target;
  }
  const sign = direction === "ArrowLeft" ? -1 : 1;
  const day = dayOf(target.start);
  if (!by.week) return at(target.technician, day, minuteOf(target.start) + sign * (by.far ? 60 : STEP), target.minutes);
  const wanted = addDays(day, sign);
  return board.days.some(({ date }) => date === wanted) ? { ...target, start: localTimeAt(wanted, minuteOf(target.start)) } : target;
}

/** Visits of a row side by side where they are at the same time. */
export function lanesOf(jobs: readonly (BoardJob & Placed)[]): { job: BoardJob & Placed; lane: number; lanes: number }[] {
  const ends: number[] = [];
  const placed = [...jobs].sort((one, other) => spanOf(one)[0] - spanOf(other)[0]).map((job) => {
    const [start, end] = spanOf(job);
    const free = ends.findIndex((until) => until <= start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = end;
    return { job, lane };
  });
  return placed.map(({ job, lane }) => ({ job, lane, lanes: ends.length }));
}

/** From when to when a day is drawn: working hours and whatever lies outside them. */
export function hoursOf(board: Board): { readonly from: number; readonly to: number } {
  const starts = [...board.technicians.map(({ day_starts_at }) => minutesOf(day_starts_at)), ...board.jobs.filter(isPlaced).map((job) => spanOf(job)[0])];
  const ends = [...board.technicians.map(({ day_ends_at }) => minutesOf(day_ends_at)), ...board.jobs.filter(isPlaced).map((job) => spanOf(job)[1])];
  const from = Math.min(8 * 60, ...starts);
  const to = Math.max(17 * 60, ...ends);
  return { from: Math.max(0, Math.floor(from / 60) * 60 - 60), to: Math.min(24 * 60, Math.ceil(to / 60) * 60 + 60) };
}
