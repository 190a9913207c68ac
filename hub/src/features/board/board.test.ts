import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { board as boardSchema, boardSlots, boardVisit, changedMeanwhile, moveAnswer } from "@gigafibre/contracts/board";
import type { Board, BoardJob, MoveRequest } from "@gigafibre/contracts/board";
import { addDays, isWeekend, localDate } from "@gigafibre/contracts/dates";
import { problem } from "@gigafibre/contracts/problems";
import { twilioSignature } from "@gigafibre/fixtures/inbox/sms";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { OTHER_TECHNICIAN } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { boardOf } from "./facts.ts";
import { remindOf } from "./reminders.ts";

/** A working day far enough for every technician of the demonstration: Tuesday to Friday. */
function workingDay(from = 3): string {
  let day = addDays(localDate(new Date()), from);
  while (isWeekend(day) || new Date(day).getUTCDay() === 1) day = addDays(day, 1);
  return day;
}

let world: World;
const sids = new Map<string, string>();
beforeAll(async () => {
  world = await startWorld({ stripe: false, settings: { QUIET_HOURS: "none" } });
  for (const user of Object.values(STAFF)) sids.set(user, await world.erpnext.admin.sessionFor(user));
  const { admin } = world.erpnext;
  await admin.insert("User", { email: "rita@gigafibre.test", first_name: "Rita", last_name: "Roy", role_profile_name: "Dispatcher", send_welcome_email: 0, new_password: "demo" });
  sids.set("rita", await admin.sessionFor("rita@gigafibre.test"));
});
afterEach(() => world.erpnext.heal());
afterAll(() => world.stop());

const headers = (who: string): Record<string, string> => ({ cookie: `sid=${sids.get(who) ?? ""}`, origin: world.hubUrl });
const asked = (url: string, who: string = STAFF.dispatcher) => world.app.inject({ url, headers: headers(who) });
const boardOn = async (day: string, days = 1, who: string = STAFF.dispatcher): Promise<Board> => boardSchema.parse((await asked(`/api/board?from=${day}&days=${days}`, who)).json());

let places = 0;
async function visit(values: Record<string, unknown> = {}, language = "fr"): Promise<{ job: string; customer: string; phone: string }> {
  const { admin } = world.erpnext;
  places += 1;
  const phone = `450-555-${String(1000 + places)}`;
  const { name: customer } = await admin.insert("Customer", { customer_name: `Rose Latour ${places}`, customer_group: "Résidentiel", preferred_language: language });
  const contact = await admin.insert("Contact", {
    first_name: "Rose", is_primary_contact: 1, links: [{ link_doctype: "Customer", link_name: customer }],
    phone_nos: [{ phone, is_primary_phone: 1, is_primary_mobile_no: 1 }], email_ids: [{ email_id: `rose${places}@example.org`, is_primary: 1 }],
  });
  await admin.update("Customer", customer, { customer_primary_contact: contact.name });
  const place = await admin.insert("Service Location", { customer, address_line: `${places} rue des Érables`, city: "Ormstown", postal_code: "J0S 1K0", latitude: 45.12, longitude: -74.01 });
  const job = await admin.insert("Dispatch Job", { customer, service_location: place.name, job_type: "Repair", contact_phone: phone, required_tags: [{ tag: "Fibre" }], ...values });
  return { job: job.name, customer, phone: `+1${phone.replaceAll("-", "")}` };
}

async function jobOf(name: string): Promise<Record<string, unknown> & { modified: string }> {
  const { modified, ...rest } = await world.erpnext.admin.get("Dispatch Job", name);
  return { ...rest, modified: String(modified) };
}
async function move(name: string, to: Partial<MoveRequest>, who: string = STAFF.dispatcher) {
  const payload = { id: randomUUID(), technician: STAFF.technician, start: `${workingDay()} 09:00`, minutes: 120, modified: to.modified ?? (await jobOf(name)).modified, tell_customer: false, ...to };
  return world.app.inject({ method: "POST", url: `/api/board/jobs/${name}/move`, headers: headers(who), payload });
}
async function moved(name: string, to: Partial<MoveRequest>, who?: string): Promise<BoardJob> {
  const answer = await move(name, to, who);
  if (answer.statusCode !== 200) throw new Error(`move: ${answer.statusCode} ${answer.body}`);
  return moveAnswer.parse(answer.json()).job;
}

describe("the board", () => {
  it("shows technicians with skills, hours and days away, the visits of the days, those that wait, and each day's room as the website counts it", async () => {
    const offered = async () => (await world.app.inject({ url: "/api/install-dates" })).json<{ dates: { date: string; left: number }[] }>().dates;
    // One on which both work.
    const day = (await offered()).find(({ left }) => left === 7)?.date ?? "";
    await world.erpnext.admin.update("Technician", OTHER_TECHNICIAN, { day_starts_at: "07:30:00", absences: [{ from_date: day, to_date: day, reason: "Vacances" }] });
    await visit();
    const [open, placed] = [await visit({ preferred_dates: [{ date: day }], notes: "Chien gentil" }), await visit()];
    await moved(placed.job, { start: `${day} 13:00`, minutes: 90 });
    await world.app.installDates.refresh();
    const shown = await boardOn(day);
    expect(shown.technicians.find(({ user }) => user === STAFF.technician)).toMatchObject({ full_name: "Théo Brault", tags: ["Fibre", "Installation"], jobs_per_day: 4, weekdays: [1, 2, 3, 4, 5], day_starts_at: "08:00", day_ends_at: "17:00", away: [] });
    expect(shown.technicians.find(({ user }) => user === OTHER_TECHNICIAN)).toMatchObject({ day_starts_at: "07:30", away: [{ from: day, to: day, reason: "Vacances" }] });
    expect(shown.jobs.find(({ name }) => name === placed.job)).toMatchObject({ technician: STAFF.technician, start: `${day} 13:00`, minutes: 90, status: "Scheduled", tags: ["Fibre"], place: { city: "Ormstown", point: { latitude: 45.12, longitude: -74.01 } } });
    expect([shown.waiting_beyond, shown.waiting.every(({ start }) => start === null)]).toEqual([0, true]);
    const [oldest, ...newer] = shown.waiting;
    expect(newer.length).toBeGreaterThan(0);
    expect(await boardOf(world.app, { cookie: headers(STAFF.dispatcher)["cookie"] }, day, 1, {}, 1)).toMatchObject({ waiting: [{ name: oldest?.name }], waiting_beyond: newer.length });
    expect(shown.waiting.find(({ name }) => name === open.job)).toMatchObject({ start: null, preferred_dates: [day], notes: "Chien gentil", customer: { title: expect.stringContaining("Rose Latour") as unknown } });
    expect(shown.days).toEqual([{ date: day, holiday: false, capacity: 4, taken: 1 }]);
    expect((await offered()).find(({ date }) => date === day)?.left).toBe(3);
    await world.erpnext.admin.update("Technician", OTHER_TECHNICIAN, { absences: [] });
  });

  it("shows visits whose day went by among those that wait", async () => {
    const made = await visit();
    await world.erpnext.admin.update("Dispatch Job", made.job, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: `${addDays(localDate(new Date()), -3)} 09:00:00` });
    const { waiting, jobs } = await boardOn(workingDay());
    expect(waiting.find(({ name }) => name === made.job)?.status).toBe("Scheduled");
    expect(jobs.some(({ name }) => name === made.job)).toBe(false);
  });

  it("narrows those that wait by words, place, skill, who can and age, and counts each kind beside whatever else is asked for", async () => {
    const { admin } = world.erpnext;
    const tag = `Nacelle ${Date.now()}`;
    await admin.insert("Dispatch Tag", { tag });
    const [high, plain, late] = [await visit({ required_tags: [{ tag: "Fibre" }, { tag }], notes: `Clôture ${tag}` }), await visit({ notes: `Clôture ${tag}` }), await visit({ notes: `Clôture ${tag}` })];
    const place = (await jobOf(high.job))["service_location"];
    await admin.update("Service Location", String(place), { city: "Franklin", zone_tarifaire: "Zone des hauteurs" });
    await admin.update("Dispatch Job", late.job, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: `${addDays(localDate(new Date()), -3)} 09:00:00` });
    const narrowed = async (filter: Record<string, string>): Promise<Board> => boardSchema.parse((await asked(`/api/board?${new URLSearchParams({ q: `cloture ${tag}`, ...filter }).toString()}`)).json());
    const names = async (filter: Record<string, string>): Promise<string[]> => (await narrowed(filter)).waiting.map(({ name }) => name);
    expect(await names({})).toEqual([late.job, high.job, plain.job]);
    expect(await names({ city: "Franklin" })).toEqual([high.job]);
    expect(await names({ zone: "Zone des hauteurs" })).toEqual([high.job]);
    expect(await names({ tag })).toEqual([high.job]);
    expect(await names({ can: STAFF.technician })).toEqual([late.job, plain.job]);
    expect(await names({ age: "late" })).toEqual([late.job]);
    expect(await names({ tag, age: "late" })).toEqual([]);
    expect(await names({ q: high.phone.slice(2) })).toEqual([high.job]);
    expect(await names({ q: plain.job })).toEqual([plain.job]);
    const { waiting_counts, waiting_beyond } = await narrowed({ tag });
    expect(waiting_beyond).toBe(0);
    expect(waiting_counts.all).toBeGreaterThan(2);
    expect(waiting_counts.tag).toEqual([{ value: "Fibre", count: 3 }, { value: tag, count: 1 }]);
    expect([waiting_counts.city, waiting_counts.zone, waiting_counts.age, waiting_counts.can]).toEqual([[{ value: "Franklin", count: 1 }], [{ value: "Zone des hauteurs", count: 1 }], [], []]);
    expect((await narrowed({})).waiting_counts.age).toEqual([{ value: "late", count: 1 }]);
  });

  it("knows one visit wherever it is and whatever became of it, and none that is not there", async () => {
    const { job } = await visit();
    const one = async () => boardVisit.parse((await asked(`/api/board/jobs/${job}`)).json()).job;
    expect(await one()).toMatchObject({ name: job, status: "Open", start: null, tags: ["Fibre"], place: { city: "Ormstown" } });
    await moved(job, { start: `${workingDay(40)} 13:00` });
    expect(await one()).toMatchObject({ technician: STAFF.technician, start: `${workingDay(40)} 13:00` });
    await world.erpnext.admin.update("Dispatch Job", job, { status: "Cancelled" });
    expect((await one()).status).toBe("Cancelled");
    expect((await asked("/api/board/jobs/JOB-99999")).statusCode).toBe(404);
    expect((await asked(`/api/board/jobs/${job}`, STAFF.technician)).statusCode).toBe(403);
  });

  it("is not a technician's, and says when ERPNext is away", async () => {
    expect((await asked("/api/board", STAFF.technician)).statusCode).toBe(403);
    expect((await world.app.inject({ url: "/api/board" })).statusCode).toBe(401);
    await world.erpnext.fault({ kind: "status", status: 503, match: { path: "gigafibre_fsm.api.lists.many" } });
    expect(problem.parse((await asked("/api/board")).json()).reason).toBe("erpnext_unavailable");
  });

  it("proposes where a visit fits, never where another stands", async () => {
    const [made, other] = [await visit(), await visit()];
    const day = workingDay(5);
    await world.erpnext.admin.update("Dispatch Job", made.job, { preferred_dates: [{ date: day }] });
    await moved(other.job, { start: `${day} 08:00`, minutes: 240 });
    const { slots } = boardSlots.parse((await asked(`/api/board/jobs/${made.job}/slots`)).json());
    expect(slots[0]).toMatchObject({ preferred: true, minutes: 120 });
    expect(slots.filter(({ technician, start }) => technician === STAFF.technician && start.startsWith(day) && start < `${day} 12:00`)).toEqual([]);
    expect((await asked("/api/board/jobs/JOB-99999/slots")).statusCode).toBe(404);
  });
});

describe("a move", () => {
  it("is one unit of work under the dispatcher's own name, done once however often it is sent", async () => {
    const { job } = await visit();
    const request = { id: randomUUID(), modified: (await jobOf(job)).modified };
    const first = moveAnswer.parse((await move(job, request)).json());
    expect(first).toMatchObject({ replayed: false, job: { status: "Scheduled", technician: STAFF.technician, minutes: 120 } });
    expect(moveAnswer.parse((await move(job, request)).json())).toMatchObject({ replayed: true, job: { modified: first.job.modified } });
    expect(problem.parse((await move(job, { ...request, minutes: 60 })).json()).reason).toBe("action_id_reused");
    expect(await jobOf(job)).toMatchObject({ modified_by: STAFF.dispatcher, scheduled_end: `${workingDay()} 11:00:00`, modified: first.job.modified });
    const { rows } = await world.app.db.query("select kind from event_log where key = $1", [`board:${request.id}`]);
    expect(rows).toEqual([{ kind: "visit.changed" }]);
  });

  it("by two dispatchers at once is one's, and the other is told whose and where the visit is now", async () => {
    const { job } = await visit();
    await moved(job, {}, "rita");
    const { modified } = await jobOf(job);
    const answers = await Promise.all([move(job, { modified, start: `${workingDay()} 10:00` }), move(job, { modified, start: `${workingDay()} 14:00` }, "rita")]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    const won = answers.findIndex(({ statusCode }) => statusCode === 200);
    const refused = problem.parse(answers[1 - won]?.json());
    expect(refused.reason).toBe("visit_changed_meanwhile");
    const said = changedMeanwhile.parse(refused.details);
    expect(said.job?.start).toBe(`${workingDay()} ${won === 0 ? "10:00" : "14:00"}`);
    expect(said.by).toBe(won === 0 ? "Denis Faubert" : "Rita Roy");
  });

  it("back among those that wait takes its technician and its time", async () => {
    const { job } = await visit();
    await moved(job, {});
    expect(await moved(job, { technician: null, start: null })).toMatchObject({ status: "Open", technician: null, start: null });
    expect((await boardOn(workingDay())).waiting.some(({ name }) => name === job)).toBe(true);
  });

  it("is refused once the visit has begun or is cancelled, to whom ERPNext does not let, and where ERPNext says no", async () => {
    const begun = await visit();
    await moved(begun.job, {});
    await world.erpnext.admin.update("Dispatch Job", begun.job, { status: "En Route" });
    expect(problem.parse((await move(begun.job, { start: `${workingDay()} 15:00` })).json()).reason).toBe("visit_under_way");
    expect(await jobOf(begun.job)).toMatchObject({ status: "En Route", scheduled_start: `${workingDay()} 09:00:00` });
    const open = await visit();
    expect(problem.parse((await move(open.job, {}, STAFF.agent)).json())).toMatchObject({ status: 403, reason: "not_allowed" });
    expect(problem.parse((await move(open.job, { technician: "nobody@gigafibre.test" })).json())).toMatchObject({ reason: "move_refused", details: { message: expect.stringContaining("nobody@gigafibre.test") as unknown } });
    expect((await move("JOB-99999", { modified: "2026-01-01 00:00:00" })).statusCode).toBe(404);
    expect((await jobOf(open.job))["status"]).toBe("Open");
  });

  it("whose answer was lost says that its outcome is not known, and sent again finds it done", async () => {
    const { job } = await visit();
    const request = { id: randomUUID(), modified: (await jobOf(job)).modified };
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work.commit" }, times: 1 });
    expect(problem.parse((await move(job, request)).json()).reason).toBe("erpnext_outcome_unknown");
    expect(moveAnswer.parse((await move(job, request)).json()).replayed).toBe(true);
  });

  it("in hand is seen by the others until it is let go of", async () => {
    const { job } = await visit();
    const hold = (held: boolean) => world.app.inject({ method: "POST", url: `/api/board/jobs/${job}/hold`, headers: headers("rita"), payload: { held } });
    expect((await hold(true)).statusCode).toBe(204);
    expect((await boardOn(workingDay())).held).toContainEqual({ job, by: "Rita Roy", user: "rita@gigafibre.test" });
    await hold(false);
    expect((await boardOn(workingDay())).held).toEqual([]);
    const { rows } = await world.app.db.query("select 1 from event_log where kind = 'visit.held' and name = $1", [job]);
    expect(rows).toHaveLength(2);
  });
});

describe("the customer", () => {
  const messages = async (job: string): Promise<{ kind: string; text: string }[]> => {
    const { rows } = await world.app.db.query<{ key: string; kind: string; state: string }>("select key, kind, state from outbox where key like $1 order by created_at, key desc", [`visit:${job}:%`]);
    return (await Promise.all(rows.map(async ({ key, kind }) => ({ kind, text: await textOf(key) })))).filter(({ text }) => text !== "");
  };
  const textOf = async (key: string): Promise<string> => {
    const { rows } = await world.app.db.query<{ payload: string }>("select payload from outbox where key = $1", [key]);
    const { body, subject } = JSON.parse(world.app.vault.open(rows[0]?.payload ?? "", `outbox:${key}`)) as { body?: string; subject?: string };
    return body ?? subject ?? "";
  };
  /** The minute is over. */
  const minute = async (job: string): Promise<void> => {
    await world.app.db.query("update visit_notice set due_at = now() where job = $1 and due_at is not null", [job]);
    await world.hurry();
    world.app.workers.wake("visit-notices");
    await eventually("what was due to be told", async () => (await world.app.db.query("select 1 from visit_notice where job = $1 and due_at is null", [job])).rowCount === 1);
  };
  let sms = 0;
  async function says(from: string, Body: string): Promise<void> {
    sms += 1;
    const fields = { MessageSid: `SMboard${sms}`, From: from, To: "+14505550100", Body };
    await world.app.inject({
      method: "POST", url: "/webhooks/twilio/messages", payload: new URLSearchParams(fields).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": twilioSignature("twilio_token_standin", `${world.hubUrl}/webhooks/twilio/messages`, fields) },
    });
    await eventually("the SMS to be brought", async () => (await world.app.db.query("select 1 from inbound_message where sid = $1 and state <> 'received'", [fields.MessageSid])).rowCount === 1);
  }

  it("is told the date once, by SMS and e-mail, however often it was moved in that minute; then that it moved", async () => {
    const { job } = await visit();
    await moved(job, { tell_customer: true });
    await moved(job, { tell_customer: true, start: `${workingDay()} 13:30` });
    expect(await messages(job)).toEqual([]);
    await minute(job);
    const told = await messages(job);
    expect(told.map(({ kind }) => kind).sort()).toEqual(["email", "sms"]);
    expect(told.find(({ kind }) => kind === "sms")?.text).toMatch(new RegExp(`^Rendez-vous fixé: .* vers 13 h 30. Répondez OUI pour confirmer. Gigafibre, ${job}$`));
    await moved(job, { tell_customer: true, start: `${workingDay()} 10:00` });
    await minute(job);
    expect((await messages(job)).filter(({ kind }) => kind === "sms").map(({ text }) => text)[1]).toMatch(/^Votre rendez-vous est déplacé: .* vers 10 h\. /);
    await eventually("the SMS at Twilio's", async () => (await world.inbox.messages(job)).length === 4);
  });

  it("is told nothing of what was moved and put back within the minute, nor where the dispatcher says so", async () => {
    const { job } = await visit();
    await moved(job, { tell_customer: true });
    await minute(job);
    await moved(job, { tell_customer: true, start: `${workingDay()} 15:00` });
    await moved(job, { tell_customer: true });
    await minute(job);
    await moved(job, { tell_customer: false, start: `${workingDay()} 11:00` });
    await minute(job);
    expect(await messages(job)).toHaveLength(2);
  });

  it("who was told a date is told when it is put back, and when it changes in Desk; in English where they prefer it", async () => {
    const { job } = await visit({}, "en");
    await moved(job, { tell_customer: true });
    await minute(job);
    await world.erpnext.admin.update("Dispatch Job", job, { scheduled_start: `${workingDay()} 14:00:00`, scheduled_end: `${workingDay()} 16:00:00` });
    await eventually("the hub to notice", async () => (await world.app.db.query("select 1 from visit_notice where job = $1 and due_at is not null", [job])).rowCount === 1);
    await minute(job);
    await moved(job, { technician: null, start: null, tell_customer: true });
    await minute(job);
    const texts = (await messages(job)).filter(({ kind }) => kind === "sms").map(({ text }) => text);
    expect(texts).toEqual([expect.stringMatching(/^Appointment set: .* 9 a\.m\./), expect.stringMatching(/^Your appointment has moved: .* 2 p\.m\./), expect.stringMatching(/will not take place/)]);
  });

  it("says yes, and the visit is marked until it is moved; anything else is in the thread", async () => {
    const { job, phone, customer } = await visit();
    await moved(job, { tell_customer: true });
    await minute(job);
    await says(phone, "Je ne sais pas encore");
    expect((await jobOf(job))["confirmed_start"] ?? null).toBeNull();
    await says(phone, "Oui!");
    expect((await boardOn(workingDay())).jobs.find(({ name }) => name === job)?.confirmed).toBe(true);
    const { rows } = await world.app.db.query("select kind, name from event_log where key like 'message:SMboard%' order by key");
    expect(rows).toEqual([{ kind: "message.received", name: customer }, { kind: "visit.confirmed", name: job }]);
    expect(await world.erpnext.admin.list("Communication", [["reference_name", "=", customer]])).toHaveLength(2);
    expect((await moved(job, { start: `${workingDay()} 13:00` })).confirmed).toBe(false);
  });

  it("is reminded the day before, once; not of a cancelled visit, nor on the day they were told", async () => {
    const day = addDays(localDate(new Date()), 1);
    const [desk, told, cancelled] = [await visit(), await visit(), await visit()];
    for (const { job } of [desk, cancelled]) {
      await world.erpnext.admin.update("Dispatch Job", job, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: `${day} 10:30:00`, scheduled_end: `${day} 12:00:00` });
    }
    await world.erpnext.admin.update("Dispatch Job", cancelled.job, { status: "Cancelled" });
    await moved(told.job, { tell_customer: true, start: `${day} 08:00` });
    await minute(told.job);
    await remindOf(world.app, day);
    await remindOf(world.app, day);
    expect((await messages(desk.job)).map(({ text }) => text)).toEqual([expect.stringMatching(/^Rappel: notre technicien passe demain, .* vers 10 h 30\./)]);
    expect(await messages(cancelled.job)).toEqual([]);
    expect(await messages(told.job)).toHaveLength(2);
    await world.app.db.query("update visit_notice set told_at = now() - interval '2 days' where job = $1", [told.job]);
    await remindOf(world.app, day);
    expect(await messages(told.job)).toHaveLength(3);
    const quiet = await visit();
    await world.erpnext.admin.update("Dispatch Job", quiet.job, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: `${day} 14:00:00` });
    await says(quiet.phone, "ARRÊT");
    await remindOf(world.app, day);
    expect((await messages(quiet.job)).map(({ kind }) => kind)).toEqual(["email"]);
    await says(desk.phone, "oui");
    expect(String((await jobOf(desk.job))["confirmed_start"])).toBe(`${day} 10:30:00`);
  });

  it("whose visit is cancelled before the message leaves is not told of it", async () => {
    const { job } = await visit();
    await world.inbox.fault({ kind: "status", status: 429 });
    await moved(job, { tell_customer: true });
    await minute(job);
    await world.erpnext.admin.update("Dispatch Job", job, { status: "Cancelled" });
    await eventually("it to be withdrawn", async () => (await world.app.db.query("select 1 from outbox where key like $1 and kind = 'sms' and state = 'skipped'", [`visit:${job}:%`])).rowCount === 1);
    await world.inbox.heal();
  });
});
