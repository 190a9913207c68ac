import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { localDate } from "@gigafibre/contracts/dates";
import type { VisitActionAnswer } from "@gigafibre/contracts/visits";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { completed, heard, ordered, reaches, scanned } from "../../../testing/installation.ts";
import { jobNow, OTHER_TECHNICIAN, Phone, planned } from "../../../testing/visits.ts";
import type { Planned } from "../../../testing/visits.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const PATIENCE_MS = 60_000;

describe("money that a technician received", () => {
  let world: World;
  let phone: Phone;
  beforeAll(async () => {
    world = await startWorld();
    phone = await Phone.of(world);
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const list = (doctype: string, field: string, value: unknown) => world.erpnext.admin.list(doctype, [[field, "=", value]]);
  const draftsOf = async ({ accepted }: Pick<Planned, "accepted">) => list("Payment Entry", "order_id", accepted.order_id);
  const invoiceOf = async ({ accepted }: Pick<Planned, "accepted">): Promise<Document | undefined> => (await list("Sales Invoice", "order_id", accepted.order_id))[0];
  const chargeOf = async (invoice: string) =>
    (await world.app.db.query<{ state: string; reason: string | null }>("select state, reason from invoice_charge where invoice = $1", [invoice])).rows[0];
  const intentsFor = async (invoice: string) =>
    (await world.stripe.browser.list("payment_intents")).filter(({ metadata }) => (metadata as Record<string, string>)["sales_invoice"] === invoice);
  const goesLive = async (made: Planned): Promise<Document> => {
    const gpon_sn = await scanned(world, made.location);
    await completed(world, made.job);
    await heard(world, gpon_sn);
    await reaches(world, made.accepted, "live");
    const invoice = await invoiceOf(made);
    if (!invoice) throw new Error("no invoice");
    return invoice;
  };
  const heldBack = (invoice: string, reason: string) =>
    eventually(`the charge of ${invoice} to be held for ${reason}`, async () => {
      await world.hurry();
      const charge = await chargeOf(invoice);
      return charge?.state === "held" && charge.reason === reason;
    }, PATIENCE_MS);
  const paid = (made: Planned) =>
    eventually("the invoice to be paid", async () => {
      await world.hurry();
      return (await invoiceOf(made))?.["outstanding_amount"] === 0;
    }, PATIENCE_MS);
  const cash = (amount_cents: number) => ({ kind: "payment", method: "cash", amount_cents, reference: "" }) as const;

  it("is one draft in their name, however often it is sent, and a note of the visit; the invoice takes it and the card pays the rest once the office has submitted it", async () => {
    const made = await planned(world);
    const payment = phone.make(made.job.name, cash(5_000));
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    expect((await phone.send(payment)).statusCode).toBe(503);
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 1 });
    for (let tries = 0; (await phone.send(payment)).statusCode !== 200; tries += 1) expect(tries).toBeLessThan(4);
    expect((await phone.send(payment)).json<VisitActionAnswer>().replayed).toBe(true);
    const drafts = await draftsOf(made);
    expect(drafts).toMatchObject([{ docstatus: 0, payment_type: "Receive", paid_amount: 50, mode_of_payment: "Cash", paid_to: "Cash - GF", party: made.job["customer"], total_allocated_amount: 0 }]);
    expect(drafts[0]?.["remarks"]).toContain(made.job.name);
    const [unit] = await list("Unit of Work", "key", `field:${payment.id}:payment`);
    expect(unit?.["on_behalf_of"]).toBe(STAFF.technician);
    expect(String((await jobNow(world, made))["notes"]).split("Paiement reçu: 50.00 $, comptant")).toHaveLength(2);

    const invoice = await goesLive(made);
    await heldBack(invoice.name, "draft_payment");
    expect(await intentsFor(invoice.name)).toEqual([]);
    const [draft] = await draftsOf(made);
    expect(draft?.["total_allocated_amount"]).toBe(50);
    await world.erpnext.admin.update("Payment Entry", String(draft?.name), { docstatus: 1 });
    await paid(made);
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: Math.round(Number(invoice["grand_total"]) * 100) - 5_000, status: "succeeded" }]);
  });

  it("and the office submitted before the service went live, is an advance that the first invoice takes", async () => {
    const made = await planned(world);
    expect((await phone.does(made.job.name, { kind: "payment", method: "cheque", amount_cents: 2_000, reference: "0417" })).statusCode).toBe(200);
    const [draft] = await draftsOf(made);
    expect(draft).toMatchObject({ reference_no: "0417", paid_amount: 20 });
    await world.erpnext.admin.update("Payment Entry", String(draft?.name), { docstatus: 1 });
    const invoice = await goesLive(made);
    await paid(made);
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: Math.round(Number(invoice["grand_total"]) * 100) - 2_000 }]);
    expect((await draftsOf(made))[0]).toMatchObject({ unallocated_amount: 0 });
  });

  it("and the office discards lets the card be charged for all of it", async () => {
    const made = await planned(world);
    await phone.does(made.job.name, cash(3_000));
    const invoice = await goesLive(made);
    await heldBack(invoice.name, "draft_payment");
    const [draft] = await draftsOf(made);
    await world.erpnext.admin.remove("Payment Entry", String(draft?.name));
    await paid(made);
    expect(await intentsFor(invoice.name)).toMatchObject([{ amount: Math.round(Number(invoice["grand_total"]) * 100), status: "succeeded" }]);
  });

  it("at a visit that is no longer theirs is told to dispatch and holds the charge while that Issue is open", async () => {
    const made = await planned(world);
    const payment = phone.make(made.job.name, cash(1_000));
    await world.erpnext.admin.update("Dispatch Job", made.job.name, { assigned_to: OTHER_TECHNICIAN });
    expect((await phone.send(payment)).json<VisitActionAnswer>().outcome).toBe("kept_for_dispatch");
    expect(await draftsOf(made)).toEqual([]);
    const invoice = await goesLive(made);
    await heldBack(invoice.name, "draft_payment");
    const [issue] = await world.erpnext.admin.list("Issue", [["dispatch_job", "=", made.job.name], ["subject", "like", "Travail à vérifier%"]]);
    expect(issue?.["description"]).toContain("10.00 $");
    await world.erpnext.admin.update("Issue", String(issue?.name), { status: "Closed" });
    await paid(made);
  });

  it("for an order that is paid later is set against its invoice, and comes off what the link asks for", async () => {
    const made = await ordered(world, null);
    const today = localDate(new Date());
    await world.erpnext.admin.update("Dispatch Job", made.job.name, { assigned_to: STAFF.technician, scheduled_start: `${today} 09:00:00`, scheduled_end: `${today} 11:00:00`, status: "Scheduled" });
    const carried = async () => (await phone.days()).visits.find(({ name }) => name === made.job.name)?.payment;
    const before = await carried();
    expect(before?.owed_cents).toBe(25_242);
    expect((await world.app.inject({ url: new URL(String(before?.url)).pathname })).statusCode).toBe(303);
    await phone.does(made.job.name, cash(25_000));
    expect(await carried()).toEqual({ owed_cents: 242, url: before?.url });
    expect((await draftsOf(made))[0]).toMatchObject({ total_allocated_amount: 250 });
    await phone.does(made.job.name, cash(242));
    expect(await carried()).toBeNull();
    const page = await world.app.inject({ url: new URL(String(before?.url)).pathname });
    expect([page.statusCode, page.body.includes("Paiement reçu")]).toEqual([200, true]);
  });

  it("that cannot be entered is an Issue and holds the charge; nothing is charged either while no account is chosen for it", async () => {
    const made = await planned(world);
    const { admin } = world.erpnext;
    const settings = await admin.get("Gigafibre Settings", "Gigafibre Settings");
    await admin.update("Company", "Gigafibre", { default_bank_account: "" });
    await admin.update("Gigafibre Settings", "Gigafibre Settings", { payment_account: "" });
    const answer = await phone.does(made.job.name, { kind: "payment", method: "cheque", amount_cents: 4_000, reference: "12" });
    expect(answer.statusCode).toBe(200);
    expect(await draftsOf(made)).toEqual([]);
    const [issue] = await admin.list("Issue", [["order_id", "=", made.accepted.order_id], ["subject", "like", "Paiement sur place à inscrire%"]]);
    expect(issue?.["description"]).toContain("40.00 $");
    const invoice = await goesLive(made);
    await heldBack(invoice.name, "draft_payment");
    await admin.update("Issue", String(issue?.name), { status: "Closed" });
    await heldBack(invoice.name, "no_account");
    await admin.update("Gigafibre Settings", "Gigafibre Settings", { payment_account: settings["payment_account"] });
    await paid(made);
  });
});
