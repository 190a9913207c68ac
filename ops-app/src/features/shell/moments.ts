/** Moments as people say them, in the app's language. */
import { language } from "@gigafibre/theme/language.ts";
import { computed } from "vue";

const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

const relative = computed(() => new Intl.RelativeTimeFormat(`${language.value}-CA`, { numeric: "auto", style: "short" }));
const whole = computed(() => new Intl.DateTimeFormat(`${language.value}-CA`, { timeStyle: "short", dateStyle: "medium" }));

/** `il y a 3 h` */
export function ago(at: string, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? (["minute", 60] as const);
  return relative.value.format(Math.trunc(seconds / size), unit);
}

/** `il y a 12 s`: of what may have happened this minute. */
export function agoToTheSecond(at: string, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  return seconds > -60 ? relative.value.format(Math.min(seconds, 0), "second") : ago(at, now);
}

const hour = computed(() => new Intl.DateTimeFormat(`${language.value}-CA`, { timeStyle: "short" }));
const dayAndHour = computed(() => new Intl.DateTimeFormat(`${language.value}-CA`, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }));
/** Today by the hour alone. */
export function shortMoment(at: string): string {
  const when = new Date(at);
  return (when.toDateString() === new Date().toDateString() ? hour : dayAndHour).value.format(when);
}

export const moment = (at: string): string => whole.value.format(new Date(at));
