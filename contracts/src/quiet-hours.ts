/** When nobody is written to about a visit's date, unless the visit is upon them. Times as the company's clock writes them, `2026-04-07 21:30`. */
import { z } from "zod";
import { localTimeAt, minutesOf } from "./board.ts";
import { addDays } from "./dates.ts";

const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d`;
/** `21:00-08:00`, or `none`. */
export const quietHours = z.string().regex(new RegExp(`^(?:${TIME}-${TIME}|none)$`));

/** A visit that begins sooner after the quiet hours is upon whoever sleeps. */
const UPON_MINUTES = 120;

/**
 * @param starts of the visit, as the customer knows it and as it stands
 * @returns when they are told; null: now
 */
export function heldUntil(quiet: z.output<typeof quietHours>, now: string, starts: readonly (string | null)[]): string | null {
  const [from, until] = quiet.split("-");
  if (from === undefined || until === undefined) return null;
  const [day, time] = [now.slice(0, 10), now.slice(11, 16)];
  const overnight = from > until;
  if (overnight ? time >= until && time < from : time < from || time >= until) return null;
  const morning = overnight && time >= from ? addDays(day, 1) : day;
  const soon = localTimeAt(morning, minutesOf(until) + UPON_MINUTES);
  return starts.some((start) => start !== null && start >= now && start < soon) ? null : `${morning} ${until}`;
}
