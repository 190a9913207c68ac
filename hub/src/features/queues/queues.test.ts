import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Queues } from "@gigafibre/contracts/queues";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { completed, gponSerial, heard, live, ordered, reaches, scanned } from "../../../testing/installation.ts";
import { bodyFor, card, checkout, newKey } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { transaction } from "../../plugins/database.ts";
import { keepInforms } from "../devices/informs.ts";
import { OUTBOX, put } from "../outbox/rows.ts";

const PATIENCE_MS = 60_000;
const COMMIT = "unit_of_work\\.commit";

describe("what waits for a person", () => {
  let world: World;
  let agent: Record<string, string>;
  beforeAll(async () => {
    world = await startWorld();
    agent = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const queues = async (): Promise<Queues> => {
    const answer = await world.app.inject({ url: "/api/queues", headers: agent });
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json<Queues>();
  };
  type Row = { [Name in keyof Queues]: NonNullable<Queues[Name]>["rows"][number] };
  const row = async <Name extends keyof Queues>(name: Name, is: (each: Row[Name]) => boolean): Promise<Row[Name] | undefined> => ((await queues())[name]?.rows as Row[Name][]).find(is);
  const post = (url: string, payload?: object) => world.app.inject({ method: "POST", url, headers: agent, ...(payload ? { payload } : {}) });
  const get = (url: string) => world.app.inject({ url, headers: agent });
  const kindsOf = async (name: string): Promise<string[]> => (await world.app.db.query<{ kind: string }>("select kind from event_log where name = $1 order by arrival", [name])).rows.map(({ kind }) => kind);

  it("is for those who take orders: a technician and a stranger are not told", async () => {
    const technician = await world.erpnext.admin.sessionFor(STAFF.technician);
    expect((await world.app.inject({ url: "/api/queues", headers: { cookie: `sid=${technician}` } })).statusCode).toBe(403);
    expect((await world.app.inject({ url: "/api/queues" })).statusCode).toBe(401);
  });

  it("has an order that ERPNext refused, with why and what it would write, until it is mended and tried again", async () => {
    const { admin } = world.erpnext;
    await world.erpnext.fault({ kind: "down", match: { path: COMMIT } });
    const place = await makePlace(world.app.db);
    const key = newKey();
    const { order_id } = (await checkout(world.app, key, bodyFor(place, await card(world, key)))).json<{ order_id: string }>();
    const squatter = await admin.insert("Customer", { customer_name: "Quelqu'un d'autre", customer_type: "Individual", customer_group: "Résidentiel" });
    const location = await admin.insert("Service Location", { customer: squatter.name, address_line: "1 rue Ailleurs", connection_type: "FTTH", status: "Pending Install", fibre_id: place.fibre_ids[0] });
    await world.erpnext.heal();
    const waiting = await eventually("the order to wait", () => row("orders", (each) => each.order_id === order_id));
    expect(waiting).toMatchObject({ reason: expect.stringContaining("Service Location") as string, attempt: 1, stood: false, customer_name: "Marie-Ève Tremblay", by_agent: null });
    expect((await queues()).orders?.waiting).toBe(1);

    const work = await get(`/api/orders/${order_id}/work`);
    expect(work.json()).toMatchObject({ key: `order:${order_id}#1` });
    expect(work.body).toContain('"custom_wifi_password":"***"');
    expect((await get("/api/orders/GF-NONE/work")).statusCode).toBe(404);

    await admin.remove("Service Location", location.name);
    expect((await post(`/api/orders/${order_id}/retry`)).statusCode).toBe(200);
    await eventually("the order to be gone", async () => (await row("orders", (each) => each.order_id === order_id)) === undefined);
    expect(await kindsOf(order_id)).toEqual(["order.received", "order.needs_attention", "order.retried"]);
  });

  it("has a completed visit without proof, with what was heard of its ONT, until a dispatcher says why it is good", async () => {
    const made = await ordered(world);
    const gpon_sn = await scanned(world, made.location);
    // Never as one without an ONT, however long ERPNext takes to say which stands there; and pages are told when it has.
    await world.erpnext.fault({ kind: "latency", ms: 1_500, match: { path: "Service Equipment" } });
    await completed(world, made.job);
    await reaches(world, made.accepted, "awaiting_proof");
    const of = () => row("proof", ({ job }) => job === made.job.name);
    const first = await eventually("it to be shown", of);
    expect([first.serials, (await kindsOf(made.job.name)).at(-1)]).toEqual([[gpon_sn, `SN${gpon_sn}`], "order.awaiting_proof"]);
    await world.erpnext.heal();
    await heard(world, gpon_sn, -33);
    const waiting = await eventually("the light to be told", async () => {
      const found = await of();
      return found?.heard && found;
    });
    expect(waiting).toMatchObject({ order_id: made.accepted.order_id, late: false, reason: null, heard: { serial: gpon_sn, rx_power_dbm: -33 }, serials: [gpon_sn, `SN${gpon_sn}`] });
    expect((await queues()).proof?.waiting).toBe(0);
    await world.app.db.query("update activation set completed_at = now() - interval '3 hours' where order_id = $1", [made.accepted.order_id]);
    expect((await queues()).proof?.waiting).toBe(1);

    await world.erpnext.admin.update("Dispatch Job", made.job.name, { proof_override_reason: "Essai de vitesse fait sur place" });
    await reaches(world, made.accepted, "live");
    expect(await of()).toBeUndefined();
  });

  it("has an ONT to let in, until somebody says that it is", async () => {
    const made = await ordered(world);
    const gpon_sn = await scanned(world, made.location);
    const asked = await eventually("the request", () => row("ports", ({ request }) => request.gpon_sn === gpon_sn), PATIENCE_MS);
    expect(asked.request.command).toContain(asked.request.gpon_sn_hex);
    expect((await post(`/api/port-activations/${asked.task}/done`)).statusCode).toBe(200);
    await eventually("it to be gone", async () => (await row("ports", ({ task }) => task === asked.task)) === undefined, PATIENCE_MS);
  });

  it("has a message that could not leave, with what it says; sent where it should have gone, or let be", async () => {
    const wrong = async (id: string): Promise<string> => {
      const key = `order:${id}:sms`;
      await transaction(world.app.db, (client) =>
        put(world.app, client, { key, subject: id, not_after: new Date(Date.now() + 3_600_000), kind: "sms", payload: { to: "+15005550001", body: `Commande confirmée! ${id}` } }),
      );
      world.app.workers.wake(OUTBOX);
      return key;
    };
    const path = (key: string): string => `/api/outbox/${encodeURIComponent(key)}`;
    const [one, other] = [await wrong("GF-QUEUE-1"), await wrong("GF-QUEUE-2")];
    const of = (key: string) => row("outbox", (each) => each.key === key);
    expect(await eventually("the message to be dead", () => of(one))).toMatchObject({ kind: "sms", state: "dead", last_error: expect.stringContaining("21211") as string });
    expect((await get(`${path(one)}/content`)).json()).toEqual({ key: one, to: "+15005550001", title: null, text: "Commande confirmée! GF-QUEUE-1" });
    expect((await post(`${path(one)}/retry`, { to: "12" })).statusCode).toBe(422);
    expect((await post(`${path(one)}/retry`, { to: "450 555-0123" })).statusCode).toBe(200);
    const sent = await eventually("the message", async () => (await world.inbox.messages("GF-QUEUE-1"))[0]);
    expect(sent.to).toBe("+14505550123");
    expect(await kindsOf(one)).toEqual(["outbox.dead", "outbox.handled"]);

    await eventually("the other to be dead", () => of(other));
    expect((await post(`${path(other)}/let-be`)).json()).toMatchObject({ state: "skipped", last_error: expect.stringContaining(STAFF.agent) as string });
    expect((await post(`${path(other)}/let-be`)).json()).toMatchObject({ state: "skipped" });
    expect(await of(other)).toBeUndefined();
    expect(await kindsOf(other)).toEqual(["outbox.dead", "outbox.handled"]);
  });

  it("has a card that was declined, with what is owed; the link is sent once for each press, and what is paid is gone", async () => {
    const made = await live(world, "4000000000000341");
    const of = () => row("charges", ({ order_id }) => order_id === made.accepted.order_id);
    const waiting = await eventually("the charge to be declined", of, PATIENCE_MS);
    const [invoice] = await world.erpnext.admin.list("Sales Invoice", [["name", "=", waiting.invoice]]);
    expect(waiting).toMatchObject({ state: "declined", owed_cents: Math.round(Number(invoice?.["outstanding_amount"]) * 100), customer: invoice?.["customer"] });

    const link = { id: randomUUID(), by: "both" };
    const url = `/api/invoices/${waiting.invoice}/payment-link`;
    for (const press of [1, 2]) expect((await post(url, link)).json(), `press ${press}`).toMatchObject({ order_id: made.accepted.order_id, owed_cents: waiting.owed_cents, sent: ["sms", "email"] });
    const sent = await eventually("the links", async () => {
      const found = (await world.inbox.messages(made.accepted.order_id)).filter(({ channel, text }) => channel !== "slack" && /Il reste .* à payer/.test(text ?? ""));
      return found.length >= 2 && found;
    });
    expect(sent.map(({ channel }) => channel).sort()).toEqual(["email", "sms"]);

    const page = String((await world.app.inject({ url: /\/pay\/[A-Za-z0-9_-]+/.exec(sent[0]?.text ?? "")?.[0] ?? "" })).headers.location);
    expect(await world.stripe.browser.pay(page)).toBe(200);
    await eventually("the charge to be gone", async () => {
      await world.hurry();
      return (await of()) === undefined;
    }, PATIENCE_MS);
    expect((await post(url, { ...link, id: randomUUID() })).json()).toMatchObject({ reason: "nothing_owed" });
    expect((await post("/api/invoices/ACC-NONE/payment-link", link)).statusCode).toBe(404);
    expect((await kindsOf(waiting.invoice)).filter((kind) => kind.startsWith("payment."))).toEqual(["payment.declined", "payment.settled"]);
  });

  it("has a device that nobody knows, until an equipment is given its serial", async () => {
    const serial = gponSerial();
    await transaction(world.app.db, (client) => keepInforms(client, [{ serial, event: "boot", ip: "10.0.0.9", rx_power_dbm: -18 }]));
    const of = () => row("devices", (each) => each.serial === serial);
    expect(await of()).toMatchObject({ ip: "10.0.0.9", rx_power_dbm: -18, online: true, late: false, issue: null });
    await transaction(world.app.db, (client) => keepInforms(client, [{ serial, event: "periodic" }]));
    const made = await ordered(world);
    await scanned(world, made.location, serial);
    await eventually("the device to be known", async () => (await of()) === undefined, PATIENCE_MS);
    expect((await kindsOf(serial)).filter((kind) => kind.startsWith("device."))).toEqual(["device.unknown", "device.matched"]);
  });
});
