/** What speaks against a visit at a time. The hub and the page ask the same function; a dispatcher may know better, and does as they say. */
import { dayOf, formatTime, minuteOf, minutesOf } from "./board.ts";
import type { Board, BoardJob, BoardTechnician, Travel } from "./board.ts";
import { weekday } from "./dates.ts";
import type { IsoDate } from "./dates.ts";
import { distanceKm } from "./follow.ts";
import type { Bilingual, Language } from "./language.ts";

export type ConflictKind = "overlap" | "drive" | "missing_skill" | "outside_hours" | "day_off" | "away" | "holiday" | "day_full" | "unknown_technician";

export interface Conflict {
  readonly kind: ConflictKind;
  /** The other visit, or the skills that are missing. */
  readonly with?: string;
  readonly says: Bilingual;
}

/** A visit where it stands, or where it would be dropped. */
export type Placed = Pick<BoardJob, "name" | "tags" | "minutes" | "place"> & { readonly technician: string; readonly start: string };
type Around = Pick<Board, "technicians" | "jobs" | "travel" | "days">;

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** Whole minutes; 0 where either end is not known. */
export function driveMinutes(from: Point | null, to: Point | null, { road_factor, kmh }: Travel): number {
  return from && to ? Math.ceil((distanceKm(from, to) * road_factor * 60) / kmh) : 0;
}

const isPlaced = (job: BoardJob): job is BoardJob & { technician: string; start: string } => job.technician !== null && job.start !== null;

/** A technician's other visits of a day, by time. What is cancelled takes no room. */
export function dayOfTechnician(jobs: readonly BoardJob[], technician: string, day: IsoDate, except?: string): Placed[] {
  return jobs
    .filter(isPlaced)
    .filter((job) => job.name !== except && job.technician === technician && dayOf(job.start) === day && job.status !== "Cancelled")
    .sort((one, other) => minuteOf(one.start) - minuteOf(other.start));
}

/** From when to when, in minutes of its day. */
export const spanOf = ({ start, minutes }: Pick<Placed, "start" | "minutes">): [from: number, to: number] => [minuteOf(start), minuteOf(start) + minutes];

export const worksOn = (technician: BoardTechnician, day: IsoDate): boolean =>
  technician.weekdays.includes(weekday(day)) && !technician.away.some(({ from, to }) => from <= day && day <= to);

export const missingSkills = (technician: Pick<BoardTechnician, "tags">, job: Pick<BoardJob, "tags">): string[] => job.tags.filter((tag) => !technician.tags.includes(tag));

export function conflictsOf(job: Placed, around: Around): Conflict[] {
  const technician = around.technicians.find(({ user }) => user === job.technician);
  if (!technician) return [{ kind: "unknown_technician", says: { fr: "Ce technicien n'est plus actif", en: "This technician is no longer active" } }];
  const day = dayOf(job.start);
  return [...ofDay(technician, day, around), ...ofHours(technician, job), ...ofSkills(technician, job), ...ofOthers(job, around)];
}

function ofDay(technician: BoardTechnician, day: IsoDate, { days, jobs }: Around): Conflict[] {
  const conflicts: Conflict[] = [];
  const { full_name } = technician;
  const absence = technician.away.find(({ from, to }) => from <= day && day <= to);
  if (days.some(({ date, holiday }) => date === day && holiday)) conflicts.push({ kind: "holiday", says: { fr: "Jour férié", en: "Holiday" } });
  if (absence) {
    const why = absence.reason ? ` (${absence.reason})` : "";
    conflicts.push({ kind: "away", says: { fr: `${full_name} est en congé${why}`, en: `${full_name} is away${why}` } });
  } else if (!technician.weekdays.includes(weekday(day))) conflicts.push({ kind: "day_off", says: { fr: `${full_name} ne travaille pas ce jour-là`, en: `${full_name} does not work that day` } });
  else if (dayOfTechnician(jobs, technician.user, day).length > technician.jobs_per_day) {
    conflicts.push({ kind: "day_full", says: { fr: `Plus de ${technician.jobs_per_day} visites ce jour-là`, en: `More than ${technician.jobs_per_day} visits that day` } });
  }
  return conflicts;
}

function ofHours({ day_starts_at, day_ends_at }: BoardTechnician, { start, minutes }: Placed): Conflict[] {
  const [from, to] = spanOf({ start, minutes });
  if (from >= minutesOf(day_starts_at) && to <= minutesOf(day_ends_at)) return [];
  const hours = (language: Language): [string, string] => [formatTime(minutesOf(day_starts_at), language), formatTime(minutesOf(day_ends_at), language)];
  return [{ kind: "outside_hours", says: { fr: `Hors des heures de travail (${hours("fr").join(" à ")})`, en: `Outside working hours (${hours("en").join(" to ")})` } }];
}

function ofSkills(technician: BoardTechnician, job: Placed): Conflict[] {
  const missing = missingSkills(technician, job).join(", ");
  return missing ? [{ kind: "missing_skill", with: missing, says: { fr: `Compétence manquante: ${missing}`, en: `Missing skill: ${missing}` } }] : [];
}

function ofOthers(job: Placed, { jobs, travel }: Around): Conflict[] {
  const [start, end] = spanOf(job);
  const others = dayOfTechnician(jobs, job.technician, dayOf(job.start), job.name);
  const overlaps = others.filter((other) => start < spanOf(other)[1] && spanOf(other)[0] < end);
  const before = others.filter((other) => spanOf(other)[1] <= start).sort((one, other) => spanOf(other)[1] - spanOf(one)[1])[0];
  const after = others.find((other) => spanOf(other)[0] >= end);
  return [
    ...overlaps.map((other): Conflict => {
      const [address, at] = [other.place.address || other.name, spanOf(other)[0]];
      return { kind: "overlap", with: other.name, says: { fr: `En même temps que ${address} (${formatTime(at, "fr")})`, en: `At the same time as ${address} (${formatTime(at, "en")})` } };
    }),
    ...[before, after].flatMap((other): Conflict[] => {
      if (!other) return [];
      const gap = other === before ? start - spanOf(other)[1] : spanOf(other)[0] - end;
      const drive = driveMinutes(job.place.point, other.place.point, travel);
      if (gap >= drive) return [];
      const address = other.place.address || other.name;
      return [{ kind: "drive", with: other.name, says: { fr: `${drive} min de route pour ${address}, ${gap} min entre les deux`, en: `${drive} min drive to ${address}, ${gap} min in between` } }];
    }),
  ];
}
