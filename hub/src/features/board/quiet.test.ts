import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { moveAnswer } from "@gigafibre/contracts/board";
import { addDays, localDate } from "@gigafibre/contracts/dates";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { erpnextTime } from "../orders/steps.ts";
import { NOTICES } from "./notice-rows.ts";

/** By the company's clock. */
const inHours = (hours: number): string => erpnextTime(new Date(Date.now() + hours * 3_600_000)).slice(0, 16);

let world: World;
let headers: Record<string, string>;
beforeAll(async () => {
  // Whatever the hour is, it is quiet.
  world = await startWorld({ stripe: false, settings: { QUIET_HOURS: `${inHours(-1).slice(11)}-${inHours(3).slice(11)}` } });
  headers = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.dispatcher)}`, origin: world.hubUrl };
});
afterAll(() => world.stop());

it("a visit that is moved at night is told in the morning, once, and whoever moved it is told so; one that is upon the customer at once", async () => {
  const { admin } = world.erpnext;
  const { name: customer } = await admin.insert("Customer", { customer_name: "Dort La Nuit", customer_group: "Résidentiel" });
  const { name: service_location } = await admin.insert("Service Location", { customer, address_line: "1 rue Tranquille", city: "Ormstown" });
  const visit = async (): Promise<string> => (await admin.insert("Dispatch Job", { customer, service_location, job_type: "Repair", contact_phone: "450-555-0188" })).name;
  const move = async (job: string, start: string): Promise<string | null> => {
    const { modified } = await admin.get("Dispatch Job", job);
    const payload = { id: randomUUID(), technician: STAFF.technician, start, minutes: 15, modified, tell_customer: true };
    const answer = await world.app.inject({ method: "POST", url: `/api/board/jobs/${job}/move`, headers, payload });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return moveAnswer.parse(answer.json()).held_until;
  };
  const due = async (job: string): Promise<{ held: boolean; due: boolean }> =>
    (await world.app.db.query<{ held: boolean; due: boolean }>("select due_at > now() + interval '61 seconds' as held, due_at is not null as due from visit_notice where job = $1", [job])).rows[0] ?? { held: false, due: false };
  const minuteOver = async (job: string): Promise<void> => {
    await world.app.db.query("update visit_notice set due_at = now() where job = $1 and due_at is not null", [job]);
    await world.hurry();
    world.app.workers.wake(NOTICES);
  };
  const sent = async (job: string): Promise<number> => (await world.app.db.query("select 1 from outbox where key like $1", [`visit:${job}:%`])).rowCount ?? 0;

  const later = await visit();
  expect(await move(later, `${addDays(localDate(new Date()), 4)} 09:00`)).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/);
  await minuteOver(later);
  await eventually("it to be held", async () => (await due(later)).held);
  expect(await sent(later)).toBe(0);

  const upon = await visit();
  expect(await move(upon, inHours(2))).toBeNull();
  await minuteOver(upon);
  await eventually("it to be told", async () => (await sent(upon)) > 0);
  expect((await due(upon)).due).toBe(false);
});
