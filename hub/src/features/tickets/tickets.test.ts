import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CustomerOverview } from "@gigafibre/contracts/customer-360";
import { Agent } from "../../../testing/calls.ts";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { ordered } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a customer who calls", () => {
  let world: World;
  let agent: Agent;
  beforeAll(async () => {
    world = await startWorld();
    agent = await Agent.of(world);
  });
  afterAll(() => world.stop());

  const list = (doctype: string, ...filters: [string, string, unknown][]): Promise<Document[]> => world.erpnext.admin.list(doctype, filters);

  it("has a ticket opened once however often it is sent, answered where they read, and made a visit of, all linked", async () => {
    const made = await ordered(world);
    const customer = String(made.job["customer"]);
    const ticket = { id: randomUUID(), customer, location: made.location, subject: "Pas d'Internet", text: "Depuis hier\nle voyant est rouge." };
    const [one, other] = await Promise.all([agent.asks("tickets", ticket), agent.asks("tickets", ticket)]);
    expect([one.statusCode, other.statusCode]).toEqual([200, 200]);
    const issue = String((await agent.done(one)).documents["issue"]);
    expect((await list("Issue", ["customer", "=", customer])).map(({ name }) => name)).toEqual([issue]);
    expect(await world.erpnext.admin.get("Issue", issue)).toMatchObject({ status: "Open", service_location: made.location });

    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    await agent.done(await agent.asks("answers", { issue, by: "both", text: "Nous venons demain.", close: false }));
    expect((await world.erpnext.admin.get("Issue", issue))["status"]).toBe("Replied");
    expect((await list("Communication", ["reference_name", "=", issue])).map((each) => each["communication_medium"]).sort()).toEqual(["Email", "SMS"]);
    const sent = await eventually("both to leave", async () => {
      const messages = await world.inbox.messages("Nous venons demain.");
      return messages.length >= 2 && messages;
    });
    expect(sent.map(({ channel }) => channel).sort()).toEqual(["email", "sms"]);
    const { thread } = await agent.get<CustomerOverview>(`/api/customers/${encodeURIComponent(customer)}/overview`);
    const said = thread.entries.filter((entry) => entry.kind === "message" && entry.text.includes("Nous venons demain."));
    expect(said.map(({ doctype }) => doctype)).toEqual(["Outbox", "Outbox"]);

    const visit = await agent.done(await agent.asks("repairs", { issue, notes: "Apporter un ONT", preferred_dates: [] }));
    const job = String(visit.documents["job"]);
    expect(await world.erpnext.admin.get("Dispatch Job", job)).toMatchObject({ job_type: "Repair", status: "Open", service_location: made.location });
    expect((await world.erpnext.admin.get("Issue", issue))["dispatch_job"]).toBe(job);
  });

  it("has a ticket that goes from hand to hand, seen in the thread and told to others, as Desk has it; never to who is not of the office", async () => {
    const dispatcher = await Agent.of(world, STAFF.dispatcher);
    const made = await ordered(world);
    const customer = String(made.job["customer"]);
    const issue = String((await agent.done(await agent.asks("tickets", { customer, subject: "Lenteur", text: "Le soir." }))).documents["issue"]);
    const give = (by: Agent, user: string | null) => world.app.inject({ method: "PUT", url: `/api/tickets/${issue}/assignee`, headers: by.headers, payload: { user } });
    const told = async (): Promise<number> => (await world.app.db.query("select 1 from event_log where kind = 'document.changed' and name = $1 and key like 'ticket.assigned:%'", [issue])).rowCount ?? 0;
    expect((await agent.get<{ user: string }[]>("/api/tickets/people")).map(({ user }) => user)).toEqual(expect.arrayContaining([STAFF.agent, STAFF.dispatcher]));
    expect((await give(agent, STAFF.agent)).json()).toEqual({ issue, assigned: [STAFF.agent] });
    expect((await give(dispatcher, STAFF.dispatcher)).json()).toEqual({ issue, assigned: [STAFF.dispatcher] });
    expect(await told()).toBe(2);
    const { thread } = await agent.get<CustomerOverview>(`/api/customers/${encodeURIComponent(customer)}/overview`);
    expect(thread.entries.find(({ name }) => name === issue)).toMatchObject({ kind: "issue", assigned: [STAFF.dispatcher] });
    expect((await list("ToDo", ["reference_name", "=", issue])).map(({ allocated_to, status }) => [allocated_to, status]).sort()).toEqual([[STAFF.agent, "Cancelled"], [STAFF.dispatcher, "Open"]]);
    expect((await give(agent, STAFF.technician)).statusCode).toBe(404);
    expect((await give(await Agent.of(world, STAFF.technician), STAFF.agent)).statusCode).toBe(403);
    expect((await give(agent, null)).json()).toEqual({ issue, assigned: [] });
  });

  it("twice is one customer after the merge: places, orders and messages are the other's, and the card that stays is said", async () => {
    const [one, two] = [await ordered(world), await ordered(world)];
    const [from, into] = [String(two.job["customer"]), String(one.job["customer"])];
    const cardOf = async (name: string) => (await world.erpnext.admin.get("Customer", name))["stripe_payment_method"];
    const card = await cardOf(from);
    const merge = (more: object = {}) => world.app.inject({ method: "POST", url: "/api/calls/merge", headers: agent.headers, payload: { from, into, ...more } });
    expect((await merge()).json()).toMatchObject({ status: 409, reason: "two_cards" });
    expect((await merge({ keep_card: "from" })).json()).toEqual({ customer: into, replayed: false });
    expect((await merge({ keep_card: "from" })).json()).toEqual({ customer: into, replayed: true });
    expect(await list("Customer", ["name", "=", from])).toEqual([]);
    expect((await list("Service Location", ["customer", "=", into])).map(({ name }) => name).sort()).toEqual([one.location, two.location].sort());
    expect(await cardOf(into)).toBe(card);
    const said = (await list("Comment", ["reference_name", "=", into])).filter((each) => each["comment_type"] === "Comment");
    expect(said).toMatchObject([{ comment_email: "agent@gigafibre.test", content: expect.stringMatching(/^<p>Fusion demandée par .+: tout ce qui était à « .+ » est à ce client\.<\/p>$/) as string }]);
    const { rows } = await world.app.db.query("select id from order_intake where documents ->> 'customer' = $1", [into]);
    expect(rows).toHaveLength(2);
    expect((await world.app.inject({ method: "POST", url: "/api/calls/merge", headers: agent.headers, payload: { from: "Personne", into } })).statusCode).toBe(404);
  });
});
