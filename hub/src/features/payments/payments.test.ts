import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { OrderAccepted, SetupIntentAnswer } from "@gigafibre/contracts/orders";
import type { Problem } from "@gigafibre/contracts/problems";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { bodyFor, checkout, newKey, setupIntent, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a card kept for a checkout", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ erpnext: false, inbox: false });
  });
  afterEach(() => world.stripe.heal());
  afterAll(() => world.stop());

  it("is one customer and one SetupIntent for one key, however often and by however many it is asked for", async () => {
    const key = newKey();
    const answers = await Promise.all([1, 2, 3, 4].map(() => setupIntent(world.app, key)));
    const again = await setupIntent(world.app, key);
    const made = [...answers, again].filter(({ statusCode }) => statusCode === 200).map((answer) => answer.json<SetupIntentAnswer>());
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map((one) => JSON.stringify(one))).size).toBe(1);
    const intents = (await world.stripe.browser.list("setup_intents")).filter(({ metadata }) => (metadata as Record<string, string>)["checkout_key"] === key);
    expect(intents).toMatchObject([{ usage: "off_session", customer: made[0]?.stripe_customer_id }]);
    const customers = (await world.stripe.browser.list("customers")).filter(({ metadata }) => (metadata as Record<string, string>)["checkout_key"] === key);
    expect(customers).toHaveLength(1);
  });

  it("keeps the name and e-mail that were given last", async () => {
    const key = newKey();
    await setupIntent(world.app, key, { name: "Mari-Eve", email: "wrong@example.org" });
    const answer = await setupIntent(world.app, key, { name: "Marie-Ève", email: "right@example.org" });
    const { stripe_customer_id } = answer.json<SetupIntentAnswer>();
    const customer = (await world.stripe.browser.list("customers")).find(({ id }) => id === stripe_customer_id);
    expect(customer).toMatchObject({ name: "Marie-Ève", email: "right@example.org" });
  });

  it("whose making was cut short by Stripe goes on where it stopped", async () => {
    const key = newKey();
    await world.stripe.fault({ kind: "drop_after_commit", match: { method: "POST", path: "setup_intents" }, times: 5 });
    expect((await setupIntent(world.app, key)).json<Problem>()).toMatchObject({ status: 503, reason: "stripe_unavailable" });
    await world.stripe.heal();
    expect((await setupIntent(world.app, key)).statusCode).toBe(200);
    const intents = (await world.stripe.browser.list("setup_intents")).filter(({ metadata }) => (metadata as Record<string, string>)["checkout_key"] === key);
    expect(intents).toHaveLength(1);
  });

  it("needs the checkout's key, a name and an e-mail", async () => {
    const without = await world.app.inject({ method: "POST", url: "/api/checkout/setup-intent", payload: { name: "A", email: "a@example.org" } });
    expect(without.json<Problem>().reason).toBe("idempotency_key_required");
    const bad = await setupIntent(world.app, newKey(), { name: "", email: "nobody" });
    expect(bad.json<Problem>().fields?.map(({ field, reason }) => [field, reason])).toEqual([
      ["name", "required"],
      ["email", "invalid_email"],
    ]);
  });
});

describe("a payment link", () => {
  let world: World;
  let accepted: OrderAccepted;
  let path: string;
  beforeAll(async () => {
    world = await startWorld();
    const { expected: _expected, consents: _consents, ...body } = bodyFor(await makePlace(world.app.db), { method: "invoice_later", send_payment_link: "email" });
    const headers = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
    accepted = (await checkout(world.app, newKey(), body, headers)).json<OrderAccepted>();
    await eventually("the order to be created", async () => (await statusOf(world.app, accepted)).state === "created");
    const mail = await eventually("the e-mail", async () => (await world.inbox.messages(accepted.order_id)).find(({ channel }) => channel === "email"));
    path = /\/pay\/[A-Za-z0-9_-]+/.exec(mail.text ?? "")?.[0] ?? "";
  });
  afterEach(async () => {
    await world.erpnext.heal();
    await world.stripe.heal();
  });
  afterAll(() => world.stop());

  const open = (headers: Record<string, string> = {}) => world.app.inject({ url: path, headers });
  const sessions = async () => (await world.stripe.browser.list("checkout/sessions")).filter((session) => session["client_reference_id"] === accepted.order_id);

  it("that does not exist says so on a page, and shows no order", async () => {
    const answer = await world.app.inject({ url: "/pay/nothing-of-ours", headers: { "accept-language": "en-CA,en;q=0.9" } });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([404, "text/html; charset=utf-8"]);
    expect(answer.body).toContain("Link not found");
  });

  it("is not sent to those who did not ask for it in that way", async () => {
    const sms = await eventually("the SMS", async () => (await world.inbox.messages(accepted.order_id)).find(({ channel }) => channel === "sms"));
    expect(sms.text).not.toContain("/pay/");
  });

  it("leads to one page of Stripe's for what is owed, the same each time until the amount changes", async () => {
    const first = await open();
    expect(first.statusCode).toBe(303);
    expect((await open()).headers.location).toBe(first.headers.location);
    expect((await sessions()).map(({ amount_total, status }) => [amount_total, status])).toEqual([[25_242, "open"]]);
    expect(first.headers["cache-control"]).toBe("no-store");

    // Somebody in the office takes a part of it in cash.
    const [invoice] = await world.erpnext.admin.list("Sales Invoice", [["order_id", "=", accepted.order_id]]);
    const entry = await world.erpnext.admin.insert("Payment Entry", {
      payment_type: "Receive", party_type: "Customer", party: invoice?.["customer"], company: "Gigafibre", mode_of_payment: "Cash",
      paid_from: "Debtors - GF", paid_to: "Cash - GF", paid_amount: 100, received_amount: 100, reference_no: "1", reference_date: "2026-04-01",
      references: [{ reference_doctype: "Sales Invoice", reference_name: invoice?.name, allocated_amount: 100 }],
    });
    await world.erpnext.admin.update("Payment Entry", entry.name, { docstatus: 1 });
    const second = await open();
    expect(second.headers.location).not.toBe(first.headers.location);
    expect((await sessions()).map(({ amount_total, status }) => [amount_total, status]).sort()).toEqual([[15_242, "open"], [25_242, "expired"]]);
  });

  it("opened while ERPNext or Stripe is away says that nothing was charged", async () => {
    await world.erpnext.fault({ kind: "down" });
    const withoutErpnext = await open();
    await world.erpnext.heal();
    await world.stripe.fault({ kind: "down" });
    const withoutStripe = await open();
    for (const answer of [withoutErpnext, withoutStripe]) {
      expect([answer.statusCode, answer.body.includes("Rien n'a été facturé")]).toEqual([503, true]);
    }
  });

  it("whose page the hub forgot, as after a restore, leads to that page and makes no other", async () => {
    const before = await open();
    const made = (await sessions()).length;
    await world.app.db.query("update payment_link set session = null, session_cents = null where order_id = $1", [accepted.order_id]);
    expect((await open()).headers.location).toBe(before.headers.location);
    expect(await sessions()).toHaveLength(made);
  });

  it("that was paid on a page the hub forgot is not paid again: the payment reaches the books", async () => {
    const page = String((await open()).headers.location);
    // Neither Stripe's word of it nor the page's own row is left.
    await world.stripe.fault({ kind: "lose_webhooks", times: 10 });
    expect(await world.stripe.browser.pay(page)).toBe(200);
    const made = (await sessions()).length;
    await world.app.db.query("update payment_link set session = null, session_cents = null where order_id = $1", [accepted.order_id]);
    const answer = await open();
    expect([answer.statusCode, await sessions()]).toMatchObject([200, { length: made }]);
    await eventually("the payment in the books", async () => (await world.erpnext.admin.list("Sales Invoice", [["order_id", "=", accepted.order_id]]))[0]?.["outstanding_amount"] === 0);
    expect((await open()).statusCode).toBe(200);
  });

});
