import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Agent } from "../../../testing/calls.ts";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { live } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const PATIENCE_MS = 60_000;

describe("any open invoice of a customer with a card", () => {
  let world: World;
  let agent: Agent;
  let made: Installed;
  let customer: Document;
  beforeAll(async () => {
    world = await startWorld();
    agent = await Agent.of(world);
    made = await live(world);
    customer = await world.erpnext.admin.get("Customer", String(made.job["customer"]));
    await eventually("the first invoice to be paid", async () => {
      await world.hurry();
      return (await world.erpnext.admin.list("Payment Entry", [["party", "=", customer.name]])).length === 1;
    }, PATIENCE_MS);
  });
  afterEach(async () => {
    await world.erpnext.heal();
    await world.stripe.heal();
  });
  afterAll(() => world.stop());

  /** As somebody makes one in Desk. */
  async function invoiced(dollars: number, more: Record<string, unknown> = {}): Promise<Document> {
    const { admin } = world.erpnext;
    const draft = await admin.insert("Sales Invoice", { customer: customer.name, company: "Gigafibre", items: [{ item_code: "FTTH150I", qty: 1, rate: dollars }], disable_rounded_total: 1, ...more });
    return "docstatus" in more ? draft : admin.update("Sales Invoice", draft.name, { docstatus: 1 });
  }
  const charge = (invoice: string, headers = agent.headers) => world.app.inject({ method: "POST", url: `/api/invoices/${invoice}/charge`, headers });
  const intentsFor = async (invoice: string) => (await world.stripe.browser.list("payment_intents")).filter(({ metadata }) => (metadata as Record<string, string>)["sales_invoice"] === invoice);
  const entriesFor = async (invoice: string) => {
    const entries = await world.erpnext.admin.list("Payment Entry", [["party", "=", customer.name], ["docstatus", "=", 1]]);
    const whole = await Promise.all(entries.map(({ name }) => world.erpnext.admin.get("Payment Entry", name)));
    return whole.filter(({ references }) => (references as { reference_name: string }[]).some(({ reference_name }) => reference_name === invoice));
  };
  const owed = async (invoice: string): Promise<unknown> => (await world.erpnext.admin.get("Sales Invoice", invoice))["outstanding_amount"];
  const paid = (invoice: string): Promise<unknown> =>
    eventually(`${invoice} to be paid`, async () => {
      await world.hurry();
      return (await owed(invoice)) === 0;
    }, PATIENCE_MS);

  it("that no order made is charged once and entered once, pressed twice, though answers are lost and events come twice and shuffled", async () => {
    const invoice = await invoiced(80);
    await world.stripe.fault({ kind: "drop_after_commit", match: { method: "POST", path: "payment_intents" }, times: 4 }, { kind: "duplicate_webhooks" }, { kind: "shuffle_webhooks" });
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    const answers = await Promise.all([charge(invoice.name), charge(invoice.name)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    await paid(invoice.name);
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: 8_000, status: "succeeded", customer: customer["stripe_customer_id"] }]);
    expect(await entriesFor(invoice.name)).toMatchObject([{ payment_type: "Receive", paid_amount: 80, unallocated_amount: 0 }]);
    const { rows } = await world.app.db.query("select order_id, released_by from invoice_charge where invoice = $1", [invoice.name]);
    expect(rows).toEqual([{ order_id: null, released_by: STAFF.agent }]);
    // Given back, it is entered as any other.
    const [intent] = await intentsFor(invoice.name);
    const refund = await world.app.stripe.refunds.create({ payment_intent: String(intent?.["id"]), amount: 500 });
    await eventually("the refund", async () => {
      await world.hurry();
      return (await world.erpnext.admin.list("Payment Entry", [["stripe_refund", "=", refund.id]])).length === 1;
    }, PATIENCE_MS);
  });

  it("of an order closes the page on which it could be paid, and reads what is owed again", async () => {
    const invoice = await invoiced(60, { order_id: made.accepted.order_id });
    const link = await world.app.inject({ method: "POST", url: `/api/invoices/${invoice.name}/payment-link`, headers: agent.headers, payload: { id: randomUUID(), by: "sms" } });
    expect(link.statusCode).toBe(202);
    const sms = await eventually("the link", async () => (await world.inbox.messages(made.accepted.order_id)).find(({ channel, text }) => channel === "sms" && text?.includes("/pay/")));
    const page = String((await world.app.inject({ url: /\/pay\/[A-Za-z0-9_-]+/.exec(sms.text ?? "")?.[0] ?? "" })).headers.location);
    expect((await charge(invoice.name)).json()).toMatchObject({ state: "waiting" });
    await paid(invoice.name);
    expect((await world.stripe.browser.list("checkout/sessions")).find(({ id }) => page.endsWith(String(id)))?.["status"]).toBe("expired");
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: 6_000, status: "succeeded", metadata: { order_id: made.accepted.order_id } }]);
    expect(await entriesFor(invoice.name)).toHaveLength(1);
    expect((await charge(invoice.name)).json()).toMatchObject({ state: "charged" });
    expect(await intentsFor(invoice.name)).toHaveLength(1);
  });

  it("is refused by its reason where it is no open one, where too little or nothing is owed, without a card, and while its order is cancelled", async () => {
    const reasonOf = async (invoice: string): Promise<unknown> => (await charge(invoice)).json<{ reason?: string }>().reason;
    const [draft, paidOne, small, ending] = [await invoiced(10, { docstatus: 0 }), await invoiced(20), await invoiced(0.3), await invoiced(30, { order_id: made.accepted.order_id })];
    expect(await reasonOf(draft.name)).toBe("invoice_not_open");
    expect(await reasonOf("SINV-0")).toBe("not_found");
    expect(await reasonOf(small.name)).toBe("charge_too_small");
    await charge(paidOne.name);
    await paid(paidOne.name);
    await world.app.db.query("delete from invoice_charge where invoice = $1", [paidOne.name]);
    expect(await reasonOf(paidOne.name)).toBe("nothing_owed");
    await world.app.db.query("update order_intake set cancellation = $2 where id = $1", [made.accepted.order_id, randomUUID()]);
    expect(await reasonOf(ending.name)).toBe("being_cancelled");
    await world.app.db.query("update order_intake set cancellation = null where id = $1", [made.accepted.order_id]);
    const card = customer["stripe_payment_method"];
    await world.erpnext.admin.update("Customer", customer.name, { stripe_payment_method: "" });
    expect(await reasonOf(ending.name)).toBe("no_card_on_file");
    await world.erpnext.admin.update("Customer", customer.name, { stripe_payment_method: card });
    for (const { name } of [draft, small, ending]) expect(await intentsFor(name)).toEqual([]);
    const technician = await Agent.of(world, STAFF.technician);
    expect((await charge(ending.name, technician.headers)).statusCode).toBe(403);
  });

  it("whose card is refused is in the queue and goes on with a better card by the same intent", async () => {
    const invoice = await invoiced(45);
    const declining = await world.app.stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: String(customer["stripe_customer_id"]) });
    await world.erpnext.admin.update("Customer", customer.name, { stripe_payment_method: declining.id });
    await charge(invoice.name);
    const queued = async () => (await agent.get<{ charges: { rows: { invoice: string; order_id: string | null; state: string }[] } }>("/api/queues")).charges.rows.find((row) => row.invoice === invoice.name);
    expect(await eventually("the refusal", async () => (await world.hurry(), await queued()), PATIENCE_MS)).toMatchObject({ state: "declined", order_id: null });
    const better = await world.app.stripe.paymentMethods.attach("pm_card_visa", { customer: String(customer["stripe_customer_id"]) });
    await world.erpnext.admin.update("Customer", customer.name, { stripe_payment_method: better.id });
    expect((await charge(invoice.name)).json()).toMatchObject({ state: "waiting" });
    await paid(invoice.name);
    expect(await intentsFor(invoice.name)).toHaveLength(1);
    expect(await queued()).toBeUndefined();
  });
});
