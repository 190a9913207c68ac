/** Reads from ERPNext who works when: Gigafibre Settings, its Holiday List, the Technicians, the Dispatch Jobs that have a day. */
import { addDays } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import type { AskedList, ErpnextClient } from "../../plugins/erpnext.ts";
import type { Workforce } from "./calendar.ts";

const SETTINGS = "Gigafibre Settings";
const DEFAULT_LEAD_DAYS = 2;
export const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

type Row = Record<string, unknown>;
const said = (row: Row | null, field: string): string | null => {
  const value = row?.[field];
  return typeof value === "string" && value !== "" ? value : null;
};

/** @throws ErpnextUnavailable, ErpnextRefused. */
export async function readWorkforce(erpnext: ErpnextClient, today: IsoDate): Promise<Workforce> {
  const settings = await erpnext.get(SETTINGS, SETTINGS);
  const lead_days = settings?.["lead_days"];
  const [holidays, { lists }, visits] = await Promise.all([
    readHolidays(erpnext, settings, today),
    erpnext.lists(technicianLists(["name", "user", "jobs_per_day", ...WEEKDAYS], today), {}),
    erpnext.list<Row>("Dispatch Job", {
      fields: ["name", "order_id", "scheduled_start"],
      filters: [["scheduled_start", ">=", `${addDays(today, -1)} 00:00:00`], ["status", "!=", "Cancelled"]],
      order_by: "scheduled_start asc, name asc",
    }),
  ]);
  return {
    lead_days: typeof lead_days === "number" && lead_days >= 0 ? lead_days : DEFAULT_LEAD_DAYS,
    holidays,
    technicians: (lists["technicians"] ?? []).map((technician) => ({ ...workOf(technician), away: awayOf(technician, lists["absences"]).map(({ from, to }) => ({ from, to })) })),
    visits: visits.flatMap((visit) => {
      // The site's own clock is the company's: the day is what is written.
      const date = said(visit, "scheduled_start")?.slice(0, 10);
      return date ? [{ date, order_id: said(visit, "order_id") }] : [];
    }),
  };
}

/** Who works, and when they do not, from a day on. */
export const technicianLists = (fields: readonly string[], from: IsoDate): AskedList[] => [
  { as: "technicians", doctype: "Technician", fields, filters: [["active", "=", 1]], order_by: "full_name asc, user asc" },
  {
    as: "absences", doctype: "Technician Absence", parent: "Technician", fields: ["parent", "from_date", "to_date", "reason"],
    filters: [["parent", "in", { $names: "technicians" }], ["to_date", ">=", from]], order_by: "from_date asc",
  },
];

export const workOf = (technician: Row): { jobs_per_day: number; weekdays: number[] } => ({
  jobs_per_day: Math.max(0, Number(technician["jobs_per_day"] ?? 0)),
  weekdays: WEEKDAYS.flatMap((day, number) => (Number(technician[day] ?? 0) === 1 ? [number] : [])),
});

export function awayOf(technician: Row, absences: readonly Row[] | null | undefined): { from: IsoDate; to: IsoDate; reason: string | null }[] {
  const theirs = (absences ?? []).filter(({ parent }) => parent === technician["name"]);
  return theirs.flatMap((row) => {
    const [from, to] = [said(row, "from_date"), said(row, "to_date")];
    return from && to ? [{ from, to, reason: said(row, "reason") }] : [];
  });
}

/** Those from today on of the list that the settings name, else the company's. */
async function readHolidays(erpnext: ErpnextClient, settings: Row | null, today: IsoDate): Promise<IsoDate[]> {
  const name = said(settings, "holiday_list") ?? (await companyHolidayList(erpnext, said(settings, "company")));
  if (name === null) return [];
  const list = await erpnext.get("Holiday List", name);
  const rows = Array.isArray(list?.["holidays"]) ? (list["holidays"] as Row[]) : [];
  return rows.flatMap((row) => said(row, "holiday_date")?.slice(0, 10) ?? []).filter((date) => date >= today).toSorted();
}

async function companyHolidayList(erpnext: ErpnextClient, company: string | null): Promise<string | null> {
  const [found] = await erpnext.list<Row>("Company", {
    fields: ["name", "default_holiday_list"],
    ...(company ? { filters: [["name", "=", company]] } : {}),
    order_by: "creation asc",
    limit: 1,
  });
  return said(found ?? null, "default_holiday_list");
}
