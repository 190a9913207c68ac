/** What is told once ERPNext holds an action. */
import type { FastifyInstance } from "fastify";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import type { Language } from "@gigafibre/contracts/language";
import type { VisitAction } from "@gigafibre/contracts/visits";
import { textOf } from "../activation/activation-facts.ts";
import { toGsm7 } from "../messages/sms-text.ts";
import type { Message } from "../outbox/rows.ts";
import { ageOf } from "./age.ts";

/** A technician who left longer ago may be there already. */
const WORTH_TELLING_MS = 15 * 60_000;

/** Null where nothing is to be told, or where it would come late or be untrue. @throws ErpnextUnavailable */
export async function messageOf(app: FastifyInstance, action: VisitAction): Promise<Message | null> {
  if (action.action.kind !== "set_out") return null;
  const now = Date.now();
  const age = ageOf(action);
  if (age === null || age > WORTH_TELLING_MS) return null;
  const { arrives_at } = action.action;
  // By our clock: the phone's own may be wrong, and is wrong in both times alike.
  const arrives = arrives_at === null ? null : new Date(now + Date.parse(arrives_at) - Date.parse(action.sent_at));
  if (arrives !== null && arrives.getTime() < now) return null;
  const job = await app.erpnext.get("Dispatch Job", action.job);
  const customer = textOf(job, "customer") ? await app.erpnext.get("Customer", textOf(job, "customer")) : null;
  const digits = (textOf(job, "contact_phone") || textOf(customer, "mobile_no")).replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
  if (textOf(job, "status") !== "En Route" || digits.length !== 10) return null;
  return {
    key: `visit:${action.job}:set_out:sms`,
    subject: textOf(job, "order_id") || action.job,
    not_after: new Date(now - age + WORTH_TELLING_MS),
    kind: "sms",
    payload: { to: `+1${digits}`, body: setOutSms(action.job, textOf(customer, "preferred_language") === "en" ? "en" : "fr", arrives) },
  };
}

/** It ends with the job's number: that is how a message already sent is recognised. */
export function setOutSms(job: string, language: Language, arrives: Date | null): string {
  const time = arrives && new Intl.DateTimeFormat(language === "fr" ? "fr-CA" : "en-CA", { timeZone: TIME_ZONE, hour: "numeric", minute: "2-digit" }).format(arrives);
  const text = language === "fr" ? `Technicien en route!${time ? ` Arrivée prévue vers ${time}.` : ""}` : `Your technician is on the way!${time ? ` Expected around ${time}.` : ""}`;
  return toGsm7(`${text} Gigafibre, ${job}`);
}
