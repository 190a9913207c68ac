import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { board, movesAnswer } from "@gigafibre/contracts/board";
import type { MovesRequest } from "@gigafibre/contracts/board";
import { addDays, isWeekend, localDate } from "@gigafibre/contracts/dates";
import { problem } from "@gigafibre/contracts/problems";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { OTHER_TECHNICIAN } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { NOTICES } from "./notice-rows.ts";

let world: World;
let day = "";
let customer = "";
let place = "";
const cookies = new Map<string, string>();
beforeAll(async () => {
  world = await startWorld({ stripe: false, settings: { QUIET_HOURS: "none" } });
  const { admin } = world.erpnext;
  for (const user of [STAFF.dispatcher, STAFF.agent]) cookies.set(user, `sid=${await admin.sessionFor(user)}`);
  customer = (await admin.insert("Customer", { customer_name: "Rose Latour", customer_group: "Résidentiel" })).name;
  place = (await admin.insert("Service Location", { customer, address_line: "4 rue A", city: "Ormstown", postal_code: "J0S 1K0" })).name;
  day = addDays(localDate(new Date()), 4);
  while (isWeekend(day) || new Date(day).getUTCDay() === 1) day = addDays(day, 1);
});
afterEach(() => world.erpnext.heal());
afterAll(() => world.stop());

type Move = MovesRequest["moves"][number];
const get = (job: string) => world.erpnext.admin.get("Dispatch Job", job);
async function planned(time: string): Promise<string> {
  const { admin } = world.erpnext;
  const { name } = await admin.insert("Dispatch Job", { customer, service_location: place, job_type: "Repair", contact_phone: "450-555-0177" });
  await admin.update("Dispatch Job", name, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: `${day} ${time}:00`, scheduled_end: `${day} ${time.slice(0, 2)}:45:00` });
  return name;
}
const to = async (job: string, technician: string | null, time: string | null): Promise<Move> => ({ job, technician, start: time && `${day} ${time}`, minutes: 45, modified: String((await get(job))["modified"]) });
const away = (is_away = true): NonNullable<MovesRequest["away"]> => ({ technician: STAFF.technician, from: day, to: day, reason: "Malade", is_away });
const sent = (request: Partial<MovesRequest>, who: string = STAFF.dispatcher) =>
  world.app.inject({ method: "POST", url: "/api/board/moves", headers: { cookie: cookies.get(who) ?? "", origin: world.hubUrl }, payload: { id: randomUUID(), moves: [], away: null, tell_customer: false, ...request } });
const done = async (request: Partial<MovesRequest>) => {
  const answer = await sent(request);
  if (answer.statusCode !== 200) throw new Error(`moves: ${answer.statusCode} ${answer.body}`);
  return movesAnswer.parse(answer.json());
};
const awayOf = async (): Promise<unknown> =>
  board.parse((await world.app.inject({ url: `/api/board?from=${day}`, headers: { cookie: cookies.get(STAFF.dispatcher) ?? "" } })).json()).technicians.find(({ user }) => user === STAFF.technician)?.away;

describe("many visits at once", () => {
  it("leave a technician who is away, to others and to those that wait, in one unit of work done once; and are undone in one", async () => {
    const { admin } = world.erpnext;
    await admin.update("Technician", STAFF.technician, { absences: [{ from_date: "2026-01-05", to_date: "2026-01-09", reason: "Vacances" }] });
    const [first, second] = [await planned("09:00"), await planned("11:00")];
    const request = { id: randomUUID(), moves: [await to(first, OTHER_TECHNICIAN, "09:00"), await to(second, null, null)], away: away() };
    const answer = await done(request);
    expect(answer).toMatchObject({ replayed: false, held: 0, jobs: [{ name: first, technician: OTHER_TECHNICIAN, start: `${day} 09:00` }, { name: second, status: "Open", technician: null }] });
    expect(await done(request)).toMatchObject({ replayed: true });
    expect(await get(first)).toMatchObject({ assigned_to: OTHER_TECHNICIAN, modified_by: STAFF.dispatcher });
    expect(await awayOf()).toEqual([{ from: day, to: day, reason: "Malade" }]);
    // What went by is kept.
    expect((await admin.get("Technician", STAFF.technician))["absences"]).toHaveLength(2);
    const { rows } = await world.app.db.query("select name from event_log where key like $1 order by name", [`board:${request.id}:%`]);
    expect(rows).toEqual([{ name: first }, { name: second }]);

    await done({ moves: [await to(first, STAFF.technician, "09:00"), await to(second, STAFF.technician, "11:00")], away: away(false) });
    expect([await get(first), await get(second)]).toMatchObject([{ assigned_to: STAFF.technician, status: "Scheduled" }, { assigned_to: STAFF.technician, status: "Scheduled" }]);
    expect(await awayOf()).toEqual([]);
  });

  it("are all refused where one of them changed meanwhile, where ERPNext says no, and to whom it does not let", async () => {
    const [first, second] = [await planned("13:00"), await planned("14:00")];
    const moves = [await to(first, null, null), await to(second, null, null)];
    await world.erpnext.admin.update("Dispatch Job", second, { notes: "Chien gentil" });
    expect(problem.parse((await sent({ moves, away: away() })).json()).reason).toBe("visits_changed_meanwhile");
    expect(problem.parse((await sent({ moves: [await to(first, "nobody@gigafibre.test", "13:00")], away: away() })).json()).reason).toBe("move_refused");
    expect(problem.parse((await sent({ moves: [await to(first, null, null)], away: away() }, STAFF.agent)).json())).toMatchObject({ status: 403, reason: "not_allowed" });
    expect([(await get(first))["status"], await awayOf()]).toEqual(["Scheduled", []]);
    expect((await sent({})).statusCode).toBe(422);
  });

  it("are done once where the answer was lost, and being away already is no fault", async () => {
    const job = await planned("15:00");
    const request = { id: randomUUID(), moves: [await to(job, null, null)], away: away() };
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work.commit" }, times: 1 });
    expect(problem.parse((await sent(request)).json()).reason).toBe("erpnext_outcome_unknown");
    expect((await done(request)).replayed).toBe(true);
    await done({ away: away() });
    expect(await awayOf()).toEqual([{ from: day, to: day, reason: "Malade" }]);
    await done({ away: away(false) });
    await done({ away: away(false) });
    expect(await awayOf()).toEqual([]);
  });

  it("are told to each customer once, of what then stands; who keeps their hour hears nothing", async () => {
    const [kept, later, back] = [await planned("08:00"), await planned("10:00"), await planned("12:00")];
    const told = async (job: string): Promise<number> => (await world.app.db.query("select 1 from outbox where key like $1 and kind = 'sms'", [`visit:${job}:%`])).rowCount ?? 0;
    const minute = async (): Promise<void> => {
      await world.app.db.query("update visit_notice set due_at = now() where due_at is not null");
      await world.hurry();
      world.app.workers.wake(NOTICES);
      await eventually("all to be told", async () => (await world.app.db.query("select 1 from visit_notice where due_at is not null")).rowCount === 0);
    };
    for (const [job, time] of [[kept, "08:00"], [later, "10:00"], [back, "12:00"]] as const) await done({ moves: [await to(job, STAFF.technician, time)], tell_customer: true });
    await minute();
    expect([await told(kept), await told(later), await told(back)]).toEqual([1, 1, 1]);
    await done({ moves: [await to(kept, OTHER_TECHNICIAN, "08:00"), await to(later, OTHER_TECHNICIAN, "11:30"), await to(back, null, null)], away: away(), tell_customer: true });
    await minute();
    expect([await told(kept), await told(later), await told(back)]).toEqual([1, 2, 2]);
  });
});
