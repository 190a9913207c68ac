import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { completed, live, SIGNATURE } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { statusOf } from "../../../testing/order-flow.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { recordRefunds } from "./refunds.ts";

const PATIENCE_MS = 60_000;

describe("the card of a live service", () => {
  let world: World;
  let agent: Record<string, string>;
  beforeAll(async () => {
    world = await startWorld();
    agent = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl };
  });
  afterEach(async () => {
    await world.erpnext.heal();
    await world.stripe.heal();
  });
  afterAll(() => world.stop());

  const list = (doctype: string, field: string, value: unknown) => world.erpnext.admin.list(doctype, [[field, "=", value]]);
  const invoiceOf = async ({ accepted }: Pick<Installed, "accepted">): Promise<Document> => {
    const [invoice] = await list("Sales Invoice", "order_id", accepted.order_id);
    if (!invoice) throw new Error(`${accepted.order_id} has no invoice`);
    return invoice;
  };
  const intentsFor = async (invoice: string) =>
    (await world.stripe.browser.list("payment_intents")).filter(({ metadata }) => (metadata as Record<string, string>)["sales_invoice"] === invoice);
  const entriesOf = async (invoice: Document) => (await list("Payment Entry", "party", invoice["customer"])).filter(({ docstatus }) => docstatus === 1);
  const chargeOf = async (invoice: string) =>
    (await world.app.db.query<{ state: string; reason: string | null }>("select state, reason from invoice_charge where invoice = $1", [invoice])).rows[0];
  const becomes = (invoice: string, state: string): Promise<unknown> =>
    eventually(`the charge of ${invoice} to be ${state}`, async () => {
      await world.hurry();
      return (await chargeOf(invoice))?.state === state;
    }, PATIENCE_MS);
  const paid = (made: Installed): Promise<unknown> =>
    eventually("the invoice to be paid", async () => {
      await world.hurry();
      return (await invoiceOf(made))["outstanding_amount"] === 0;
    }, PATIENCE_MS);
  const draftFor = (invoice: Document, cents: number): Promise<Document> =>
    world.erpnext.admin.insert("Payment Entry", {
      payment_type: "Receive", party_type: "Customer", party: invoice["customer"], company: "Gigafibre", mode_of_payment: "Cash",
      paid_from: "Debtors - GF", paid_to: "Cash - GF", paid_amount: cents / 100, received_amount: cents / 100, reference_no: "1", reference_date: "2026-04-01",
      references: [{ reference_doctype: "Sales Invoice", reference_name: invoice.name, allocated_amount: cents / 100 }],
    });
  const receivedAtOffice = async (invoice: Document, cents: number): Promise<unknown> =>
    world.erpnext.admin.update("Payment Entry", (await draftFor(invoice, cents)).name, { docstatus: 1 });
  const post = (url: string) => world.app.inject({ method: "POST", url, headers: agent });

  it("is charged once for the invoice, to the cent, and the payment is recorded by Stripe's word", async () => {
    const made = await live(world);
    await paid(made);
    const invoice = await invoiceOf(made);
    const cents = Math.round(Number(invoice["grand_total"]) * 100);
    const intents = await intentsFor(invoice.name);
    expect(intents).toMatchObject([{ amount: cents, status: "succeeded", amount_received: cents, metadata: { order_id: made.accepted.order_id } }]);
    const entries = await entriesOf(invoice);
    expect(entries).toMatchObject([{ payment_type: "Receive", paid_amount: cents / 100, stripe_payment_intent: intents[0]?.["id"], unallocated_amount: 0 }]);
    await becomes(invoice.name, "charged");
  });

  it("is charged once though Stripe's and ERPNext's answers are lost, and its events come twice and shuffled", async () => {
    await world.stripe.fault(
      { kind: "drop_after_commit", match: { method: "POST", path: "payment_intents" }, times: 6 },
      { kind: "duplicate_webhooks" },
      { kind: "shuffle_webhooks" },
    );
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 2 });
    const made = await live(world);
    await paid(made);
    const invoice = await invoiceOf(made);
    expect(await intentsFor(invoice.name)).toHaveLength(1);
    expect(await entriesOf(invoice)).toHaveLength(1);
  });

  it("that is refused leaves the service live and the invoice unpaid; the customer gets a link, ops are told, once", async () => {
    const made = await live(world, "4000000000000341");
    const invoice = await invoiceOf(made);
    await becomes(invoice.name, "declined");
    const told = await eventually("the messages", async () => {
      const found = (await world.inbox.messages(made.accepted.order_id)).filter(({ text }) => text?.includes("/pay/") || text?.includes("Carte non débitée"));
      return found.length >= 3 && found;
    }, PATIENCE_MS);
    expect(told.map(({ channel }) => channel).sort()).toEqual(["email", "slack", "sms"]);
    expect((await statusOf(world.app, made.accepted)).state).toBe("live");
    expect((await invoiceOf(made))["outstanding_amount"]).toBe(invoice["grand_total"]);

    const path = /\/pay\/[A-Za-z0-9_-]+/.exec(told.find(({ channel }) => channel === "sms")?.text ?? "")?.[0] ?? "";
    const page = String((await world.app.inject({ url: path })).headers.location);

    // A better card on file, and a person lets it be charged: the same intent.
    const customer = String((await list("Customer", "name", invoice["customer"]))[0]?.["stripe_customer_id"]);
    const better = await world.app.stripe.paymentMethods.attach("pm_card_visa", { customer });
    await world.erpnext.admin.update("Customer", String(invoice["customer"]), { stripe_payment_method: better.id });
    const released = await post(`/api/invoices/${invoice.name}/charge`);
    expect(released.json()).toMatchObject({ state: "waiting" });
    await paid(made);
    // The page that was open is closed: nobody pays twice.
    const sessions = await world.stripe.browser.list("checkout/sessions");
    expect(sessions.find(({ id }) => page.endsWith(String(id)))?.["status"]).toBe("expired");
    expect(await intentsFor(invoice.name)).toHaveLength(1);
    expect(await entriesOf(invoice)).toHaveLength(1);
    expect((await world.inbox.messages(made.accepted.order_id)).filter(({ channel, text }) => channel === "sms" && text?.includes("/pay/"))).toHaveLength(1);
  });

  it("that is refused is paid by the link, and then nothing is charged any more", async () => {
    const made = await live(world, "4000000000000341");
    const invoice = await invoiceOf(made);
    await becomes(invoice.name, "declined");
    const sms = await eventually("the SMS", async () => (await world.inbox.messages(made.accepted.order_id)).find(({ channel, text }) => channel === "sms" && text?.includes("/pay/")), PATIENCE_MS);
    const page = String((await world.app.inject({ url: /\/pay\/[A-Za-z0-9_-]+/.exec(sms.text ?? "")?.[0] ?? "" })).headers.location);
    expect(await world.stripe.browser.pay(page)).toBe(200);
    await paid(made);
    await post(`/api/invoices/${invoice.name}/charge`);
    await becomes(invoice.name, "not_charged");
    expect(await entriesOf(invoice)).toHaveLength(1);
  });

  it("that its bank wants to authenticate is not charged, and neither is one that is not there", async () => {
    const made = await live(world, undefined, {});
    const invoice = await invoiceOf(made);
    await becomes(invoice.name, "held");
    const customer = String((await list("Customer", "name", invoice["customer"]))[0]?.["stripe_customer_id"]);
    const strict = await world.app.stripe.paymentMethods.attach("pm_card_authenticationRequired", { customer });
    await world.erpnext.admin.update("Customer", String(invoice["customer"]), { stripe_payment_method: strict.id });
    await post(`/api/invoices/${invoice.name}/charge`);
    await becomes(invoice.name, "declined");
    expect((await chargeOf(invoice.name))?.reason).toBe("authentication_required");
    await world.erpnext.admin.update("Customer", String(invoice["customer"]), { stripe_payment_method: "" });
    await post(`/api/invoices/${invoice.name}/charge`);
    await eventually("no card", async () => (await chargeOf(invoice.name))?.reason === "no_card");
    expect(await entriesOf(invoice)).toEqual([]);
  });

  it("waits for a person where nobody signed, and for the office where something was paid on site", async () => {
    const made = await live(world, undefined, {});
    const invoice = await invoiceOf(made);
    await becomes(invoice.name, "held");
    expect((await chargeOf(invoice.name))?.reason).toBe("no_signature");
    expect((await list("Issue", "order_id", made.accepted.order_id)).map(({ subject }) => subject)).toEqual([`Paiement à autoriser ${made.accepted.order_id}`]);
    expect(await intentsFor(invoice.name)).toEqual([]);

    const draft = await draftFor(invoice, 5_000);
    await completed(world, made.job, { customer_signature: SIGNATURE });
    await eventually("the draft to hold it", async () => (await chargeOf(invoice.name))?.reason === "draft_payment");
    expect(await intentsFor(invoice.name)).toEqual([]);
    await world.erpnext.admin.update("Payment Entry", draft.name, { docstatus: 1 });
    await paid(made);
    const cents = Math.round(Number(invoice["grand_total"]) * 100) - 5_000;
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: cents, status: "succeeded" }]);
  });

  it("is charged for what is owed in that very moment, by the same intent, though the office enters a payment while Stripe is asked", async () => {
    const made = await live(world, undefined, {});
    const invoice = await invoiceOf(made);
    await becomes(invoice.name, "held");
    await world.stripe.fault({ kind: "latency", ms: 4_000, match: { method: "POST", path: "payment_intents$" }, times: 1 });
    await post(`/api/invoices/${invoice.name}/charge`);
    await eventually("the card to be asked", async () => (await chargeOf(invoice.name))?.state === "confirming");
    await receivedAtOffice(invoice, 7_000);
    await paid(made);
    const cents = Math.round(Number(invoice["grand_total"]) * 100) - 7_000;
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: cents, amount_received: cents, status: "succeeded" }]);
  });

  it.each([[49, "not_charged", "too_small"], [50, "charged", null]])("for %i cents is %s", async (cents, state, reason) => {
    const made = await live(world, undefined, {});
    const invoice = await invoiceOf(made);
    await becomes(invoice.name, "held");
    await receivedAtOffice(invoice, Math.round(Number(invoice["grand_total"]) * 100) - cents);
    await post(`/api/invoices/${invoice.name}/charge`);
    await becomes(invoice.name, state);
    expect((await chargeOf(invoice.name))?.reason).toBe(reason);
    expect((await intentsFor(invoice.name)).map(({ amount }) => amount)).toEqual(state === "charged" ? [cents] : []);
  });

  it("is not asked for an order that is paid later, nor by anybody but those who take orders", async () => {
    const made = await live(world, null);
    const invoice = await invoiceOf(made);
    expect(await chargeOf(invoice.name)).toBeUndefined();
    expect((await post(`/api/invoices/${invoice.name}/charge`)).json()).toMatchObject({ status: 409, reason: "no_card_on_file" });
    const anyone = await world.app.inject({ method: "POST", url: `/api/invoices/${invoice.name}/charge` });
    expect(anyone.statusCode).toBe(401);
  });

  it("given back in parts is a Payment Entry for each part, told of however often; and a dispute is an Issue", async () => {
    const made = await live(world, "4000000000000259");
    await paid(made);
    const invoice = await invoiceOf(made);
    const [intent] = await intentsFor(invoice.name);
    await world.stripe.fault({ kind: "duplicate_webhooks" }, { kind: "shuffle_webhooks" });
    const refunds = [await world.app.stripe.refunds.create({ payment_intent: String(intent?.["id"]), amount: 1_000 }), await world.app.stripe.refunds.create({ payment_intent: String(intent?.["id"]), amount: 234 })];
    const given = await eventually("the refunds", async () => {
      await world.hurry();
      const found = (await entriesOf(invoice)).filter(({ payment_type }) => payment_type === "Pay");
      return found.length === 2 && found;
    }, PATIENCE_MS);
    expect(given.map(({ paid_amount, stripe_refund }) => [stripe_refund, paid_amount]).sort()).toEqual(refunds.map(({ id, amount }) => [id, amount / 100]).sort());
    await recordRefunds(world.app, String(intent?.["id"]));
    expect((await entriesOf(invoice)).filter(({ payment_type }) => payment_type === "Pay")).toHaveLength(2);
    const issues = await eventually("the dispute", async () => {
      await world.hurry();
      const found = await list("Issue", "order_id", made.accepted.order_id);
      return found.length > 0 && found;
    }, PATIENCE_MS);
    expect(issues.map(({ subject }) => subject)).toEqual([`Paiement contesté ${made.accepted.order_id}`]);
  });
});
