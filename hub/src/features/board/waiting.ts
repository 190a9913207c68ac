/** Those that wait, narrowed by what is asked for, and counted: of each kind, as many as would be shown were it asked for as well. */
import { WAITING_AGES, WAITING_BY } from "@gigafibre/contracts/board";
import type { Board, BoardJob, BoardTechnician, WaitingBy, WaitingFilter } from "@gigafibre/contracts/board";
import { missingSkills } from "@gigafibre/contracts/board-conflicts";
import { daysBetween } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";

export interface Waits {
  readonly job: BoardJob;
  readonly zone: string;
}

interface Asked {
  readonly filter: WaitingFilter;
  readonly technicians: readonly BoardTechnician[];
  readonly today: IsoDate;
  /** How many are shown. */
  readonly most: number;
}

export function waitingOf(all: readonly Waits[], { filter, technicians, today, most }: Asked): Pick<Board, "waiting" | "waiting_beyond" | "waiting_counts"> {
  const words = folded(filter.q ?? "").split(/\s+/).filter(Boolean);
  const rows = all
    .filter(({ job }) => words.length === 0 || words.every((word) => textOf(job).includes(word)))
    .map(({ job, zone }) => ({
      job,
      is: {
        city: job.place.city ? [job.place.city] : [],
        zone: zone ? [zone] : [],
        tag: job.tags,
        can: technicians.filter((technician) => missingSkills(technician, job).length === 0).map(({ user }) => user),
        age: agesOf(job, today),
      } satisfies Record<WaitingBy, readonly string[]>,
    }));
  const holds = ({ is }: (typeof rows)[number], except?: WaitingBy): boolean => WAITING_BY.every((by) => by === except || filter[by] === undefined || is[by].includes(filter[by]));
  const countsBy = (by: WaitingBy): { value: string; count: number }[] => {
    const values = rows.filter((row) => holds(row, by)).flatMap(({ is }) => is[by]);
    const counted = Map.groupBy(values, (value) => value);
    return [...counted].map(([value, { length: count }]) => ({ value, count })).sort((one, other) => rankOf(by, one.value) - rankOf(by, other.value) || other.count - one.count || one.value.localeCompare(other.value, "fr"));
  };
  const matching = rows.filter((row) => holds(row));
  return {
    waiting: matching.slice(0, most).map(({ job }) => job),
    waiting_beyond: Math.max(0, matching.length - most),
    waiting_counts: { all: all.length, city: countsBy("city"), zone: countsBy("zone"), tag: countsBy("tag"), can: countsBy("can"), age: countsBy("age") },
  };
}

/** Ages have an order of their own. */
const rankOf = (by: WaitingBy, value: string): number => (by === "age" ? (WAITING_AGES as readonly string[]).indexOf(value) : 0);

/** What has waited for a month has waited for a week. */
function agesOf({ start, since }: BoardJob, today: IsoDate): string[] {
  const waited = daysBetween(since, today);
  return WAITING_AGES.filter((age) => (age === "late" ? start !== null : waited >= Number(age)));
}

const folded = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();

/** A telephone is found by its digits, however it is written. */
function textOf({ name, customer, place, order_id, notes }: BoardJob): string {
  return folded([name, customer.title, customer.phone ?? "", (customer.phone ?? "").replaceAll(/\D/g, ""), place.address, place.city, order_id ?? "", notes].join(" "));
}
