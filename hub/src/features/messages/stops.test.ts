import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadPage } from "@gigafibre/contracts/customer-360";
import { smsFailureOf } from "@gigafibre/contracts/sms-failures";
import { twilioSignature } from "@gigafibre/fixtures/inbox/sms";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { ordered } from "../../../testing/installation.ts";
import { sampleBody } from "../../../testing/order-samples.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { transaction } from "../../plugins/database.ts";
import { messagesOf } from "../board/notices.ts";
import { addresseeOf } from "./addressee.ts";
import { orderById, summaryById } from "../orders/repository.ts";
import { OUTBOX, put, rowOf } from "../outbox/rows.ts";
import type { Message } from "../outbox/rows.ts";
import { setOutOf } from "../visits/effects.ts";
import { cancelledMessages } from "./cancelled-messages.ts";
import { declinedMessages } from "./declined-messages.ts";
import { liveMessages } from "./live-messages.ts";
import { paymentLinkMessages } from "./payment-link-messages.ts";
import { reachOf } from "./reach.ts";
import { serviceMessages } from "./service-messages.ts";

const PHONE = "4505550188";
const FEATURES = new URL("../", import.meta.url).pathname;

async function sources(): Promise<Map<string, string>> {
  const names = (await readdir(FEATURES, { recursive: true })).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(FEATURES, name), "utf8")] as const)));
}

describe("a number that asked for no more SMS", () => {
  let world: World;
  let agent: Record<string, string>;
  let order: string;
  let job: string;
  let customer: string;
  let location: string;
  const url = (what: string): string => `/api/customers/${encodeURIComponent(customer)}/${what}`;
  const post = (path_: string, payload: object) => world.app.inject({ method: "POST", url: path_, headers: agent, payload });

  beforeAll(async () => {
    world = await startWorld();
    agent = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
    const hook = "/webhooks/twilio/messages";
    const fields = { MessageSid: "SMstop", From: `+1${PHONE}`, To: "+14505550100", Body: "ARRET" };
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": twilioSignature("twilio_token_standin", world.hubUrl + hook, fields) };
    await world.app.inject({ method: "POST", url: hook, headers, payload: new URLSearchParams(fields).toString() });
    const made = await ordered(world, null, { customer: { ...sampleBody.customer, phone: PHONE } });
    [order, job, customer, location] = [made.accepted.order_id, made.job.name, String(made.job["customer"]), made.location];
  });
  afterAll(() => world.stop());

  /** Each way by which an SMS leaves, by the file that writes it. */
  const WAYS: Readonly<Record<string, () => Promise<readonly Message[]>>> = {
    // The confirmation left by itself, when the order was created.
    "messages/order-messages.ts": () => Promise.resolve([]),
    "messages/live-messages.ts": async () => liveMessages(world.app, await theOrder(), await theSummary(), { invoice: null, charged: false }),
    "messages/declined-messages.ts": async () => declinedMessages(world.app, await addressed(), { ...pays(), charged: "ACC-1", reason: "x", key: "1", payUrl: "https://x/pay/1" }),
    "messages/payment-link-messages.ts": async () => paymentLinkMessages(world.app, await addressed(), { id: randomUUID(), pays: pays(), asked: "ACC-1", owed_cents: 100, payUrl: "https://x/pay/1", by: ["sms"], user: STAFF.agent }),
    "messages/cancelled-messages.ts": async () => cancelledMessages(world.app, await addressed(), { call: randomUUID(), about: order, installed: false, refund_cents: 0, by_hand_cents: 0, nothing_owed: true, devices: 0, by: null }),
    "messages/service-messages.ts": async () => serviceMessages(world.app, await addressed(), { call: randomUUID(), about: order, kind: "suspension", label: null, total_cents: 0 }),
    "board/notices.ts": async () => {
      const visit = await world.app.erpnext.get("Dispatch Job", job);
      if (!visit) throw new Error("no visit");
      const reach = await reachOf(world.app, visit);
      return (["confirmed", "moved", "put_back", "reminder"] as const).flatMap((kind) =>
        messagesOf({ kind, job, language: "fr", start: "2099-03-02 09:00", address: "", company_phone: "" }, visit, reach, `visit:${job}:${kind}`),
      );
    },
    "visits/effects.ts": async () => {
      const { admin } = world.erpnext;
      // A repair, of which no order says whose it is.
      const { name: repair } = await admin.insert("Dispatch Job", { customer, service_location: location, job_type: "Repair", contact_phone: PHONE });
      await admin.update("Dispatch Job", repair, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: "2099-03-02 09:00:00", scheduled_end: "2099-03-02 11:00:00" });
      await admin.update("Dispatch Job", repair, { status: "En Route" });
      const now = new Date().toISOString();
      const told = await setOutOf(world.app, { id: randomUUID(), version: 1, sequence: 1, job: repair, after: null, made_at: now, sent_at: now, action: { kind: "set_out", arrives_at: null, position: null } });
      return told ? [told.message("on_the_way")] : [];
    },
    // What a person writes is refused before it is kept; this one was kept first.
    "messages/staff-sms.ts": async () => {
      const refused = await post(url("messages"), { id: randomUUID(), text: "Allô?" });
      expect([refused.statusCode, refused.json()]).toMatchObject([409, { reason: "sms_stopped" }]);
      return [{ key: `staff:${randomUUID()}`, subject: customer, customer, written_by: STAFF.agent, kind: "sms", not_after: new Date(Date.now() + 60_000), payload: { to: `+1${PHONE}`, body: "Allô?" } }];
    },
    "tickets/routes.ts": async () => {
      const issue = await world.erpnext.admin.insert("Issue", { subject: "Panne", customer });
      const refused = await post("/api/calls/answers", { id: randomUUID(), issue: issue.name, by: "sms", text: "Allô?", close: false });
      expect([refused.statusCode, refused.json()]).toMatchObject([409, { reason: "sms_stopped" }]);
      return [];
    },
  };
  const theOrder = async () => {
    const found = await orderById(world.app.db, order);
    if (!found) throw new Error("no order");
    return found;
  };
  const pays = () => ({ order_id: null, invoice: "ACC-1" }) as const;
  const theSummary = () => summaryById(world.app.db, world.app.vault, order);
  const addressed = async () => {
    const document = await world.app.erpnext.get("Customer", customer);
    if (!document) throw new Error("no customer");
    return addresseeOf(document);
  };

  it("is known to every way by which an SMS leaves: there is none that this file does not try, and one place that sends", async () => {
    const all = await sources();
    const writing = [...all].filter(([, text]) => /kind: "sms"(?: as const)?,/.test(text)).map(([name]) => name).sort();
    expect(writing).toEqual(Object.keys(WAYS).sort());
    expect([...all].filter(([, text]) => /messages\.create\(/.test(text)).map(([name]) => name)).toEqual(["outbox/sms.ts"]);
  });

  it("is sent none, by any way; the office sees each in the customer's thread, with what to do instead", async () => {
    const sms: string[] = [`order:${order}:sms`];
    for (const [way, write] of Object.entries(WAYS)) {
      const messages = await write();
      const written = messages.filter(({ kind }) => kind === "sms");
      expect([way, written.length > 0]).toEqual([way, !["messages/order-messages.ts", "tickets/routes.ts"].includes(way)]);
      await transaction(world.app.db, async (client) => {
        for (const message of written) await put(world.app, client, message);
      });
      sms.push(...written.map(({ key }) => key));
    }
    world.app.workers.wake(OUTBOX);
    for (const key of sms) await eventually(`${key} to be refused`, async () => (await rowOf(world.app.db, key))?.state === "refused");
    expect((await world.inbox.messages(PHONE)).filter(({ channel }) => channel === "sms")).toEqual([]);

    const thread = threadPage.parse((await world.app.inject({ url: `${url("thread")}?kinds=message`, headers: agent })).json());
    const seen = thread.entries.flatMap((entry) => (entry.kind === "message" && entry.channel === "sms" && entry.direction === "out" ? [entry] : []));
    expect(seen.map(({ name }) => name).sort()).toEqual([...sms].sort());
    for (const entry of seen) expect([entry.name, entry.delivery, smsFailureOf(entry.error)?.fr]).toEqual([entry.name, "refused", expect.stringContaining("appelez, ou écrivez un courriel")]);
  });
});
