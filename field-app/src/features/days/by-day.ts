/** Which visits stand under which heading: today's first, then tomorrow's, then what is left of earlier days. */
import type { IsoDate } from "@gigafibre/contracts/dates";
import type { Visit } from "@gigafibre/contracts/visits";

export type Heading = "today" | "tomorrow" | "left_over";

const isOver = ({ status }: Visit): boolean => status === "Completed" || status === "Cancelled";

/** @param today by the phone: the bundle may be of yesterday, and then its "tomorrow" has come. */
export function byDay(visits: readonly Visit[], today: IsoDate): { heading: Heading; visits: Visit[] }[] {
  const headingOf = ({ date }: Visit): Heading => (date === null || date < today ? "left_over" : date === today ? "today" : "tomorrow");
  const order = (one: Visit, other: Visit): number => Number(isOver(one)) - Number(isOver(other)) || `${one.date} ${one.starts_at ?? ""}`.localeCompare(`${other.date} ${other.starts_at ?? ""}`);
  const of = (heading: Heading): Visit[] => visits.filter((visit) => headingOf(visit) === heading && (heading !== "left_over" || !isOver(visit))).sort(order);
  return (["today", "tomorrow", "left_over"] as const).map((heading) => ({ heading, visits: of(heading) }));
}

