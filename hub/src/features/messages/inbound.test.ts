import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadPage } from "@gigafibre/contracts/customer-360";
import type { ThreadEntry } from "@gigafibre/contracts/customer-360";
import { twilioSignature } from "@gigafibre/fixtures/inbox/sms";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { transaction } from "../../plugins/database.ts";
import { put, rowOf } from "../outbox/rows.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const PHONE = "+14505550166";
let world: World;
let customer: string;
beforeAll(async () => {
  world = await startWorld({ stripe: false });
  const { admin } = world.erpnext;
  customer = (await admin.insert("Customer", { customer_name: "Rosaire Textos", customer_group: "Résidentiel", territory: "Canada" })).name;
  await admin.insert("Contact", { first_name: "Rosaire", is_primary_contact: 1, links: [{ link_doctype: "Customer", link_name: customer }], phone_nos: [{ phone: "450 555-0166", is_primary_mobile_no: 1 }] });
});
afterAll(() => world.stop());

let sids = 0;
async function told(path: string, fields: Record<string, string>, signed = true): Promise<number> {
  const headers = { "content-type": "application/x-www-form-urlencoded", ...(signed ? { "x-twilio-signature": twilioSignature("twilio_token_standin", world.hubUrl + path, fields) } : {}) };
  return (await world.app.inject({ method: "POST", url: path, headers, payload: new URLSearchParams(fields).toString() })).statusCode;
}
const comesIn = (Body: string, From = PHONE, MessageSid = `SM${String((sids += 1)).padStart(32, "0")}`): Promise<number> => told("/webhooks/twilio/messages", { MessageSid, From, To: "+14505550100", Body });

async function asked(path: string, payload?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { origin: world.hubUrl, cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}` };
  const answer = await world.app.inject({ method: payload ? "POST" : "GET", url: path, headers, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
}
const base = (): string => `/api/customers/${encodeURIComponent(customer)}`;
async function messages(): Promise<Extract<ThreadEntry, { kind: "message" }>[]> {
  return threadPage.parse((await asked(`${base()}/thread?kinds=message`)).body).entries.filter((entry) => entry.kind === "message");
}
const withText = async (text: string) => (await messages()).find((message) => message.text === text);
let ids = 0;
const send = (text: string) => asked(`${base()}/messages`, { id: `5f7a1c1e-3f5e-4a52-9a44-${String((ids += 1)).padStart(12, "0")}`, text });
const events = async (kind: string): Promise<{ doctype: string; name: string }[]> => (await world.app.db.query<{ doctype: string; name: string }>("select doctype, name from event_log where kind = $1", [kind])).rows;

describe("an SMS that comes in", () => {
  it("is refused without Twilio's signature on our public address", async () => {
    expect(await told("/webhooks/twilio/messages", { MessageSid: "SM1", From: PHONE, Body: "?" }, false)).toBe(401);
    expect(await told("/webhooks/twilio/status?message=x", { MessageSid: "SM1", MessageStatus: "delivered" }, false)).toBe(401);
  });

  it("stands in the customer's thread, once however often it is told", async () => {
    expect([await comesIn("Êtes-vous <en route>?", PHONE, "SMonce"), await comesIn("Êtes-vous <en route>?", PHONE, "SMonce")]).toEqual([200, 200]);
    expect(await eventually("the message in the thread", () => withText("Êtes-vous <en route>?"))).toMatchObject({ direction: "in", channel: "sms", address: PHONE, delivery: "received" });
    expect(await messages()).toHaveLength(1);
    expect(await events("message.received")).toEqual([{ doctype: "Customer", name: customer }]);
  });

  it("waits for ERPNext when it is away", async () => {
    await world.erpnext.fault({ kind: "status", status: 503, match: { path: "gigafibre_fsm.api.lists.many" }, times: 1 });
    await comesIn("Et maintenant?");
    await world.erpnext.heal();
    await world.hurry();
    expect(await eventually("the message in the thread", () => withText("Et maintenant?"))).toMatchObject({ direction: "in" });
  });

  it("of a number nobody has is kept, and told as such", async () => {
    await comesIn("C'est ma fille qui écrit", "+15145550101", "SMunknown");
    await eventually("it to be told", async () => (await events("message.received")).some(({ doctype, name }) => doctype === "Inbound Message" && name === "SMunknown"));
  });
});

describe("an SMS that goes out", () => {
  it("is seen delivered, and failed, as Twilio says", async () => {
    expect((await send("Bonjour!")).status).toBe(202);
    await eventually("its delivery", async () => (await withText("Bonjour!"))?.delivery === "delivered");
    await world.inbox.fault({ kind: "undelivered_sms", match: { path: "4505550166" }, times: 1 });
    await send("Encore?");
    expect(await eventually("its failure", async () => ((await withText("Encore?"))?.delivery === "failed" ? withText("Encore?") : undefined))).toMatchObject({ error: "Twilio undelivered 30003" });
    expect(await events("message.failed")).toContainEqual({ doctype: "Customer", name: customer });
  });

  it("does not leave after ARRÊT, from anywhere, and does again after START", async () => {
    await comesIn("Arrêt");
    const refused = await send("Allô?");
    expect([refused.status, refused.body["reason"]]).toEqual([409, "sms_stopped"]);
    // One that was kept before, or follows from an order.
    await transaction(world.app.db, (client) =>
      put(world.app, client, { key: "kept:1", subject: "x", customer, kind: "sms", not_after: new Date(Date.now() + 60_000), payload: { to: PHONE, body: "Rappel de demain" } }),
    );
    world.app.workers.wake("outbox");
    await eventually("the refusal", async () => (await rowOf(world.app.db, "kept:1"))?.state === "refused");
    expect(await withText("Rappel de demain")).toMatchObject({ delivery: "refused", error: expect.stringContaining("STOP") as string });
    expect((await world.inbox.messages("Rappel de demain")).length).toBe(0);
    await comesIn("start");
    expect((await send("De retour.")).status).toBe(202);
    await eventually("its delivery", async () => (await withText("De retour."))?.delivery === "delivered");
  });
});
