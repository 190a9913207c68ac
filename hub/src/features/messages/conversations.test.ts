import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { conversation } from "@gigafibre/contracts/conversations";
import type { MessageToAnswer, UndeliveredSms, WaitingConversation } from "@gigafibre/contracts/conversations";
import { threadPage } from "@gigafibre/contracts/customer-360";
import type { Queues } from "@gigafibre/contracts/queues";
import { twilioSignature } from "@gigafibre/fixtures/inbox/sms";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { transaction } from "../../plugins/database.ts";
import { OUTBOX, put, rowOf } from "../outbox/rows.ts";

let world: World;
let agent: Record<string, string>;
let dispatcher: Record<string, string>;
beforeAll(async () => {
  world = await startWorld({ stripe: false });
  const as = async (user: string) => ({ cookie: `sid=${await world.erpnext.admin.sessionFor(user)}`, origin: world.hubUrl });
  [agent, dispatcher] = [await as(STAFF.agent), await as(STAFF.dispatcher)];
});
afterEach(() => Promise.all([world.inbox.heal(), world.erpnext.heal()]));
afterAll(() => world.stop());

let numbers = 0;
const aNumber = (): string => `+1450555${String(2_000 + (numbers += 1))}`;
async function told(path: string, fields: Record<string, string>): Promise<number> {
  const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": twilioSignature("twilio_token_standin", world.hubUrl + path, fields) };
  return (await world.app.inject({ method: "POST", url: path, headers, payload: new URLSearchParams(fields).toString() })).statusCode;
}
async function comesIn(From: string, Body: string): Promise<void> {
  expect(await told("/webhooks/twilio/messages", { MessageSid: `SM${randomUUID().replaceAll("-", "")}`, From, To: "+14505550100", Body })).toBe(200);
}
async function somebody(number: string | null): Promise<string> {
  const { admin } = world.erpnext;
  const { name } = await admin.insert("Customer", { customer_name: `Rosaire ${randomUUID().slice(0, 8)}`, customer_group: "Résidentiel", territory: "Canada" });
  await admin.insert("Contact", { first_name: name, is_primary_contact: 1, links: [{ link_doctype: "Customer", link_name: name }], ...(number === null ? {} : { phone_nos: [{ phone: number, is_primary_mobile_no: 1 }] }) });
  return name;
}

const waiting = async (): Promise<readonly MessageToAnswer[]> => {
  const answer = await world.app.inject({ url: "/api/queues", headers: agent });
  expect(answer.statusCode, answer.body).toBe(200);
  const { messages } = answer.json<Queues>();
  expect(messages?.waiting).toBe(messages?.rows.length);
  return messages?.rows ?? [];
};
const of = async (number: string): Promise<WaitingConversation | undefined> => (await waiting()).find((row): row is WaitingConversation => row.kind === "conversation" && row.number === number);
const undelivered = async (number: string): Promise<UndeliveredSms | undefined> => (await waiting()).find((row): row is UndeliveredSms => row.kind === "undelivered" && row.number === number);
const waits = (number: string): Promise<WaitingConversation> => eventually(`${number} to wait`, () => of(number));
const gone = (number: string) => eventually(`${number} to be gone`, async () => (await of(number)) === undefined);
const post = (url: string, payload: object, headers = agent) => world.app.inject({ method: "POST", url, headers, payload });
const at = ({ id }: Pick<WaitingConversation, "id">, what: string): string => `/api/conversations/${id}/${what}`;
const answer = (row: WaitingConversation, more: object = {}, headers = agent) => post(at(row, "messages"), { id: randomUUID(), text: "Nous arrivons.", seen: row.newest, ...more }, headers);
const read = async (row: Pick<WaitingConversation, "id">) => conversation.parse((await world.app.inject({ url: `/api/conversations/${row.id}`, headers: agent })).json());
const textsFor = async (customer: string): Promise<string[]> =>
  threadPage.parse((await world.app.inject({ url: `/api/customers/${encodeURIComponent(customer)}/thread?kinds=message`, headers: agent })).json()).entries.flatMap((entry) => (entry.kind === "message" ? [entry.text] : []));
const events = async (kind: string): Promise<string[]> => (await world.app.db.query<{ name: string }>("select name from event_log where kind = $1", [kind])).rows.map(({ name }) => name);

describe("an SMS that nobody has answered", () => {
  it("is a row for each number, with who, the newest words and how many, until somebody answers", async () => {
    const number = aNumber();
    const customer = await somebody(number);
    await comesIn(number, "Êtes-vous en route?");
    await comesIn(number, "Allô?");
    const row = await eventually("both to wait", async () => {
      const found = await of(number);
      return found?.count === 2 && found;
    });
    expect(row).toMatchObject({ text: "Allô?", customer: { name: customer, title: customer }, lead: null, stopped: false });
    expect((await answer(row)).statusCode).toBe(202);
    await gone(number);
    expect((await read(row)).entries.map((entry) => entry.kind === "message" && [entry.direction, entry.text])).toEqual([["in", "Êtes-vous en route?"], ["in", "Allô?"], ["out", "Nous arrivons."]]);
    expect(await read(row)).toMatchObject({ count: 0, handled: { how: "answered", by: STAFF.agent } });
    expect(await events("message.handled")).toContain(customer);
    await comesIn(number, "Merci!");
    expect(await waits(number)).toMatchObject({ text: "Merci!", count: 1 });
  });

  it("is answered once: whoever is second is told by whom and when, and may send anyway", async () => {
    const number = aNumber();
    await comesIn(number, "Avez-vous la fibre au rang 5?");
    const row = await waits(number);
    const id = randomUUID();
    expect((await Promise.all([answer(row, { id }), answer(row, { id })])).map(({ statusCode }) => statusCode)).toEqual([202, 202]);
    const second = await answer(row, { text: "Oui!" }, dispatcher);
    expect([second.statusCode, second.json()]).toMatchObject([409, { reason: "already_handled", details: { how: "answered", by: STAFF.agent } }]);
    expect((await answer(row, { text: "Oui, partout.", anyway: true }, dispatcher)).statusCode).toBe(202);
    await eventually("both to have left", async () => (await world.inbox.messages(number)).length === 2);
  });

  it("is answered in its customer's thread as well", async () => {
    const number = aNumber();
    const customer = await somebody(number);
    await comesIn(number, "Combien je dois?");
    await waits(number);
    expect((await post(`/api/customers/${encodeURIComponent(customer)}/messages`, { id: randomUUID(), text: "45,99 $." })).statusCode).toBe(202);
    await gone(number);
  });

  it("is set aside where it needs no answer, and taken back; what comes after is new", async () => {
    const number = aNumber();
    await comesIn(number, "👍");
    const row = await waits(number);
    await comesIn(number, "Une question…");
    const newer = await eventually("both to wait", async () => {
      const found = await of(number);
      return found?.count === 2 && found;
    });
    expect((await post(at(row, "set-aside"), { seen: row.newest })).json()).toEqual({ messages: [row.newest] });
    expect(await of(number)).toMatchObject({ count: 1, newest: newer.newest });
    await post(at(row, "set-aside"), { seen: newer.newest });
    await gone(number);
    expect((await post(at(row, "set-aside"), { seen: newer.newest }, dispatcher)).json()).toMatchObject({ reason: "already_handled", details: { how: "set_aside", by: STAFF.agent } });
    await post(at(row, "take-back"), { messages: [row.newest, newer.newest] }, dispatcher);
    expect(await of(number)).toBeUndefined();
    await post(at(row, "take-back"), { messages: [row.newest, newer.newest] });
    expect(await of(number)).toMatchObject({ count: 2 });
  });

  it("waits for nobody when it asks for no more SMS; what was asked before it cannot be answered by SMS", async () => {
    const number = aNumber();
    await comesIn(number, "STOP");
    const asked = aNumber();
    await comesIn(asked, "Qui êtes-vous?");
    await comesIn(asked, "Arrêt");
    expect(await eventually("it to be known as stopped", async () => {
      const row = await of(asked);
      return row?.stopped && row;
    })).toMatchObject({ text: "Qui êtes-vous?", count: 1 });
    expect(await of(number)).toBeUndefined();
    const refused = await answer(await waits(asked));
    expect([refused.statusCode, refused.json()]).toMatchObject([409, { reason: "sms_stopped" }]);
    expect(await of(asked)).toBeDefined();
  });

  it("is not there for whoever may not read its customer, and for nobody who takes no calls", async () => {
    const number = aNumber();
    await comesIn(number, "Bonjour");
    const row = await waits(number);
    const technician = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.technician)}`, origin: world.hubUrl };
    expect((await world.app.inject({ url: `/api/conversations/${row.id}`, headers: technician })).statusCode).toBe(403);
    await world.app.db.query("update inbound_message set state = 'kept', customer = 'Personne' where number_hash = $1", [row.id]);
    expect(await of(number)).toBeUndefined();
    expect((await world.app.inject({ url: `/api/conversations/${row.id}`, headers: agent })).statusCode).toBe(404);
    expect((await answer(row)).statusCode).toBe(404);
  });
});

describe("a number that nobody knows", () => {
  it("is given to a customer by whoever says so: all that was said with it stands in their thread", async () => {
    const number = aNumber();
    const customer = await somebody("450 555-0177");
    await comesIn(number, "C'est ma fille qui écrit");
    const row = await waits(number);
    await answer(row, { text: "Bonjour! De quelle adresse?" });
    await comesIn(number, "12 rue des Érables");
    await waits(number);
    expect((await post(at(row, "customer"), { customer: "Personne" })).statusCode).toBe(404);
    expect((await post(at(row, "customer"), { customer })).statusCode).toBe(202);
    const all = await eventually("the words in the thread", async () => {
      const texts = await textsFor(customer);
      return texts.length === 3 && texts;
    });
    expect([...all].sort()).toEqual(["12 rue des Érables", "Bonjour! De quelle adresse?", "C'est ma fille qui écrit"]);
    const [contact] = await world.erpnext.admin.list("Contact", [["mobile_no", "=", "450 555-0177"]]);
    const { phone_nos, modified_by } = await world.erpnext.admin.get("Contact", contact?.name ?? "");
    expect([(phone_nos as { phone: string; is_primary_mobile_no: number }[]).map(({ phone, is_primary_mobile_no }) => [phone, is_primary_mobile_no]), modified_by]).toEqual([[["450 555-0177", 1], [number, 0]], STAFF.agent]);
    expect(await waits(number)).toMatchObject({ customer: { name: customer }, text: "12 rue des Érables" });
    expect((await post(at(row, "customer"), { customer })).json()).toMatchObject({ reason: "number_known" });
    expect((await events("message.received")).filter((name) => name === customer)).toEqual([]);
  });

  it("brings its words as well when it is given to a customer in Desk", async () => {
    const number = aNumber();
    await comesIn(number, "Mon nouveau numéro");
    await waits(number);
    const customer = await somebody(number);
    await eventually("the words in the thread", async () => (await textsFor(customer)).includes("Mon nouveau numéro"));
  });

  it("becomes a lead with its words, once; the row says which, and still waits", async () => {
    const number = aNumber();
    await comesIn(number, "Quand aurai-je la fibre <ici>?");
    const row = await waits(number);
    const made = await post(at(row, "lead"), { name: "Zoé Piste" });
    expect([made.statusCode, made.json()]).toMatchObject([200, { made: true }]);
    const { lead } = made.json<{ lead: string }>();
    expect((await post(at(row, "lead"), {})).json()).toEqual({ lead, made: false });
    expect(await waits(number)).toMatchObject({ lead: { name: lead, title: "Zoé Piste" }, count: 1 });
    const { notes, mobile_no, owner } = await world.erpnext.admin.get("Lead", lead);
    expect([mobile_no, owner, (notes as { note: string }[]).map(({ note }) => note.includes("Quand aurai-je la fibre &lt;ici&gt;?"))]).toEqual([number.slice(2), STAFF.agent, [true]]);
    expect(await events("lead.created")).toEqual([lead]);
  });
});

describe("an SMS that did not arrive", () => {
  async function sent(number: string, more: { key?: string; customer?: string } = {}): Promise<string> {
    const key = more.key ?? `test:${randomUUID()}:sms`;
    await transaction(world.app.db, (client) =>
      put(world.app, client, { subject: "x", kind: "sms", not_after: new Date(Date.now() + 60_000), payload: { to: number, body: `Rappel ${key}` }, ...more, key }),
    );
    world.app.workers.wake(OUTBOX);
    return key;
  }

  it("waits for somebody with why, and leaves again; what is said late of the first one changes nothing", async () => {
    const number = aNumber();
    const customer = await somebody(number);
    await world.inbox.fault({ kind: "undelivered_sms", match: { path: number.slice(2) }, times: 1 });
    const key = await sent(number, { customer });
    const row = await eventually("it to wait", () => undelivered(number));
    expect(row).toMatchObject({ id: key, state: "failed", error: "Twilio undelivered 30003", customer: { name: customer } });
    expect(await events("message.failed")).toContain(customer);
    const [first] = await world.inbox.messages(key);
    await world.inbox.fault({ kind: "status", status: 503, match: { method: "POST", path: "Messages" } });
    expect((await post(`/api/outbox/${encodeURIComponent(key)}/retry`, {})).statusCode).toBe(200);
    expect(await told(`/webhooks/twilio/status?message=${encodeURIComponent(key)}`, { MessageSid: first?.id ?? "", MessageStatus: "undelivered", ErrorCode: "30003" })).toBe(200);
    expect(await undelivered(number)).toBeUndefined();
    await world.inbox.heal();
    await world.hurry();
    await eventually("it to arrive", async () => (await rowOf(world.app.db, key))?.delivery === "delivered");
    expect((await world.inbox.messages(key)).length).toBe(2);
  });

  it("is let be, and taken back", async () => {
    const number = aNumber();
    await world.inbox.fault({ kind: "undelivered_sms", match: { path: number.slice(2) }, times: 1 });
    const path = `/api/outbox/${encodeURIComponent(await sent(number))}`;
    await eventually("it to wait", () => undelivered(number));
    await post(`${path}/let-be`, {});
    expect(await undelivered(number)).toBeUndefined();
    await post(`${path}/take-back`, {});
    expect(await undelivered(number)).toBeDefined();
    await post(`${path}/let-be`, {});
  });

  it("waits as well when the number asked for no more, unless an e-mail tells the same", async () => {
    const [number, written] = [aNumber(), aNumber()];
    await comesIn(number, "STOP");
    await comesIn(written, "STOP");
    await transaction(world.app.db, (client) => put(world.app, client, { key: "told:both:email", subject: "x", kind: "email", not_after: new Date(Date.now() + 60_000), payload: { to: "a@example.org", subject: "Rappel", text: "Rappel", html: "Rappel" } }));
    await sent(written, { key: "told:both:sms" });
    await sent(number);
    expect(await eventually("it to wait", () => undelivered(number))).toMatchObject({ state: "refused", stopped: true });
    await eventually("the other to be refused", async () => (await rowOf(world.app.db, "told:both:sms"))?.state === "refused");
    expect(await undelivered(written)).toBeUndefined();
  });

  it("is known as stopped where Twilio was told so before we were", async () => {
    const number = "+15005550004";
    await sent(number);
    expect(await eventually("it to wait", () => undelivered(number))).toMatchObject({ state: "refused", stopped: true, error: expect.stringContaining("21610") as string });
  });
});
