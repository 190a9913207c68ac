/**
 * Days are plain ISO dates (`2026-04-07`) in the company's time zone; only instants carry a time and an offset.
 */
import { z } from "zod";

export const TIME_ZONE = "America/Toronto";

export const isoDate = z.iso.date();
export type IsoDate = z.infer<typeof isoDate>;

const DAY_MS = 86_400_000;

/** The company's calendar day at an instant. */
export function localDate(instant: Date): IsoDate {
  return new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
}

export function addDays(day: IsoDate, count: number): IsoDate {
  return new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** Whole days from `from` to `to`. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** 0 is Sunday. */
export function weekday(day: IsoDate): number {
  return new Date(Date.parse(day)).getUTCDay();
}

export function isWeekend(day: IsoDate): boolean {
  const number = weekday(day);
  return number === 0 || number === 6;
}

/** Adds calendar months; the 31st becomes the month's last day where there is none. */
export function addMonths(day: IsoDate, count: number): IsoDate {
  const date = new Date(Date.parse(day));
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1));
  const lastDay = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date.getUTCDate(), lastDay));
  return first.toISOString().slice(0, 10);
}

/** The billing period a day falls in: `days` long, with `days_left` from that day, included. `billing_day` is 1 to 28. */
export function billingPeriod(
  day: IsoDate,
  billing_day: number,
): { start: IsoDate; next_billing_date: IsoDate; days: number; days_left: number } {
  if (!Number.isInteger(billing_day) || billing_day < 1 || billing_day > 28) {
    throw new RangeError(`billing day must be 1 to 28, not ${billing_day}`);
  }
  const onBillingDay = `${day.slice(0, 8)}${String(billing_day).padStart(2, "0")}`;
  const start = onBillingDay <= day ? onBillingDay : addMonths(onBillingDay, -1);
  const next_billing_date = addMonths(start, 1);
  return { start, next_billing_date, days: daysBetween(start, next_billing_date), days_left: daysBetween(day, next_billing_date) };
}

/** `GET /api/install-dates`: days that still have room, earliest first. */
export const installDates = z.object({ dates: z.array(z.object({ date: isoDate, left: z.int().min(1) })) });
export type InstallDates = z.infer<typeof installDates>;

/** "mardi 7 avril", "mardi 1er décembre" / "Tuesday, April 7". */
export function formatDay(day: IsoDate, lang: "fr" | "en"): string {
  const said = new Intl.DateTimeFormat(lang === "fr" ? "fr-CA" : "en-CA", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  return said
    .formatToParts(new Date(Date.parse(day)))
    .map(({ type, value }) => (lang === "fr" && type === "day" && value === "1" ? "1er" : value))
    .join("");
}
