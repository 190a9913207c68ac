/** The day before, towards the evening, a customer is reminded of a visit: once, of the start that stands, and not on the day they were told of it. */
import type { FastifyInstance } from "fastify";
import { addDays, localDate, TIME_ZONE } from "@gigafibre/contracts/dates";
import { transaction } from "../../plugins/database.ts";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { reachOf } from "../messages/reach.ts";
import { isStopped, numberHash } from "../messages/stops.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { localOf } from "./facts.ts";
import { noticeRow, takeReminder } from "./notice-rows.ts";
import { addressOf, messagesOf } from "./notices.ts";

const QUEUE = "visit-reminders";
/** From four to a quarter to eight in the evening: what could not be sent at one quarter is at the next. */
const WHEN = "*/15 16-19 * * *";

export async function reminderJob(app: FastifyInstance): Promise<void> {
  app.addHook("onReady", async () => {
    await app.jobs.createQueue(QUEUE);
    await app.jobs.work(QUEUE, () => remindOf(app, addDays(localDate(new Date()), 1)));
    await app.jobs.schedule(QUEUE, WHEN, null, { tz: TIME_ZONE });
  });
}

/** Reminds of the visits of a day. */
export async function remindOf(app: FastifyInstance, day: string): Promise<void> {
  if (!app.restores.mayWork()) return;
  try {
    const visits = await app.erpnext.list("Dispatch Job", {
      fields: ["name", "modified", "status", "order_id", "customer", "customer_name", "contact_phone", "service_location", "scheduled_start"],
      filters: [["status", "=", "Scheduled"], ["scheduled_start", ">=", `${day} 00:00:00`], ["scheduled_start", "<", `${addDays(day, 1)} 00:00:00`]],
      order_by: "scheduled_start asc",
    });
    for (const job of visits) await remind(app, job);
  } catch (error) {
    if (!(error instanceof ErpnextUnavailable)) throw error;
    app.log.info({ err: error }, "ERPNext is away; visits are reminded of at the next quarter");
  }
  app.workers.wake(OUTBOX);
}

async function remind(app: FastifyInstance, job: ErpnextDocument): Promise<void> {
  const start = localOf(job, "scheduled_start");
  const row = await noticeRow(app.db, job.name);
  const toldToday = row?.told_at && row.told_start === start && localDate(row.told_at) === localDate(new Date());
  // What is about to be told says it all.
  if (start === null || toldToday || row?.due_at || row?.reminded_start === start) return;
  const [reach, address] = await Promise.all([reachOf(app, job), addressOf(app, job)]);
  const messages = messagesOf({ kind: "reminder", job: job.name, language: reach.language, start, address, company_phone: app.config.COMPANY_PHONE }, job, reach, `visit:${job.name}:date:${start}:reminder`);
  // By SMS; by e-mail where there is no number, or where it asked for no more.
  const silent = reach.phone === null || (await isStopped(app, reach.phone));
  const message = messages.find(({ kind }) => kind === (silent ? "email" : "sms"));
  await transaction(app.db, async (client) => {
    if (!(await takeReminder(client, job.name, start, reach.phone === null ? null : numberHash(app, reach.phone)))) return;
    if (message) await put(app, client, message);
  });
}
