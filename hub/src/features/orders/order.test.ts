import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatDay } from "@gigafibre/contracts/dates";
import type { InstallDates } from "@gigafibre/contracts/dates";
import type { CheckoutInput, OrderAccepted } from "@gigafibre/contracts/orders";
import type { Problem } from "@gigafibre/contracts/problems";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { bodyFor, card, checkout, documentsOf, newKey, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const EXAMPLE = { Customer: 1, Contact: 1, Address: 1, "Service Location": 1, "Service Subscription": 5, "Service Equipment": 4, Project: 1, Task: 8, "Dispatch Job": 1, Issue: 0, "Sales Invoice": 0 };

describe("an order, end to end", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const created = (accepted: OrderAccepted): Promise<unknown> =>
    eventually(`${accepted.order_id} to be created`, async () => (await statusOf(world.app, accepted)).state === "created", 30_000);
  const told = (accepted: OrderAccepted, count = 4) =>
    eventually("its messages", async () => {
      const found = await world.inbox.messages(accepted.order_id);
      return found.length >= count && found;
    });
  const offered = async (): Promise<string[]> => (await world.app.inject({ url: "/api/install-dates" })).json<InstallDates>().dates.map(({ date }) => date);
  const agentHeaders = async (): Promise<Record<string, string>> => ({ cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}`, origin: world.hubUrl });

  it("is accepted at once, and then stands whole in ERPNext, with one message of each kind and no charge", async () => {
    const place = await makePlace(world.app.db);
    const key = newKey();
    const dates = (await offered()).slice(0, 3);
    const payment = await card(world, key);
    const answer = await checkout(world.app, key, bodyFor(place, payment, { preferred_dates: dates }));
    expect(`${answer.statusCode} ${answer.body}`).toMatch(/^202 /);
    const accepted = answer.json<OrderAccepted>();
    expect(accepted).toMatchObject({ state: "received", status_url: `/api/orders/${accepted.order_id}` });
    expect(accepted.order_id).toMatch(/^GF-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toEqual(EXAMPLE);

    const messages = await told(accepted);
    expect(messages.map(({ channel }) => channel).sort()).toEqual(["email", "slack", "sms", "webhook"]);
    const of = (channel: string) => messages.find((message) => message.channel === channel);
    expect(of("sms")?.to).toBe("+14505550123");
    expect(of("sms")?.text).toContain(`Commande confirmée! Installation prévue le ${formatDay(dates[0] ?? "", "fr")} (à confirmer).`);
    const mail = of("email");
    expect(mail?.to).toContain("marie@example.org");
    expect(mail?.text).toContain("Aucun frais avant la complétion de l'installation à votre satisfaction.");
    expect(mail?.text).toContain(`${world.hubUrl}/commande/${accepted.order_id}#token=${accepted.token}`);
    expect(mail?.text).toMatch(/TPS \(5 %\) +7,48/);
    expect(mail?.html).toContain("1er décodeur offert");
    expect(of("slack")?.text).toContain("FTTH 150M + TV Standard + Phone");
    expect(JSON.stringify(of("webhook"))).not.toMatch(/Tremblay|marie@|5550123/);

    const [customer] = await world.erpnext.admin.list("Customer", [["order_id", "=", accepted.order_id]]);
    expect(customer).toMatchObject({ customer_group: "Résidentiel", email_id: "marie@example.org", mobile_no: "450-555-0123", ppa_enabled: 1, terms_version: "2026-01" });
    expect(payment).toMatchObject({ stripe_customer_id: customer?.["stripe_customer_id"], stripe_payment_method: customer?.["stripe_payment_method"] });
    const [job] = await world.erpnext.admin.list("Dispatch Job", [["order_id", "=", accepted.order_id]]);
    expect(job).toMatchObject({ status: "Open", job_type: "Installation", notes: "FTTH 150M + TV Standard + Phone" });
    expect(await world.stripe.browser.list("payment_intents", { customer: String(customer?.["stripe_customer_id"]) })).toEqual([]);
    const { rows } = await world.app.db.query<{ kind: string; name: string }>("select kind, name from event_log where key like $1 order by kind", [`order:${accepted.order_id}%`]);
    expect(rows).toEqual([
      { kind: "order.created", name: job?.name },
      { kind: "order.received", name: accepted.order_id },
    ]);
  });

  it("takes the day's room: a day that has none left is refused, and the others stay", async () => {
    const dates = (await offered()).slice(0, 3);
    const before = (await world.app.inject({ url: "/api/install-dates" })).json<InstallDates>().dates.find(({ date }) => date === dates[0])?.left ?? 0;
    const attempts = await Promise.all(
      Array.from({ length: before + 2 }, async () => {
        const key = newKey();
        return { key, body: bodyFor(await makePlace(world.app.db), await card(world, key), { preferred_dates: dates }) };
      }),
    );
    const answers = await Promise.all(attempts.map(({ key, body }) => checkout(world.app, key, body)));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(before);
    for (const answer of answers.filter(({ statusCode }) => statusCode !== 202)) {
      expect(answer.json<Problem>()).toMatchObject({ status: 422, fields: [{ field: "preferred_dates.0", reason: "date_full" }] });
    }
    expect(await offered()).not.toContain(dates[0]);
  });

  it("for a drop yet to be built has a ninth task, no date, and says why", async () => {
    const place = await makePlace(world.app.db, { on_request: true });
    const key = newKey();
    const accepted = (await checkout(world.app, key, bodyFor(place, await card(world, key)))).json<OrderAccepted>();
    await created(accepted);
    expect(await documentsOf(world, accepted.order_id)).toEqual({ ...EXAMPLE, Task: 9 });
    expect(await statusOf(world.app, accepted)).toMatchObject({ on_request: true, preferred_dates: "contact_me", scheduled_date: null });
    const messages = await told(accepted);
    expect(messages.find(({ channel }) => channel === "sms")?.text).toContain("Votre raccordement est à construire: nous vous appelons pour la date.");
  });

  it("of people who share a name, all at once, is one for each of them", async () => {
    const name = `Jean Tremblay ${newKey().slice(0, 8)}`;
    const orders = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const key = newKey();
        const body = bodyFor(await makePlace(world.app.db), await card(world, key));
        return (await checkout(world.app, key, { ...body, customer: { ...body.customer, name } })).json<OrderAccepted>();
      }),
    );
    for (const accepted of orders) await created(accepted);
    expect(await world.erpnext.admin.list("Customer", [["customer_name", "=", name]])).toHaveLength(6);
  });

  it("in English is confirmed in English", async () => {
    const key = newKey();
    const body = bodyFor(await makePlace(world.app.db), await card(world, key));
    const accepted = (await checkout(world.app, key, { ...body, customer: { ...body.customer, language: "en" } })).json<OrderAccepted>();
    const messages = await told(accepted);
    expect(messages.find(({ channel }) => channel === "sms")?.text).toContain("Order confirmed! We will call you about the installation date.");
    const mail = messages.find(({ channel }) => channel === "email");
    expect(mail?.subject).toBe(`Your Gigafibre order ${accepted.order_id}`);
    expect(mail?.text).toContain("No charge until the installation is completed to your satisfaction.");
  });

  it("of somebody whose e-mail is known makes its own Customer, and notes the other on it for ops", async () => {
    const email = `twin-${newKey().slice(0, 8)}@example.org`;
    const order = async (name: string): Promise<OrderAccepted> => {
      const key = newKey();
      const body = bodyFor(await makePlace(world.app.db), await card(world, key));
      const answer = await checkout(world.app, key, { ...body, customer: { ...body.customer, name, email, phone: "5145550177" } });
      return answer.json<OrderAccepted>();
    };
    const first = await order("Première Fois");
    await created(first);
    const second = await order("Deuxième Fois");
    await created(second);
    const customer = await eventually("the note", async () => {
      const [found] = await world.erpnext.admin.list("Customer", [["order_id", "=", second.order_id]]);
      return found?.["possible_duplicate_of"] ? found : undefined;
    });
    expect(customer["possible_duplicate_of"]).toBe("Première Fois");
    const [other] = await world.erpnext.admin.list("Customer", [["order_id", "=", first.order_id]]);
    expect(other?.["possible_duplicate_of"] ?? null).toBeNull();
  });

  describe("taken by an agent", () => {
    const byAgent = (body: CheckoutInput, link?: "email" | "sms" | "both"): CheckoutInput => {
      const { expected: _expected, consents: _consents, ...rest } = body;
      return { ...rest, payment: { method: "invoice_later", ...(link ? { send_payment_link: link } : {}) } };
    };

    it("is invoiced to the cent, tells the customer where to pay, and asks Stripe for exactly what is owed", async () => {
      const body = byAgent(bodyFor(await makePlace(world.app.db), { method: "invoice_later" }), "both");
      const answer = await checkout(world.app, newKey(), body, await agentHeaders());
      expect(`${answer.statusCode} ${answer.body}`).toMatch(/^202 /);
      const accepted = answer.json<OrderAccepted>();
      await created(accepted);
      expect(await documentsOf(world, accepted.order_id)).toEqual({ ...EXAMPLE, "Sales Invoice": 1 });
      const [invoice] = await world.erpnext.admin.list("Sales Invoice", [["order_id", "=", accepted.order_id]]);
      expect(invoice).toMatchObject({ docstatus: 1, grand_total: 252.42, outstanding_amount: 252.42 });

      const messages = await told(accepted);
      const sms = messages.find(({ channel }) => channel === "sms")?.text ?? "";
      const link = /Votre commande est confirmée! Payez ici: (\S+)/.exec(sms)?.[1] ?? "";
      expect(link.startsWith(`${world.hubUrl}/pay/`)).toBe(true);
      expect(sms.length).toBeLessThanOrEqual(160);
      expect(messages.find(({ channel }) => channel === "email")?.html).toContain(link);

      const open = async () => world.app.inject({ url: new URL(link).pathname });
      const [first, again] = await Promise.all([open(), open()]);
      expect(first.statusCode).toBe(303);
      expect(again.headers.location).toBe(first.headers.location);
      const sessions = (await world.stripe.browser.list("checkout/sessions")).filter((session) => session["client_reference_id"] === accepted.order_id);
      expect(sessions).toMatchObject([{ amount_total: 25_242, currency: "cad", status: "open" }]);
    });

    it("for a customer they picked writes no second Customer, and offers no second free box", async () => {
      const existing = await world.erpnext.admin.insert("Customer", { customer_name: "Ferme du Rang", customer_type: "Individual", customer_group: "Résidentiel" });
      const order = async (): Promise<OrderAccepted> => {
        const body = byAgent(bodyFor(await makePlace(world.app.db), { method: "invoice_later" }));
        const answer = await checkout(world.app, newKey(), { ...body, customer: { ...body.customer, existing: existing.name } }, await agentHeaders());
        expect(`${answer.statusCode} ${answer.body}`).toMatch(/^202 /);
        return answer.json<OrderAccepted>();
      };
      const first = await order();
      await created(first);
      const second = await order();
      await created(second);
      expect((await statusOf(world.app, first)).one_time_cents).toBe(6_995);
      expect((await statusOf(world.app, second)).one_time_cents).toBe(6_995 + 14_995);
      expect(await documentsOf(world, second.order_id)).toMatchObject({ Customer: 0, "Service Location": 1, "Dispatch Job": 1 });
      const projects = await world.erpnext.admin.list("Project", [["customer", "=", existing.name]]);
      expect(projects.map((project) => project["project_name"]).sort()).toEqual([first, second].map(({ order_id }) => `Installation - Ferme du Rang - ${order_id}`).sort());
    });

    it("for a customer who does not exist is told so", async () => {
      const body = byAgent(bodyFor(await makePlace(world.app.db), { method: "invoice_later" }));
      const answer = await checkout(world.app, newKey(), { ...body, customer: { ...body.customer, existing: "Nobody" } }, await agentHeaders());
      expect(answer.json<Problem>()).toMatchObject({ status: 422, fields: [{ field: "customer.existing", reason: "unknown_customer" }] });
    });

    it("may carry a discount with its reason, which the office reads and the technician does not", async () => {
      const body = byAgent(bodyFor(await makePlace(world.app.db), { method: "invoice_later" }));
      const accepted = (await checkout(world.app, newKey(), { ...body, discount: { sku: "RAB_X", reason: "Fidélité < 10 ans" } }, await agentHeaders())).json<OrderAccepted>();
      await created(accepted);
      const [project] = await world.erpnext.admin.list("Project", [["order_id", "=", accepted.order_id]]);
      expect(project?.["notes"]).toBe("<p>RAB_X: Fidélité &lt; 10 ans</p>");
      const [discount] = await world.erpnext.admin.list("Service Subscription", [["order_id", "=", accepted.order_id], ["item", "=", "RAB_X"]]);
      expect(discount).toMatchObject({ price: -20, service_type: "Discount" });
    });

    it("needs ERPNext, for the session: while it is away the agent is told so and nothing is kept", async () => {
      const headers = await agentHeaders();
      const body = byAgent(bodyFor(await makePlace(world.app.db), { method: "invoice_later" }));
      await world.erpnext.fault({ kind: "down" });
      const answer = await checkout(world.app, newKey(), body, headers);
      await world.erpnext.heal();
      expect(answer.json<Problem>()).toMatchObject({ status: 503, reason: "erpnext_unavailable" });
    });
  });

  it("shows agents, and nobody else, which customers the caller may be", async () => {
    const key = newKey();
    const body = bodyFor(await makePlace(world.app.db), await card(world, key));
    const accepted = (await checkout(world.app, key, { ...body, customer: { ...body.customer, name: "Hélène Bélanger", email: "helene@example.org", phone: "5145550188" } })).json<OrderAccepted>();
    await created(accepted);
    const ask = (query: string, headers: Record<string, string> = {}) => world.app.inject({ url: `/api/customers/candidates?${query}`, headers });
    const agent = await agentHeaders();
    const found = async (query: string) => (await ask(query, agent)).json<{ candidates: { name: string; same: string[] }[] }>().candidates;
    expect(await found("email=HELENE@example.org&phone=514-555-0188")).toMatchObject([{ name: "Hélène Bélanger", same: ["email", "phone"] }]);
    expect((await found("name=Bélanger")).map(({ name }) => name)).toContain("Hélène Bélanger");
    expect(await found("")).toEqual([]);
    expect((await ask("name=Bélanger")).statusCode).toBe(401);
    expect((await ask("name=Bélanger", { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.technician)}` })).statusCode).toBe(403);
  });
});
