import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CancellationPreview } from "@gigafibre/contracts/cancellation";
import { Agent } from "../../../testing/calls.ts";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { completed, heard, live, ordered, reaches, scanned } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { statusOf } from "../../../testing/order-flow.ts";
import { planned, Phone } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

type Ordered = Omit<Installed, "gpon_sn">;

describe("an order or a service is cancelled", () => {
  let world: World;
  let agent: Agent;
  beforeAll(async () => {
    world = await startWorld();
    agent = await Agent.of(world);
  });
  afterEach(async () => {
    await world.erpnext.heal();
    await world.stripe.heal();
  });
  afterAll(() => world.stop());

  const list = (doctype: string, ...filters: [string, string, unknown][]): Promise<Document[]> => world.erpnext.admin.list(doctype, filters);
  const bearer = ({ accepted }: Ordered) => ({ authorization: `Bearer ${accepted.token}` });
  const lookAsCustomer = (made: Ordered) => world.app.inject({ url: `/api/orders/${made.accepted.order_id}/cancellation`, headers: bearer(made) });
  const asCustomer = (made: Ordered, seen: string, id: string = randomUUID()) =>
    world.app.inject({ method: "POST", url: `/api/orders/${made.accepted.order_id}/cancellation`, headers: bearer(made), payload: { id, seen } });
  const look = (made: Ordered, credit = "all") => agent.get<CancellationPreview>(`/api/calls/cancellation?location=${made.location}&credit=${credit}`);
  const cancel = async (made: Ordered, credit: "all" | "unused_days" | "none" = "all", more: object = {}) =>
    agent.asks("cancellation", { of: { location: made.location }, credit, seen: (await look(made, credit)).seen, ...more });
  const drop = async ({ place }: Ordered) => (await world.app.db.query<{ sn: string | null }>("select sn from fibre where id = $1", [place.fibre_ids[0]])).rows[0]?.sn ?? "";
  const told = async (about: string) => (await world.inbox.messages(about)).filter((message) => /annul/i.test(JSON.stringify(message)));
  const paid = ({ accepted }: Ordered) =>
    eventually("the invoice to be paid", async () => {
      await world.hurry();
      const [invoice] = await list("Sales Invoice", ["order_id", "=", accepted.order_id], ["is_return", "=", 0]);
      return invoice?.["outstanding_amount"] === 0 && (await list("Payment Entry", ["party", "=", invoice["customer"]])).length > 0 && invoice;
    }, 60_000);
  const refunds = async (orderId: string) => (await world.stripe.browser.list("refunds")).filter(({ metadata }) => (metadata as Record<string, string>)["order_id"] === orderId);
  const balanceOf = async (orderId: string): Promise<number> => {
    const invoices = (await list("Sales Invoice", ["order_id", "=", orderId])).filter(({ docstatus }) => docstatus === 1);
    return invoices.reduce((sum, invoice) => sum + Math.round(Number(invoice["outstanding_amount"]) * 100), 0);
  };

  it("by its customer before the installation: everything at once, the port free for the next, told once", async () => {
    const made = await planned(world);
    const { order_id } = made.accepted;
    const preview = (await lookAsCustomer(made)).json<CancellationPreview>();
    expect(preview).toMatchObject({ installed: false, visits: [made.job.name], credited_cents: 0, refund_cents: 0, lets_card_go: true, charge_under_way: false });
    const id = randomUUID();
    const answers = await Promise.all([asCustomer(made, preview.seen, id), asCustomer(made, preview.seen, id)]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    await reaches(world, made.accepted, "cancelled");
    expect((await world.erpnext.admin.get("Dispatch Job", made.job.name))["status"]).toBe("Cancelled");
    expect(await world.erpnext.admin.get("Service Location", made.location)).toMatchObject({ status: "Cancelled", former_fibre_id: made.place.fibre_ids[0] });
    for (const [doctype, status] of [["Service Subscription", "Cancelled"], ["Service Equipment", "Retourné"]] as const) {
      expect(new Set((await list(doctype, ["service_location", "=", made.location])).map((each) => each["status"]))).toEqual(new Set([status]));
    }
    const [project] = await list("Project", ["order_id", "=", order_id]);
    expect(project?.["status"]).toBe("Cancelled");
    expect(new Set((await list("Task", ["project", "=", project?.name])).map((task) => task["status"]))).toEqual(new Set(["Cancelled"]));
    expect(await drop(made)).toBe("");
    const customer = await world.erpnext.admin.get("Customer", String(made.job["customer"]));
    expect(customer).toMatchObject({ ppa_enabled: 0 });
    expect(customer["stripe_payment_method"] ?? "").toBe("");
    await eventually("the card to be let go", async () => (await world.app.db.query("select 1 from card_release where released_at is not null and payment_method = (select payment_method from card_release order by created_at desc limit 1)")).rowCount === 1);
    const messages = await eventually("the customer to be told", async () => {
      const sent = await told(order_id);
      return sent.length >= 3 && sent;
    });
    expect(messages.map(({ channel }) => channel).sort()).toEqual(["email", "slack", "sms"]);
    expect((await asCustomer(made, preview.seen)).json()).toMatchObject({ status: 409, reason: "already_cancelled" });
    // The next one may have it.
    await expect(ordered(world, "4242424242424242", {}, made.place)).resolves.toMatchObject({ place: made.place });
  });

  it("is not the customer's to do without the token, nor once somebody is on the way", async () => {
    const made = await planned(world);
    const { seen } = (await lookAsCustomer(made)).json<CancellationPreview>();
    expect((await world.app.inject({ url: `/api/orders/${made.accepted.order_id}/cancellation`, headers: { authorization: "Bearer other" } })).statusCode).toBe(404);
    await (await Phone.of(world)).does(made.job.name, { kind: "set_out", arrives_at: null, position: null });
    for (const answer of [await lookAsCustomer(made), await asCustomer(made, seen)]) expect(answer.json()).toMatchObject({ status: 409, reason: "installation_begun" });
    expect((await statusOf(world.app, made.accepted)).state).not.toBe("cancelled");
  });

  it("of a service that was paid by card is credited to the cent, refunded at Stripe once, entered once, and leaves nobody owing", async () => {
    const made = await live(world);
    const invoice = await paid(made);
    const cents = Math.round(Number(invoice["grand_total"]) * 100);
    expect(await look(made)).toMatchObject({ installed: true, credited_cents: cents, refund_cents: cents, by_hand_cents: 0, devices: 2, invoices: [{ name: invoice.name, becomes: "credited" }] });
    await world.stripe.fault({ kind: "drop_after_commit", match: { method: "POST", path: "refunds" }, times: 1 });
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    const done = await agent.done(await cancel(made, "all", { reason: "Déménage" }));
    expect(done).toMatchObject({ state: "done", documents: { credit: expect.any(String) as string, job: expect.any(String) as string } });
    const entry = await eventually("the refund in the books", async () => {
      await world.hurry();
      return (await list("Payment Entry", ["party", "=", invoice["customer"]], ["payment_type", "=", "Pay"]))[0];
    }, 60_000);
    expect(entry).toMatchObject({ docstatus: 1, paid_amount: cents / 100, unallocated_amount: 0 });
    expect(await refunds(made.accepted.order_id)).toMatchObject([{ amount: cents, status: "succeeded" }]);
    expect(await balanceOf(made.accepted.order_id)).toBe(0);
    expect(await list("Sales Invoice", ["order_id", "=", made.accepted.order_id], ["is_return", "=", 1])).toHaveLength(1);
    expect(await drop(made)).toBe("");
    expect(await world.erpnext.admin.get("Dispatch Job", String(done.documents["job"]))).toMatchObject({ job_type: "Retrieval", status: "Open" });
    const provision = await world.app.inject({ url: `/devices/${made.gpon_sn}/provision`, headers: { authorization: "Bearer x" } });
    expect(provision.statusCode).not.toBe(200);
  });

  it("is refused with what it would be now, when it is something else than what was seen", async () => {
    const made = await ordered(world);
    const { seen } = await look(made);
    await scanned(world, made.location);
    await completed(world, made.job);
    await reaches(world, made.accepted, "awaiting_proof");
    const answer = await agent.asks("cancellation", { of: { location: made.location }, credit: "all", seen });
    expect(answer.json()).toMatchObject({ status: 409, reason: "call_changed", details: { now: { visits: [] } } });
    expect((await world.erpnext.admin.get("Service Location", made.location))["status"]).toBe("Pending Install");
  });

  it("and a visit completed at that very moment end in one of the two, whole", async () => {
    for (let round = 0; round < 3; round++) {
      const made = await planned(world);
      const gpon_sn = await scanned(world, made.location);
      const { seen } = await look(made);
      const [answer] = await Promise.all([agent.asks("cancellation", { of: { location: made.location }, credit: "all", seen }), completed(world, made.job).catch(() => undefined), heard(world, gpon_sn)]);
      const isCancelled = answer.statusCode === 200;
      await reaches(world, made.accepted, isCancelled ? "cancelled" : "live");
      const place = await world.erpnext.admin.get("Service Location", made.location);
      const job = await world.erpnext.admin.get("Dispatch Job", made.job.name);
      expect([place["status"], job["status"]]).toEqual(isCancelled ? ["Cancelled", "Cancelled"] : ["Active", "Completed"]);
      await eventually("the port to be whose it is", async () => (await drop(made)) === (isCancelled ? "" : gpon_sn));
      if (isCancelled) expect(await list("Sales Invoice", ["order_id", "=", made.accepted.order_id])).toEqual([]);
    }
  });

  it("waits for a card that is being asked, and gives back what it paid", async () => {
    await world.stripe.fault({ kind: "latency", match: { method: "POST", path: "confirm" }, ms: 1_500, times: 1 });
    const made = await live(world);
    await eventually("the card to be asked", async () => (await world.app.db.query("select 1 from invoice_charge where order_id = $1 and state in ('confirming', 'charged')", [made.accepted.order_id])).rowCount === 1);
    const answer = await cancel(made);
    expect(answer.statusCode).toBe(200);
    expect(await agent.done(answer)).toMatchObject({ state: "done" });
    const [refund] = await eventually("the refund", async () => {
      await world.hurry();
      const made_ = await refunds(made.accepted.order_id);
      return made_.length > 0 && made_;
    }, 60_000);
    const [invoice] = await list("Sales Invoice", ["order_id", "=", made.accepted.order_id], ["is_return", "=", 0]);
    expect(refund).toMatchObject({ amount: Math.round(Number(invoice?.["grand_total"]) * 100) });
  });

  it("of an agent's order that is not paid cancels its invoice, closes its page, and its link pays nothing", async () => {
    const made = await ordered(world, null, { payment: { method: "invoice_later", send_payment_link: "sms" } });
    const sms = await eventually("the link", async () => (await world.inbox.messages(made.accepted.order_id)).map((message) => /\/pay\/([\w-]+)/.exec(JSON.stringify(message))?.[1]).find(Boolean) ?? false);
    const page = await world.app.inject({ url: `/pay/${sms}` });
    expect(page.statusCode).toBe(303);
    expect(await look(made)).toMatchObject({ invoices: [{ becomes: "cancelled" }], credited_cents: 0, refund_cents: 0 });
    await agent.done(await cancel(made));
    expect((await list("Sales Invoice", ["order_id", "=", made.accepted.order_id])).map(({ docstatus }) => docstatus)).toEqual([2]);
    expect((await world.app.inject({ url: `/pay/${sms}` })).statusCode).toBe(404);
    const session = (await world.stripe.browser.list("checkout/sessions")).find(({ url, metadata }) => url === page.headers.location || (metadata as Record<string, string>)["order_id"] === made.accepted.order_id);
    expect(session).toMatchObject({ status: "expired", payment_status: "unpaid" });
  });

  it("of a service may give back the days that are not used only, refunded as far as the card paid", async () => {
    const made = await live(world);
    const invoice = await paid(made);
    const preview = await look(made, "unused_days");
    expect(preview.refund_cents).toBe(preview.credited_cents);
    expect(preview.credited_cents).toBeLessThan(Math.round(Number(invoice["grand_total"]) * 100));
    await agent.done(await cancel(made, "unused_days"));
    const notes = await list("Sales Invoice", ["order_id", "=", made.accepted.order_id], ["is_return", "=", 1]);
    expect(notes.map((note) => Math.abs(Math.round(Number(note["grand_total"]) * 100) + preview.credited_cents) <= 1)).toEqual(preview.credited_cents === 0 ? [] : [true]);
  });

  it("is nobody's to do who may not write in ERPNext, and another id's request is another", async () => {
    const made = await ordered(world);
    const technician = await Agent.of(world, STAFF.technician);
    const { seen } = await look(made);
    const body = { of: { location: made.location }, credit: "all", seen };
    expect((await technician.asks("cancellation", body)).statusCode).toBe(403);
    const id = randomUUID();
    expect((await agent.asks("cancellation", { ...body, id })).statusCode).toBe(200);
    expect((await agent.asks("cancellation", { ...body, id, reason: "Autre" })).json()).toMatchObject({ status: 409, reason: "call_id_reused" });
  });

  it("when nobody stays to press again goes on by itself, whatever ERPNext's answer was lost", async () => {
    const made = await ordered(world);
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 2 });
    const answer = await cancel(made);
    expect(answer.json()).toMatchObject({ state: "under_way" });
    expect(await agent.done(answer)).toMatchObject({ state: "done" });
    expect((await statusOf(world.app, made.accepted)).state).toBe("cancelled");
  });
});
