import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { OrderAccepted } from "@gigafibre/contracts/orders";
import type { Problem } from "@gigafibre/contracts/problems";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { bodyFor, checkout, newKey, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a payment made through a link", () => {
  let world: World;
  let headers: Record<string, string>;
  beforeAll(async () => {
    world = await startWorld();
    headers = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
  });
  afterEach(async () => {
    await world.erpnext.heal();
    await world.stripe.heal();
  });
  afterAll(() => world.stop());

  /** An order that is paid by link, and the link's path. */
  async function order(): Promise<{ accepted: OrderAccepted; path: string }> {
    const { expected: _expected, consents: _consents, ...body } = bodyFor(await makePlace(world.app.db), { method: "invoice_later", send_payment_link: "sms" });
    const accepted = (await checkout(world.app, newKey(), body, headers)).json<OrderAccepted>();
    await eventually("the order to be created", async () => (await statusOf(world.app, accepted)).state === "created");
    const sms = await eventually("the SMS", async () => (await world.inbox.messages(accepted.order_id)).find(({ channel }) => channel === "sms"));
    return { accepted, path: /\/pay\/[A-Za-z0-9_-]+/.exec(sms.text ?? "")?.[0] ?? "" };
  }
  const open = (path: string) => world.app.inject({ url: path });
  const pay = async (path: string): Promise<void> => {
    const page = String((await open(path)).headers.location);
    expect(await world.stripe.browser.pay(page)).toBe(200);
  };
  const invoiceOf = async ({ order_id }: OrderAccepted): Promise<Document> => {
    const [invoice] = await world.erpnext.admin.list("Sales Invoice", [["order_id", "=", order_id]]);
    if (!invoice) throw new Error(`${order_id} has no invoice`);
    return invoice;
  };
  const entriesFor = async (accepted: OrderAccepted): Promise<Document[]> =>
    (await world.erpnext.admin.list("Payment Entry", [["party", "=", String((await invoiceOf(accepted))["customer"])]])).filter(({ docstatus }) => docstatus === 1);
  const paid = (accepted: OrderAccepted): Promise<unknown> => eventually("the invoice to be paid", async () => {
    await world.hurry();
    return (await invoiceOf(accepted))["outstanding_amount"] === 0;
  });

  it("is one Payment Entry, and then nothing is owed", async () => {
    const { accepted, path } = await order();
    await pay(path);
    await paid(accepted);
    const [entry, ...more] = await entriesFor(accepted);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ paid_amount: 252.42, payment_type: "Receive", mode_of_payment: "Stripe" });
    expect(entry?.["stripe_payment_intent"]).toMatch(/^pi_/);
    const { rows } = await world.app.db.query<{ kind: string }>("select kind from event_log where name = $1", [entry?.name]);
    expect(rows).toContainEqual({ kind: "payment.received" });
    const again = await open(path);
    expect([again.statusCode, again.body.includes("Il ne reste rien à payer. Merci!")]).toEqual([200, true]);
  });

  it("told of twice, and whose ERPNext answer is lost, is still one", async () => {
    const { accepted, path } = await order();
    await world.stripe.fault({ kind: "duplicate_webhooks" });
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    await pay(path);
    await paid(accepted);
    await eventually("the hub to have noted it", async () => (await world.app.db.query("select 1 from link_payment where order_id = $1 and payment_entry is not null", [accepted.order_id])).rowCount === 1);
    expect(await entriesFor(accepted)).toHaveLength(1);
  });

  it("of which Stripe's word is lost, is recorded when the customer comes back from paying", async () => {
    const { accepted, path } = await order();
    await world.stripe.fault({ kind: "lose_webhooks" });
    await pay(path);
    const back = await open(path);
    expect([back.statusCode, back.body.includes("Votre paiement est reçu. Merci!")]).toEqual([200, true]);
    await paid(accepted);
    expect(await entriesFor(accepted)).toHaveLength(1);
  });

  it("whose invoice was cancelled meanwhile is put before people, once", async () => {
    const { accepted, path } = await order();
    const { admin } = world.erpnext;
    await world.erpnext.fault({ kind: "down", match: { path: "unit_of_work\\.(commit|find)" } });
    await pay(path);
    await admin.update("Sales Invoice", (await invoiceOf(accepted)).name, { docstatus: 2 });
    await world.erpnext.heal();
    const issues = await eventually("the Issue", async () => {
      await world.hurry();
      const found = await admin.list("Issue", [["order_id", "=", accepted.order_id]]);
      return found.length > 0 && found;
    });
    expect(issues.map(({ subject }) => subject)).toEqual([`Paiement à traiter ${accepted.order_id}`]);
    expect(issues[0]?.["description"]).toContain("252.42 $");
    expect(await entriesFor(accepted)).toEqual([]);
  });
});

describe("Stripe's webhook", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ erpnext: false, stripe: false, inbox: false });
  });
  afterAll(() => world.stop());

  const body = JSON.stringify({ id: "evt_1", object: "event", type: "customer.created", data: { object: { id: "cus_1", object: "customer" } } });
  const send = (signature?: string) =>
    world.app.inject({
      method: "POST",
      url: "/webhooks/stripe",
      headers: { "content-type": "application/json", ...(signature === undefined ? {} : { "stripe-signature": signature }) },
      payload: body,
    });
  const sign = (secret: string, timestamp?: number): string =>
    new Stripe("sk_test_1").webhooks.generateTestHeaderString({ payload: body, secret, ...(timestamp === undefined ? {} : { timestamp }) });

  it("is closed to what is unsigned, signed by another, or signed long ago", async () => {
    for (const answer of [await send(), await send("t=1,v1=00"), await send(sign("whsec_other")), await send(sign("whsec_1", 1_700_000_000))]) {
      expect([answer.statusCode, answer.json<Problem>().reason]).toEqual([401, "bad_signature"]);
    }
    const { rowCount } = await world.app.db.query("select 1 from webhook_seen where source = 'stripe'");
    expect(rowCount).toBe(0);
  });

  it("notes each event once, and thanks for each repeat", async () => {
    for (const answer of [await send(sign("whsec_1")), await send(sign("whsec_1"))]) expect(answer.json()).toEqual({ received: true });
    const { rowCount } = await world.app.db.query("select 1 from webhook_seen where source = 'stripe' and id = 'evt_1'");
    expect(rowCount).toBe(1);
  });
});
