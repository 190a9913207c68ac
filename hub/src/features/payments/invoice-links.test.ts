import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PaymentLinkSent } from "@gigafibre/contracts/payments";
import type { Problem } from "@gigafibre/contracts/problems";
import { Agent } from "../../../testing/calls.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { live } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";
import { transaction } from "../../plugins/database.ts";
import { numberHash, obey } from "../messages/stops.ts";

const PATIENCE_MS = 60_000;
const DECLINING = "pm_card_chargeCustomerFail";

describe("an invoice that no order made", () => {
  let world: World;
  let agent: Agent;
  let customer: Document;
  beforeAll(async () => {
    world = await startWorld();
    agent = await Agent.of(world);
    const made = await live(world);
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

  /** As somebody makes one in Desk, or a Subscription does. */
  async function invoiced(dollars: number): Promise<string> {
    const { admin } = world.erpnext;
    const draft = await admin.insert("Sales Invoice", { customer: customer.name, company: "Gigafibre", items: [{ item_code: "FTTH150I", qty: 1, rate: dollars }], disable_rounded_total: 1 });
    return (await admin.update("Sales Invoice", draft.name, { docstatus: 1 })).name;
  }
  const send = (invoice: string, by: "sms" | "email" | "both", id: string = randomUUID()) =>
    world.app.inject({ method: "POST", url: `/api/invoices/${invoice}/payment-link`, headers: agent.headers, payload: { id, by } });
  const charge = (invoice: string) => world.app.inject({ method: "POST", url: `/api/invoices/${invoice}/charge`, headers: agent.headers });
  const about = async (invoice: string) => (await world.inbox.messages(invoice)).filter(({ channel, text }) => channel !== "webhook" && (text?.includes("/pay/") || text?.includes("Carte non débitée")));
  const pathIn = (text: string | null | undefined): string => /\/pay\/[A-Za-z0-9_-]+/.exec(text ?? "")?.[0] ?? "";
  async function linkOf(invoice: string): Promise<string> {
    expect((await send(invoice, "sms")).statusCode).toBe(202);
    const [sms] = await eventually("the link", async () => ((found) => found.length > 0 && found)(await about(invoice)));
    return pathIn(sms?.text);
  }
  const open = (path: string) => world.app.inject({ url: path });
  const pageOf = async (path: string): Promise<string> => String((await open(path)).headers.location);
  const owed = async (invoice: string): Promise<unknown> => (await world.erpnext.admin.get("Sales Invoice", invoice))["outstanding_amount"];
  const becomes = (what: string, check: () => Promise<boolean>): Promise<unknown> =>
    eventually(what, async () => {
      await world.hurry();
      return check();
    }, PATIENCE_MS);
  const paid = (invoice: string): Promise<unknown> => becomes(`${invoice} to be paid`, async () => (await owed(invoice)) === 0);
  const stateOf = async (invoice: string): Promise<string> => {
    const { rows } = await world.app.db.query<{ state: string; reason: string | null }>("select state, reason from invoice_charge where invoice = $1", [invoice]);
    return `${rows[0]?.state ?? "none"} ${rows[0]?.reason ?? ""}`.trim();
  };
  const sessionsFor = async (invoice: string) => (await world.stripe.browser.list("checkout/sessions")).filter(({ client_reference_id }) => client_reference_id === invoice);
  /** What Stripe took for it, by the page or by the card. */
  const taken = async (invoice: string): Promise<unknown[]> =>
    (await world.stripe.browser.list("payment_intents")).filter(({ status, metadata }) => status === "succeeded" && Object.values(metadata as Record<string, string>).includes(invoice)).map(({ amount_received }) => amount_received);
  /** The books' entries of what Stripe took. */
  const entered = async (): Promise<Document[]> => (await world.erpnext.admin.list("Payment Entry", [["party", "=", customer.name], ["docstatus", "=", 1]])).filter(({ stripe_payment_intent }) => Boolean(stripe_payment_intent));
  const entriesFor = async (invoice: string): Promise<Document[]> => {
    const whole = await Promise.all((await entered()).map(({ name }) => world.erpnext.admin.get("Payment Entry", name)));
    return whole.filter(({ references }) => (references as { reference_name: string }[]).some(({ reference_name }) => reference_name === invoice));
  };
  async function byCheque(invoice: string, dollars: number): Promise<void> {
    const { admin } = world.erpnext;
    const draft = await admin.insert("Payment Entry", {
      payment_type: "Receive", party_type: "Customer", party: customer.name, company: "Gigafibre", mode_of_payment: "Cash", paid_from: "Debtors - GF", paid_to: "Cash - GF",
      paid_amount: dollars, received_amount: dollars, reference_no: "1042", reference_date: "2026-04-01", references: [{ reference_doctype: "Sales Invoice", reference_name: invoice, allocated_amount: dollars }],
    });
    await admin.update("Payment Entry", draft.name, { docstatus: 1 });
  }
  async function withCard<T>(card: string, run: () => Promise<T>): Promise<T> {
    const put = (stripe_payment_method: unknown) => world.erpnext.admin.update("Customer", customer.name, { stripe_payment_method });
    await put((await world.app.stripe.paymentMethods.attach(card, { customer: String(customer["stripe_customer_id"]) })).id);
    try {
      return await run();
    } finally {
      await put(customer["stripe_payment_method"]);
    }
  }

  it("is paid by the link that is sent, by SMS and e-mail, once however often it is pressed and told; and then nothing is owed", async () => {
    const invoice = await invoiced(80);
    const id = randomUUID();
    await world.stripe.fault({ kind: "duplicate_webhooks" }, { kind: "shuffle_webhooks" });
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    const answers = await Promise.all([send(invoice, "both", id), send(invoice, "both", id)]);
    expect(answers.map((answer) => answer.json<PaymentLinkSent>())).toEqual(answers.map(() => ({ invoice, order_id: null, owed_cents: 8_000, sent: ["sms", "email"] })));
    const told = await eventually("both", async () => ((found) => found.length >= 2 && found)(await about(invoice)));
    expect(told.map(({ channel }) => channel).sort()).toEqual(["email", "sms"]);
    const sms = told.find(({ channel }) => channel === "sms")?.text ?? "";
    expect(sms).toMatch(new RegExp(`^Il reste 80,00 \\$ à payer\\. Payez ici: http\\S+ Gigafibre, ${invoice} [0-9a-f]{8}$`));
    const page = await pageOf(pathIn(sms));
    expect(await pageOf(pathIn(sms))).toBe(page);
    expect(await world.stripe.browser.pay(page)).toBe(200);
    await paid(invoice);
    expect(await taken(invoice)).toEqual([8_000]);
    expect(await entriesFor(invoice)).toMatchObject([{ payment_type: "Receive", paid_amount: 80, unallocated_amount: 0 }]);
    expect((await open(pathIn(sms))).body).toContain("Il ne reste rien à payer. Merci!");
    expect((await send(invoice, "sms")).json<Problem>().reason).toBe("nothing_owed");
    // The thread of the customer shows what was sent.
    const { rows } = await world.app.db.query("select customer, written_by from outbox where key like $1", [`paylink:${id}:%`]);
    expect(rows).toEqual([{ customer: customer.name, written_by: "agent@gigafibre.test" }, { customer: customer.name, written_by: "agent@gigafibre.test" }]);
  });

  it("whose card is declined brings its customer a link, once for each refusal, that pays it", async () => {
    const invoice = await invoiced(45);
    await withCard(DECLINING, async () => {
      await charge(invoice);
      await becomes("the refusal", async () => (await stateOf(invoice)).startsWith("declined"));
    });
    const told = await eventually("the messages", async () => ((found) => found.length >= 3 && found)(await about(invoice)));
    expect(told.map(({ channel }) => channel).sort()).toEqual(["email", "slack", "sms"]);
    const sms = told.find(({ channel }) => channel === "sms")?.text ?? "";
    expect(sms).toMatch(/^Votre carte n'a pas été débitée; votre service reste actif\. Payez ici: \S+ Gigafibre, /);
    expect(await world.stripe.browser.pay(await pageOf(pathIn(sms)))).toBe(200);
    await paid(invoice);
    await becomes("the refusal to be nobody's concern", async () => (await stateOf(invoice)) === "not_charged nothing_owed");
    expect(await entriesFor(invoice)).toHaveLength(1);
    expect(await about(invoice)).toHaveLength(3);
  });

  it("sends no SMS to who said STOP, nor to nobody, and says so; of both ways the one that reaches them is taken", async () => {
    const invoice = await invoiced(30);
    const wishes = (wish: "stop" | "start"): Promise<void> => transaction(world.app.db, (client) => obey(client, numberHash(world.app, String(customer["mobile_no"])), wish));
    await wishes("stop");
    expect((await send(invoice, "sms")).json<Problem>()).toMatchObject({ status: 409, reason: "sms_stopped" });
    expect((await send(invoice, "both")).json<PaymentLinkSent>().sent).toEqual(["email"]);
    await wishes("start");
    const bare = await world.erpnext.admin.insert("Customer", { customer_name: "Sans Contact", customer_type: "Individual" });
    const draft = await world.erpnext.admin.insert("Sales Invoice", { customer: bare.name, company: "Gigafibre", items: [{ item_code: "FTTH150I", qty: 1, rate: 10 }], disable_rounded_total: 1 });
    expect((await send(draft.name, "email")).json<Problem>().reason).toBe("invoice_not_open");
    await world.erpnext.admin.update("Sales Invoice", draft.name, { docstatus: 1 });
    expect((await send(draft.name, "both")).json<Problem>()).toMatchObject({ status: 422, fields: [{ field: "by" }] });
    const small = await invoiced(0.49);
    expect((await send(small, "sms")).json<Problem>().reason).toBe("charge_too_small");
    expect((await send("SINV-0", "sms")).statusCode).toBe(404);
  });

  it("is not asked for of a card while its link is being paid, nor paid by its link while a card is asked: one payment in the books", async () => {
    const [one, other] = [await invoiced(50), await invoiced(51)];
    const page = await pageOf(await linkOf(one));
    await world.stripe.fault({ kind: "latency", ms: 1_500, match: { method: "POST", path: `sessions/.+/expire` }, times: 1 });
    await charge(one);
    expect(await world.stripe.browser.pay(page)).toBe(200);
    await paid(one);
    await becomes("the charge to be settled", async () => (await stateOf(one)) === "not_charged nothing_owed");
    expect([await taken(one), (await entriesFor(one)).length]).toEqual([[5_000], 1]);

    const path = await linkOf(other);
    const stale = await pageOf(path);
    await world.stripe.fault({ kind: "latency", ms: 3_000, match: { method: "POST", path: "payment_intents/.+/confirm" }, times: 1 });
    await charge(other);
    await eventually("the card to be asked", async () => (await stateOf(other)) === "confirming");
    expect((await open(path)).body).toContain("rien ne sera payé deux fois");
    await world.stripe.browser.pay(stale);
    await paid(other);
    expect([await taken(other), (await entriesFor(other)).length]).toEqual([[5_100], 1]);
  });

  it("paid by cheque, in part or whole, is asked for only as far as it is owed: its page is closed, and the card is not asked", async () => {
    const invoice = await invoiced(90);
    const path = await linkOf(invoice);
    const whole = await pageOf(path);
    await byCheque(invoice, 40);
    await becomes("the page for too much to be closed", async () => (await sessionsFor(invoice)).every(({ status }) => status === "expired"));
    await world.stripe.browser.pay(whole);
    const rest = await pageOf(path);
    expect((await sessionsFor(invoice)).filter(({ status }) => status === "open")).toMatchObject([{ amount_total: 5_000 }]);
    await byCheque(invoice, 49.6);
    await becomes("the page to be closed", async () => (await sessionsFor(invoice)).every(({ status }) => status === "expired"));
    await world.stripe.browser.pay(rest);
    expect((await open(path)).body).toContain("Il reste moins de 0,50 $");
    await byCheque(invoice, 0.4);
    expect((await charge(invoice)).json<Problem>().reason).toBe("nothing_owed");
    expect(await taken(invoice)).toEqual([]);
  });

  it("cancelled meanwhile cannot be paid any more; what was paid in the same moment is put before people, once", async () => {
    const [invoice, racing] = [await invoiced(60), await invoiced(61)];
    const path = await linkOf(invoice);
    await pageOf(path);
    await world.erpnext.admin.update("Sales Invoice", invoice, { docstatus: 2 });
    await becomes("the page to be closed", async () => (await sessionsFor(invoice)).every(({ status }) => status === "expired"));
    expect((await open(path)).body).toContain("Il ne reste rien à payer");
    expect((await charge(invoice)).json<Problem>().reason).toBe("invoice_not_open");

    const page = await pageOf(await linkOf(racing));
    await world.erpnext.fault({ kind: "down", match: { path: "unit_of_work\\.(commit|find)" } });
    expect(await world.stripe.browser.pay(page)).toBe(200);
    await world.erpnext.admin.update("Sales Invoice", racing, { docstatus: 2 });
    await world.erpnext.heal();
    const issues = await eventually("the Issue", async () => {
      await world.hurry();
      const found = await world.erpnext.admin.list("Issue", [["subject", "=", `Paiement à traiter ${racing}`]]);
      return found.length > 0 && found;
    }, PATIENCE_MS);
    expect(issues).toMatchObject([{ customer: customer.name }]);
    expect(await entriesFor(racing)).toEqual([]);
  });
});
