/** The board as ERPNext holds it, read in one call as the person who asks. */
import type { FastifyInstance } from "fastify";
import { daysFrom, minutesOf, USUAL_MINUTES } from "@gigafibre/contracts/board";
import type { Board, BoardJob, BoardTechnician, WaitingFilter } from "@gigafibre/contracts/board";
import { addDays, localDate } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { textOf } from "../../erpnext-document.ts";
import type { AskedList, Caller, ErpnextDocument, Row } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { awayOf, technicianLists, WEEKDAYS, workOf } from "../install-dates/from-erpnext.ts";
import { rowsOf } from "../visits/visit-facts.ts";
import { holds } from "./holds.ts";
import { waitingOf } from "./waiting.ts";

/** More than anyone looks through at once; of those beyond, only how many there are is said. */
const MOST_SHOWN = 300;
const HOURS = { day_starts_at: "08:00", day_ends_at: "17:00" } as const;

const JOB = [
  "name", "modified", "creation", "job_type", "status", "order_id", "customer", "customer_name", "contact_phone", "service_location", "address_line", "city",
  "assigned_to", "scheduled_start", "scheduled_end", "confirmed_start", "notes",
];
const TECHNICIAN = ["name", "user", "full_name", "jobs_per_day", ...WEEKDAYS, "day_starts_at", "day_ends_at", "home_latitude", "home_longitude"];
const PLACE = ["name", "address_line", "city", "latitude", "longitude", "zone_tarifaire"];

/** What hangs on the jobs of a list. */
function beside(jobs: string): AskedList[] {
  const parent = "Dispatch Job";
  const filters = [["parent", "in", { $names: jobs }]];
  return [
    { as: `${jobs} tags`, doctype: "Dispatch Job Tag", parent, fields: ["parent", "tag"], filters, order_by: "idx asc" },
    { as: `${jobs} wishes`, doctype: "Dispatch Job Preferred Date", parent, fields: ["parent", "date"], filters, order_by: "idx asc" },
    { as: `${jobs} places`, doctype: "Service Location", fields: PLACE, filters: [["name", "in", { $names: jobs, field: "service_location" }]] },
  ];
}

const listOf = (as: string, filters: AskedList["filters"], by: string): AskedList[] => [
  { as, doctype: "Dispatch Job", fields: JOB, ...(filters ? { filters } : {}), order_by: `${by} asc, name asc` },
  ...beside(as),
];

function listsFor(today: IsoDate, from: IsoDate, until: IsoDate, waiting: boolean): AskedList[] {
  const start = (day: IsoDate): string => `${day} 00:00:00`;
  const days = [["scheduled_start", ">=", start(from)], ["scheduled_start", "<", start(until)], ["status", "in", ["Scheduled", "En Route", "In Progress", "Completed"]]];
  return [
    ...technicianLists(TECHNICIAN, from),
    { as: "skills", doctype: "Technician Tag", parent: "Technician", fields: ["parent", "tag"], filters: [["parent", "in", { $names: "technicians" }]], order_by: "idx asc" },
    ...listOf("jobs", days, "scheduled_start"),
    ...(waiting ? [...listOf("late", [["status", "=", "Scheduled"], ["scheduled_start", "<", start(today)]], "scheduled_start"), ...listOf("open", [["status", "=", "Open"]], "creation")] : []),
  ];
}

/**
 * @param filter of those that wait; null where nobody looks at them
 * @throws ErpnextUnavailable, Refusal `not_allowed` for somebody who may not read visits
 */
export async function boardOf(app: FastifyInstance, caller: Caller, from: IsoDate | undefined, count: number, filter: WaitingFilter | null, most = MOST_SHOWN): Promise<Board> {
  const today = localDate(new Date());
  const dates = daysFrom(from ?? today, count);
  const first = dates[0] ?? today;
  const [{ lists, rights }, days, held] = await Promise.all([
    app.erpnext.lists(listsFor(today, first, addDays(first, count), filter !== null), caller, ["Dispatch Job"]),
    app.installDates.days(dates),
    holds(app.db),
  ]);
  if (!lists["jobs"] || !lists["technicians"]) throw new Refusal("not_allowed");
  const jobsOf = (list: string): { job: BoardJob; zone: string }[] => {
    const byJob = (rest: string): ReadonlyMap<unknown, Row[]> => Map.groupBy(lists[`${list} ${rest}`] ?? [], ({ parent }) => parent);
    const [tags, wishes, places] = [byJob("tags"), byJob("wishes"), new Map((lists[`${list} places`] ?? []).map((place) => [place["name"], place]))];
    return (lists[list] ?? []).map((row) => {
      const place = places.get(row["service_location"]) ?? null;
      return { job: jobOf(row, { place, tags: tags.get(row["name"]) ?? [], wishes: wishes.get(row["name"]) ?? [] }), zone: textOf(place, "zone_tarifaire") };
    });
  };
  const technicians = lists["technicians"].map((row) => technicianOf(row, lists));
  const late = jobsOf("late").filter(({ job: { start } }) => start === null || !dates.includes(start.slice(0, 10)));
  return {
    today,
    days,
    technicians,
    jobs: jobsOf("jobs").map(({ job }) => job),
    ...waitingOf([...late, ...jobsOf("open")], { filter: filter ?? {}, technicians, today, most }),
    travel: { road_factor: app.config.TRAVEL_ROAD_FACTOR, kmh: app.config.TRAVEL_KMH },
    held,
    may_move: rights["Dispatch Job"]?.write === true,
  };
}

/** One job as it stands now; null where the person may not see it. @throws ErpnextUnavailable */
export async function jobNow(app: FastifyInstance, name: string, caller: Caller): Promise<{ job: BoardJob; document: ErpnextDocument } | null> {
  const document = await app.erpnext.get("Dispatch Job", name, caller);
  if (!document) return null;
  const place = await app.erpnext.get("Service Location", textOf(document, "service_location"), caller);
  return { document, job: jobOf(document, { place, tags: rowsOf(document, "required_tags"), wishes: rowsOf(document, "preferred_dates") }) };
}

const pointOf = (row: Row | null, prefix = ""): { latitude: number; longitude: number } | null => {
  const [latitude, longitude] = [Number(row?.[`${prefix}latitude`] ?? 0), Number(row?.[`${prefix}longitude`] ?? 0)];
  // ERPNext keeps an empty number as 0.
  return latitude !== 0 && longitude !== 0 ? { latitude, longitude } : null;
};

/** As ERPNext writes a moment, `2026-04-07 09:30:00`, to the minute. */
export const localOf = (row: Row, field: string): string | null => textOf(row, field).slice(0, 16) || null;

/** A visit ends on its day, whatever was typed. */
function lengthOf(row: Row): number {
  const [start, end] = [localOf(row, "scheduled_start"), localOf(row, "scheduled_end")];
  if (!start || !end || end <= start) return USUAL_MINUTES;
  const to = end.slice(0, 10) === start.slice(0, 10) ? minutesOf(end.slice(11)) : 24 * 60;
  return to - minutesOf(start.slice(11));
}

function jobOf(row: Row, { place, tags, wishes }: { readonly place: Row | null; readonly tags: readonly Row[]; readonly wishes: readonly Row[] }): BoardJob {
  const start = localOf(row, "scheduled_start");
  return {
    name: textOf(row, "name"),
    modified: textOf(row, "modified"),
    job_type: textOf(row, "job_type") as BoardJob["job_type"],
    status: textOf(row, "status") as BoardJob["status"],
    order_id: textOf(row, "order_id") || null,
    customer: { name: textOf(row, "customer"), title: textOf(row, "customer_name") || textOf(row, "customer"), phone: textOf(row, "contact_phone") || null },
    place: { name: textOf(row, "service_location"), address: textOf(place, "address_line") || textOf(row, "address_line"), city: textOf(place, "city") || textOf(row, "city"), point: pointOf(place) },
    technician: textOf(row, "assigned_to") || null,
    start,
    minutes: lengthOf(row),
    tags: tags.map((each) => textOf(each, "tag")),
    preferred_dates: wishes.map((each) => textOf(each, "date").slice(0, 10)),
    notes: textOf(row, "notes"),
    confirmed: start !== null && localOf(row, "confirmed_start") === start,
    since: textOf(row, "creation").slice(0, 10),
  };
}

function technicianOf(row: Row, lists: Readonly<Record<string, readonly Row[] | null>>): BoardTechnician {
  return {
    user: textOf(row, "user"),
    full_name: textOf(row, "full_name") || textOf(row, "user"),
    tags: (lists["skills"] ?? []).filter(({ parent }) => parent === row["name"]).map((each) => textOf(each, "tag")),
    ...workOf(row),
    day_starts_at: textOf(row, "day_starts_at") || HOURS.day_starts_at,
    day_ends_at: textOf(row, "day_ends_at") || HOURS.day_ends_at,
    away: awayOf(row, lists["absences"]),
    home: pointOf(row, "home_"),
  };
}
