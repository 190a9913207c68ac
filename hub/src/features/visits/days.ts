/** The days that a technician carries with them. */
import type { FastifyInstance } from "fastify";
import { addDays, localDate } from "@gigafibre/contracts/dates";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { Visit, VisitDays } from "@gigafibre/contracts/visits";
import type { Caller, ErpnextDocument, Filter } from "../../plugins/erpnext.ts";
import { visitsOf, withWifi } from "./visit-facts.ts";

/** More than anyone does in a day; the rest would be somebody's mistake. */
const MOST_VISITS = 60;

/** Today's visits and tomorrow's, and what is left of earlier days; which jobs those are is asked with the technician's own session. */
export async function daysOf(app: FastifyInstance, staff: StaffSession, caller: Caller): Promise<VisitDays> {
  const now = new Date();
  const today = localDate(now);
  const own: Filter[] = [["assigned_to", "=", staff.user], ["scheduled_start", "<", `${addDays(today, 2)} 00:00:00`]];
  const named = (filters: readonly Filter[]): Promise<ErpnextDocument[]> =>
    app.erpnext.list("Dispatch Job", { fields: ["name", "modified"], filters, order_by: "scheduled_start desc", limit: MOST_VISITS }, caller);
  const [unfinished, finished] = await Promise.all([
    named([...own, ["status", "in", ["Scheduled", "En Route", "In Progress"]]]),
    named([...own, ["status", "=", "Completed"], ["scheduled_start", ">=", `${today} 00:00:00`]]),
  ]);
  const jobs = (await Promise.all([...unfinished, ...finished].map(({ name }) => app.erpnext.get("Dispatch Job", name, caller)))).filter((job) => job !== null);
  const all = await visitsOf(app, jobs);
  // Passwords go along on the day and on the day before, and no longer than the visit lasts.
  const near = (visit: Visit): boolean => visit.date !== null && visit.date >= today && visit.status !== "Completed";
  const visits = [...(await withWifi(app, all.filter(near))), ...all.filter((visit) => !near(visit))];
  return {
    user: staff.user,
    full_name: staff.full_name,
    today,
    made_at: now.toISOString(),
    visits: visits.sort((one, other) => `${one.date ?? ""} ${one.starts_at ?? ""}`.localeCompare(`${other.date ?? ""} ${other.starts_at ?? ""}`)),
  };
}
