/** Moments as people say them. */
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import { language } from "@gigafibre/theme/language.ts";
import { texts } from "./texts.ts";
import { onScopeDispose, readonly, ref } from "vue";
import type { Ref } from "vue";

const MINUTE_MS = 60_000;
const UNITS = [
  ["day", 24 * 60],
  ["hour", 60],
  ["minute", 1],
] as const;

/** Within a week how long ago, else the day. */
export function ago(at: string, now: number): string {
  const minutes = Math.round((now - Date.parse(at)) / MINUTE_MS);
  if (minutes >= 7 * 24 * 60) return dayOf(at);
  if (minutes < 1) return texts[language.value].just_now;
  const relative = new Intl.RelativeTimeFormat(`${language.value}-CA`, { numeric: "auto", style: "short" });
  const [unit, size] = UNITS.find(([, each]) => minutes >= each) ?? UNITS[2];
  return relative.format(-Math.floor(minutes / size), unit);
}

export const dayOf = (at: string): string => new Intl.DateTimeFormat(`${language.value}-CA`, { dateStyle: "medium", timeZone: TIME_ZONE }).format(new Date(at));
export const momentOf = (at: string): string => new Intl.DateTimeFormat(`${language.value}-CA`, { dateStyle: "medium", timeStyle: "short", timeZone: TIME_ZONE }).format(new Date(at));
/** A plain date, and a moment of ERPNext's, which is the company's wall clock. */
export const plainDay = (day: string): string => new Intl.DateTimeFormat(`${language.value}-CA`, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${day.slice(0, 10)}T00:00:00Z`));
export const wallClock = (local: string): string =>
  new Intl.DateTimeFormat(`${language.value}-CA`, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(new Date(`${local.slice(0, 19).replace(" ", "T")}Z`));

/** The minute it is, or what is finer. */
export function useNow(everyMs = MINUTE_MS / 2): Readonly<Ref<number>> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), everyMs);
  onScopeDispose(() => clearInterval(timer));
  return readonly(now);
}
