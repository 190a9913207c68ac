/** Which days an installation can be asked for, and why not the others. Pure. */
import type { BoardDay } from "@gigafibre/contracts/board";
import { addDays, isWeekend, weekday } from "@gigafibre/contracts/dates";
import type { InstallDates, IsoDate } from "@gigafibre/contracts/dates";
import type { FieldReason } from "@gigafibre/contracts/problems";

/** What ERPNext says of the days to come. */
export interface Workforce {
  /** Days between an order and the first day offered. */
  readonly lead_days: number;
  readonly holidays: readonly IsoDate[];
  readonly technicians: readonly {
    readonly jobs_per_day: number;
    /** Days of the week they work, 0 is Sunday. */
    readonly weekdays: readonly number[];
    /** Days they are away, the first and the last included. */
    readonly away?: readonly { readonly from: IsoDate; readonly to: IsoDate }[];
  }[];
  /** Visits that have a day and are not cancelled. */
  readonly visits: readonly { readonly date: IsoDate; readonly order_id: string | null }[];
}

/** An order that ERPNext's visits may not show yet. */
export interface UnscheduledOrder {
  readonly id: string;
  /** The day it was given, else the first it asked for. */
  readonly date: IsoDate;
}

/** How far ahead days are offered. */
export const DAYS_AHEAD = 14;

export class Calendar {
  readonly #today: IsoDate;
  readonly #first: IsoDate;
  readonly #last: IsoDate;
  readonly #holidays: ReadonlySet<IsoDate>;
  readonly #technicians: Workforce["technicians"];
  readonly #taken = new Map<IsoDate, number>();

  constructor(today: IsoDate, workforce: Workforce, orders: readonly UnscheduledOrder[]) {
    this.#today = today;
    this.#first = addDays(today, workforce.lead_days);
    this.#last = addDays(today, DAYS_AHEAD);
    this.#holidays = new Set(workforce.holidays);
    this.#technicians = workforce.technicians;
    // An order whose visit has a day is counted there, and only there.
    const visited = new Set(workforce.visits.flatMap((visit) => visit.order_id ?? []));
    for (const { date } of [...workforce.visits, ...orders.filter((order) => !visited.has(order.id))]) {
      this.#taken.set(date, (this.#taken.get(date) ?? 0) + 1);
    }
  }

  /** Days with room, earliest first. */
  offered(): InstallDates["dates"] {
    const dates: InstallDates["dates"] = [];
    for (let date = this.#first; date <= this.#last; date = addDays(date, 1)) {
      if (this.refusal(date) === null) dates.push({ date, left: this.#left(date) });
    }
    return dates;
  }

  /** Why a day is not offered; null when it is. */
  refusal(date: IsoDate): FieldReason | null {
    if (date < this.#today) return "date_past";
    if (isWeekend(date)) return "date_weekend";
    if (this.#holidays.has(date)) return "date_holiday";
    if (date < this.#first) return "date_too_soon";
    if (date > this.#last || this.#capacity(date) === 0) return "date_not_offered";
    return this.#left(date) > 0 ? null : "date_full";
  }

  /** A day as the board shows it, whether or not it is offered. */
  day(date: IsoDate): BoardDay {
    return { date, holiday: this.#holidays.has(date), capacity: this.#capacity(date), taken: this.#taken.get(date) ?? 0 };
  }

  #left(date: IsoDate): number {
    return this.#capacity(date) - (this.#taken.get(date) ?? 0);
  }

  #capacity(date: IsoDate): number {
    const day = weekday(date);
    const works = ({ weekdays, away = [] }: Workforce["technicians"][number]): boolean => weekdays.includes(day) && !away.some(({ from, to }) => from <= date && date <= to);
    return this.#technicians.reduce((sum, technician) => sum + (works(technician) ? technician.jobs_per_day : 0), 0);
  }
}
