/**
 * The dispatch board: who visits whom, and when. Times are the company's own, as `2026-04-07 09:30`; within a day they are minutes since midnight.
 */
import { z } from "zod";
import { addDays, isoDate } from "./dates.ts";
import type { IsoDate } from "./dates.ts";
import type { Language } from "./language.ts";
import { visitStatus } from "./visits.ts";

/** A point of a day, `09:30`. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "invalid");
/** A point of the company's calendar, `2026-04-07 09:30`. */
export const localTime = z.string().regex(/^\d{4}-\d{2}-\d{2} ([01]\d|2[0-3]):[0-5]\d$/, "invalid");

export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
export const timeOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** What a visit takes where nobody said, as on the calendar in Desk. */
export const USUAL_MINUTES = 120;
export const SHORTEST_MINUTES = 15;
export const LONGEST_MINUTES = 12 * 60;
const DAY_MINUTES = 24 * 60;

const point = z.object({ latitude: z.number(), longitude: z.number() });

export const boardJob = z.object({
  name: z.string(),
  modified: z.string(),
  job_type: z.enum(["Installation", "Repair", "Retrieval"]),
  status: visitStatus,
  order_id: z.string().nullable(),
  customer: z.object({ name: z.string(), title: z.string(), phone: z.string().nullable() }),
  place: z.object({ name: z.string(), address: z.string(), city: z.string(), point: point.nullable() }),
  /** A technician's user. */
  technician: z.string().nullable(),
  start: localTime.nullable(),
  minutes: z.int(),
  tags: z.array(z.string()),
  preferred_dates: z.array(isoDate),
  notes: z.string(),
  /** The customer said yes to this very start. */
  confirmed: z.boolean(),
  since: isoDate,
});
export type BoardJob = z.infer<typeof boardJob>;

export const boardTechnician = z.object({
  user: z.string(),
  full_name: z.string(),
  tags: z.array(z.string()),
  jobs_per_day: z.int(),
  /** 0 is Sunday. */
  weekdays: z.array(z.int()),
  day_starts_at: timeOfDay,
  day_ends_at: timeOfDay,
  away: z.array(z.object({ from: isoDate, to: isoDate, reason: z.string().nullable() })),
  home: point.nullable(),
});
export type BoardTechnician = z.infer<typeof boardTechnician>;

/** How long a drive takes: the crow's distance, times how much longer roads are, at a rural speed. */
export const travel = z.object({ road_factor: z.number(), kmh: z.number() });
export type Travel = z.infer<typeof travel>;

/** A day as the website's dates read it. */
export const boardDay = z.object({ date: isoDate, holiday: z.boolean(), capacity: z.int(), taken: z.int() });
export type BoardDay = z.infer<typeof boardDay>;

/** How long it has waited: for so many days, or past its own day. */
export const WAITING_AGES = ["late", "7", "14", "30"] as const;
/** Of those that wait: what holds for all that is asked. */
export const waitingFilter = z.strictObject({
  /** In its number, customer, telephone, address, order or notes. */
  q: z.string().trim().max(100).optional(),
  city: z.string().max(140).optional(),
  /** The price zone of its place. */
  zone: z.string().max(140).optional(),
  tag: z.string().max(140).optional(),
  /** A technician's user: what they have the skills for. */
  can: z.string().max(140).optional(),
  age: z.enum(WAITING_AGES).optional(),
});
export type WaitingFilter = z.infer<typeof waitingFilter>;
export const WAITING_BY = ["city", "zone", "tag", "can", "age"] as const satisfies readonly (keyof WaitingFilter)[];
export type WaitingBy = (typeof WAITING_BY)[number];

const counts = z.array(z.object({ value: z.string(), count: z.int() }));

export const board = z.object({
  today: isoDate,
  days: z.array(boardDay),
  technicians: z.array(boardTechnician),
  /** Those of these days, by technician and time. */
  jobs: z.array(boardJob),
  /** Those that wait for a technician and a time, and those whose day went by, of what was asked for; oldest first. */
  waiting: z.array(boardJob),
  /** How many of what was asked for wait beyond those, the newest. */
  waiting_beyond: z.int(),
  /** How many wait in all, and of each kind beside whatever else is asked for. */
  waiting_counts: z.object({ all: z.int(), city: counts, zone: counts, tag: counts, can: counts, age: counts }),
  travel,
  /** Whom somebody drags at this moment. */
  held: z.array(z.object({ job: z.string(), by: z.string(), user: z.string() })),
  may_move: z.boolean(),
});
export type Board = z.infer<typeof board>;

/** `GET /api/board?from=2026-04-07&days=7`; from today unless told. What filters narrows those that wait. */
export const boardQuery = waitingFilter.extend({ from: isoDate.optional(), days: z.coerce.number().int().min(1).max(14).default(1) });

/** `GET /api/board/jobs/{name}`: one visit wherever it is, whatever became of it. */
export const boardVisit = z.object({ job: boardJob });

const placeAsked = {
  technician: z.string().min(1).max(140).nullable(),
  start: localTime.nullable(),
  minutes: z.int().min(SHORTEST_MINUTES).max(LONGEST_MINUTES).default(USUAL_MINUTES),
  modified: z.string().min(1).max(40),
};
interface Place {
  readonly technician: string | null;
  readonly start: string | null;
  readonly minutes: number;
}
const isWhole = ({ technician, start }: Place): boolean => (technician === null) === (start === null);
const endsThatDay = ({ start, minutes }: Place): boolean => start === null || minutesOf(start.slice(11)) + minutes <= DAY_MINUTES;
const WHOLE = { path: ["start"], message: "required" };
const ENDS = { path: ["minutes"], message: "invalid" };

/**
 * `POST /api/board/jobs/{name}/move`: to a technician and a time, or back to those that wait, where both are null. `id` names it for ever: sent
 * again, it is done once. `modified` is the job's as it was seen: 409 `visit_changed_meanwhile` says who was faster, and what they did.
 */
export const moveRequest = z
  .strictObject({
    id: z.uuid(),
    ...placeAsked,
    /** By SMS and e-mail, a minute later: what is moved again meanwhile is told once, and what is put back is not told. */
    tell_customer: z.boolean(),
  })
  .refine(isWhole, WHOLE)
  .refine(endsThatDay, ENDS);
export type MoveRequest = z.infer<typeof moveRequest>;

export const MOST_MOVES = 60;
/** `POST /api/board/moves`: many visits, and a technician who is away or is back: all of it at once, or nothing. As with one, `id` names it for ever. */
export const movesRequest = z
  .strictObject({
    id: z.uuid(),
    moves: z.array(z.strictObject({ job: z.string().min(1).max(140), ...placeAsked }).refine(isWhole, WHOLE).refine(endsThatDay, ENDS)).max(MOST_MOVES),
    away: z
      .strictObject({ technician: z.string().min(1).max(140), from: isoDate, to: isoDate, reason: z.string().trim().max(140).nullable(), is_away: z.boolean() })
      .refine(({ from, to }) => from <= to, { path: ["to"], message: "invalid" })
      .nullable(),
    tell_customer: z.boolean(),
  })
  .refine(({ moves, away }) => moves.length > 0 || away !== null, { path: ["moves"], message: "required" });
export type MovesRequest = z.infer<typeof movesRequest>;

/** `held`: how many customers are told in the morning, at `held_until`, for it is night. */
export const movesAnswer = z.object({ jobs: z.array(boardJob), replayed: z.boolean(), held: z.int(), held_until: localTime.nullable() });
export type MovesAnswer = z.infer<typeof movesAnswer>;

/** `held_until`: by night the customer is told then; null: in a minute. */
export const moveAnswer = z.object({ job: boardJob, replayed: z.boolean(), held_until: localTime.nullable() });
export type MoveAnswer = z.infer<typeof moveAnswer>;

/** The details of `visit_changed_meanwhile`. */
export const changedMeanwhile = z.object({ by: z.string(), job: boardJob.nullable() });

/** `POST /api/board/jobs/{name}/hold`: seen by the others while it lasts. */
export const holdRequest = z.strictObject({ held: z.boolean() });
export const HOLD_SECONDS = 30;

/** `GET /api/board/jobs/{name}/slots` */
export const boardSlot = z.object({ technician: z.string(), start: localTime, minutes: z.int(), preferred: z.boolean(), drive_minutes: z.int() });
export type BoardSlot = z.infer<typeof boardSlot>;
export const boardSlots = z.object({ slots: z.array(boardSlot) });

/** `GET /api/board/positions`: of technicians at work, as Traccar last knew them, or the phone of one on the way. */
export const boardPositions = z.object({ positions: z.array(point.extend({ technician: z.string(), at: z.iso.datetime(), moving: z.boolean() })) });
export type BoardPositions = z.infer<typeof boardPositions>;

export const dayOf = (start: string): IsoDate => start.slice(0, 10);
export const minuteOf = (start: string): number => minutesOf(start.slice(11));
export const localTimeAt = (day: IsoDate, minutes: number): string => `${day} ${timeOf(minutes)}`;
export const daysFrom = (from: IsoDate, count: number): IsoDate[] => Array.from({ length: count }, (_, index) => addDays(from, index));

/** "9 h 30" / "9:30 a.m." */
export function formatTime(minutes: number, language: Language): string {
  const [hours, rest] = [Math.floor(minutes / 60), String(minutes % 60).padStart(2, "0")];
  if (language === "fr") return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${rest}`;
  return `${hours % 12 || 12}${minutes % 60 === 0 ? "" : `:${rest}`} ${hours < 12 ? "a.m." : "p.m."}`;
}
