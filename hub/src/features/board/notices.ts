/**
 * Customers are told of their visit's date, a minute after it was last moved, and in the morning where that is at night: what then stands in ERPNext, once. A customer who was told a date is
 * told as well when it changes in Desk.
 */
import type { FastifyInstance } from "fastify";
import { heldUntil } from "@gigafibre/contracts/quiet-hours";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { momentOf } from "../customers/thread.ts";
import { reachOf } from "../messages/reach.ts";
import type { Reach } from "../messages/reach.ts";
import { numberHash } from "../messages/stops.ts";
import { erpnextTime } from "../orders/steps.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import type { Message } from "../outbox/rows.ts";
import { localOf } from "./facts.ts";
import { askNotice, dueNotices, holdNotice, noticeRow, NOTICES, settleNotice, withdraw } from "./notice-rows.ts";
import type { NoticeRow } from "./notice-rows.ts";
import { noticeEmail, noticeSms } from "./notice-texts.ts";
import type { Notice } from "./notice-texts.ts";

const HOUR_MS = 3_600_000;
/** What the customer no longer needs to know of a visit that is put back. */
const PUT_BACK_HOURS = 48;

export async function noticeJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({ queue: NOTICES, concurrency: 1, retrySeconds: 2, maxRetrySeconds: 60, work: (job) => tell(app, job), unfinished: () => dueNotices(app.db) });

  app.documentChanges.on("Dispatch Job", async ({ name, document }) => {
    const row = await noticeRow(app.db, name);
    if (!row) return;
    const status = textOf(document, "status");
    if (document === null || status === "Cancelled" || status === "Completed") {
      await withdraw(app.db, name);
      await app.db.query("update visit_notice set due_at = null where job = $1", [name]);
      return;
    }
    if (row.told_start === null || row.due_at !== null || kindOf(row, document) === null) return;
    await transaction(app.db, (client) => askNotice(app, client, name));
  });
}

/** What has changed for the customer since they were told; null where nothing has, or where it is too late to say. */
function kindOf({ told_start }: NoticeRow, job: ErpnextDocument): Notice["kind"] | null {
  const status = textOf(job, "status");
  const start = localOf(job, "scheduled_start");
  const now = erpnextTime(new Date()).slice(0, 16);
  if (status === "Open") return told_start !== null && told_start > now ? "put_back" : null;
  if (status !== "Scheduled" || start === null || start === told_start || start < now) return null;
  return told_start === null ? "confirmed" : "moved";
}

/** @throws ErpnextUnavailable, to be tried again */
async function tell(app: FastifyInstance, name: string): Promise<void> {
  const row = await noticeRow(app.db, name);
  // Moved again meanwhile: its own minute is not over.
  if (!row?.is_due) return;
  const job = await app.erpnext.get("Dispatch Job", name);
  const kind = job && kindOf(row, job);
  if (!job || !kind) return void (await transaction(app.db, (client) => settleNotice(client, row, null)));
  const start = localOf(job, "scheduled_start");
  const held = heldUntil(app.config.QUIET_HOURS, erpnextTime(new Date()).slice(0, 16), [row.told_start, start]);
  if (held !== null) return transaction(app.db, (client) => holdNotice(app, client, row, new Date(momentOf(`${held}:00`))));
  const [reach, address] = await Promise.all([reachOf(app, job), addressOf(app, job)]);
  await transaction(app.db, async (client) => {
    const number_hash = reach.phone === null ? null : numberHash(app, reach.phone);
    const count = await settleNotice(client, row, { start: kind === "put_back" ? null : start, number_hash });
    if (count === null) return;
    await withdraw(client, name);
    const notice: Notice = { kind, job: name, language: reach.language, start: (kind === "put_back" ? row.told_start : start) ?? "", address, company_phone: app.config.COMPANY_PHONE };
    for (const message of messagesOf(notice, job, reach, `visit:${name}:date:${count}`)) await put(app, client, message);
  });
  app.workers.wake(OUTBOX);
}

export async function addressOf(app: FastifyInstance, job: ErpnextDocument): Promise<string> {
  const place = await app.erpnext.get("Service Location", textOf(job, "service_location"));
  return [textOf(place, "address_line"), textOf(place, "city")].filter(Boolean).join(", ");
}

/** By SMS and by e-mail, as far as there is a number and an address. */
export function messagesOf(notice: Notice, job: ErpnextDocument, reach: Reach, key: string): Message[] {
  const common = {
    subject: textOf(job, "order_id") || notice.job,
    customer: reach.customer,
    not_after: notice.kind === "put_back" ? new Date(Date.now() + PUT_BACK_HOURS * HOUR_MS) : beginning(notice.start),
  };
  return [
    ...(reach.phone === null ? [] : [{ ...common, key: `${key}:sms`, kind: "sms" as const, payload: { to: reach.phone, body: noticeSms(notice) } }]),
    ...(reach.email === null ? [] : [{ ...common, key: `${key}:email`, kind: "email" as const, payload: { to: reach.email, ...noticeEmail(notice, reach.name) } }]),
  ];
}

/** An hour before: whoever reads it later is surprised by the bell. */
const beginning = (start: string): Date => new Date(Date.parse(momentOf(`${start}:00`)) - HOUR_MS);
