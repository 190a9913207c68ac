/** The company's clock, whatever the machine's. */
import { localTimeAt } from "@gigafibre/contracts/board";
import { localDate, TIME_ZONE } from "@gigafibre/contracts/dates";

const clock = new Intl.DateTimeFormat("en-CA", { timeZone: TIME_ZONE, hourCycle: "h23", hour: "2-digit", minute: "2-digit" });

export function minutesNow(): number {
  const [hours = 0, minutes = 0] = clock.format(new Date()).split(":").map(Number);
  return hours * 60 + minutes;
}

/** `2026-04-07 09:30` */
export const localNow = (): string => localTimeAt(localDate(new Date()), minutesNow());
