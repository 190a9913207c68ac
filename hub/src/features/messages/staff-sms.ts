/** An SMS that a person writes to a customer, or to a number that nobody knows. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { SMS_MAX } from "@gigafibre/contracts/messages";
import type { smsAccepted, SmsByStaff } from "@gigafibre/contracts/messages";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import type { z } from "zod";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { OUTBOX, put, rowOf } from "../outbox/rows.ts";
import { WORTH_TELLING_HOURS } from "./order-messages.ts";
import { e164Of, isStopped } from "./stops.ts";

const HOUR_MS = 3_600_000;

export interface StaffSms extends SmsByStaff {
  readonly customer: string | null;
  /** What it is about, where it is no customer's. */
  readonly subject: string;
  /** Those that may be written to, likeliest first. */
  readonly numbers: readonly string[];
  readonly user: string;
  /** What it answers is seen to in the same transaction; throwing, nothing is kept. */
  readonly answers: (client: pg.ClientBase, key: string) => Promise<void>;
}

/** Keeps it, once by its id. @throws Refusal for a number that is not the customer's, or that asked for no more */
export async function sendByStaff(app: FastifyInstance, { id, to: wanted, text, customer, subject, numbers, user, answers }: StaffSms): Promise<z.infer<typeof smsAccepted>> {
  const theirs = numbers.map(e164Of).filter((number) => number !== null);
  const to = wanted === undefined ? theirs[0] : theirs.find((number) => number === `+1${wanted}`);
  if (to === undefined) throw Refusal.ofFields([fieldProblemOf("to", wanted === undefined ? "required" : "invalid_phone")]);
  if (await isStopped(app, to)) throw new Refusal("sms_stopped");
  const key = `staff:${id}`;
  await transaction(app.db, async (client) => {
    await answers(client, key);
    await put(app, client, {
      key, subject, ...(customer === null ? {} : { customer }), written_by: user, kind: "sms", not_after: new Date(Date.now() + WORTH_TELLING_HOURS.sms * HOUR_MS),
      payload: { to, body: text.slice(0, SMS_MAX) },
    });
  });
  app.workers.wake(OUTBOX);
  const row = await rowOf(app.db, key);
  return { entry: `Outbox:${key}`, to, delivery: row?.state === "done" ? "sent" : "waiting" };
}
