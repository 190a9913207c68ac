/** Somebody who wrote by SMS and may become a customer: a Lead of whoever says so, with their number and their words. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { transaction } from "../../plugins/database.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { ONE_AT_A_TIME } from "./lead-job.ts";
import { notedOnce, phoneSpellings, smsLead } from "./lead-steps.ts";
import type { SmsWish } from "./lead-steps.ts";

/** Their Lead, if there is one, has the words once. @throws ErpnextUnavailable, ErpnextRefused */
export async function leadOfSms(app: FastifyInstance, wish: SmsWish, caller: Caller): Promise<{ lead: string; made: boolean }> {
  return transaction(app.db, async (client) => {
    await client.query("select pg_advisory_xact_lock($1)", [ONE_AT_A_TIME]);
    const spelled = phoneSpellings(wish.digits);
    const [found] = await app.erpnext.list("Lead", { or_filters: [["mobile_no", "in", spelled], ["phone", "in", spelled]], order_by: "creation asc", limit: 1 }, caller);
    const known = found ? await app.erpnext.get("Lead", found.name, caller) : null;
    const steps = known ? notedOnce(known, wish) : smsLead(wish);
    if (known && steps.length === 0) return { lead: known.name, made: false };
    const { documents } = await app.erpnext.commit({ key: `lead:sms:${randomUUID()}`, steps }, caller);
    const lead = documents[0]?.name;
    if (lead === undefined) throw new Error("the unit of work names no Lead");
    if (!known) await recordEvent(client, { key: `lead:sms:${lead}:created`, kind: "lead.created", doctype: "Lead", name: lead });
    return { lead, made: !known };
  });
}
