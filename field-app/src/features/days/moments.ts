/** Times as people say them, in the company's time zone. */
import { formatDay, localDate, TIME_ZONE } from "@gigafibre/contracts/dates";
import type { Language } from "@gigafibre/contracts/language";

const locale = (language: Language): string => (language === "fr" ? "fr-CA" : "en-CA");

export function timeOf(instant: string | Date, language: Language): string {
  return new Intl.DateTimeFormat(locale(language), { timeZone: TIME_ZONE, hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

/** "à 9 h 30", or with its day when it was another one. */
export function momentOf(instant: string, language: Language, now = new Date()): string {
  const at = language === "fr" ? "à" : "at";
  const day = localDate(new Date(instant));
  return `${day === localDate(now) ? "" : `${language === "fr" ? "le " : ""}${formatDay(day, language)} `}${at} ${timeOf(instant, language)}`;
}

/** `13:30`, as the bundle has it, spoken: "13 h 30" / "1:30 p.m." */
export function clockOf(time: string, language: Language): string {
  const [hour = "0", minute = "00"] = time.split(":");
  if (language === "fr") return `${Number(hour)} h${minute === "00" ? "" : ` ${minute}`}`;
  return new Intl.DateTimeFormat("en-CA", { timeZone: "UTC", hour: "numeric", minute: "2-digit" }).format(new Date(Date.UTC(2000, 0, 1, Number(hour), Number(minute))));
}
