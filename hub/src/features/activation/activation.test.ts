import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { addMonths, billingPeriod, localDate } from "@gigafibre/contracts/dates";
import { firstInvoice } from "@gigafibre/contracts/invoices";
import { quote } from "@gigafibre/contracts/pricing";
import { selectionOf } from "@gigafibre/contracts/orders";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import { completed, heard, live, ordered, reaches, scanned } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { statusOf } from "../../../testing/order-flow.ts";
import { sampleBody } from "../../../testing/order-samples.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("an installation that is completed", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const list = (doctype: string, field: string, value: unknown) => world.erpnext.admin.list(doctype, [[field, "=", value]]);
  const dropOf = async ({ place }: Pick<Installed, "place">) =>
    (await world.app.db.query<{ sn: string; reserved: boolean }>(
      "select sn, exists (select 1 from port_reservation where fibre_id = fibre.id) as reserved from fibre where id = $1", [place.fibre_ids[0]],
    )).rows[0];
  const issuesOf = async ({ accepted }: Pick<Installed, "accepted">) => (await list("Issue", "order_id", accepted.order_id)).map(({ subject }) => subject);
  const eventsOf = async (name: string) => (await world.app.db.query<{ kind: string }>("select kind from event_log where name = $1 order by arrival", [name])).rows.map(({ kind }) => kind);
  const stays = async (accepted: Installed["accepted"], state: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await statusOf(world.app, accepted)).state).toBe(state);
  };

  it("follows its visit, waits for its ONT, and is then live with everything in one unit of work and one invoice", async () => {
    const { admin } = world.erpnext;
    const made = await ordered(world);
    const { accepted, job, location } = made;
    await admin.update("Dispatch Job", job.name, { assigned_to: "tech1@gigafibre.test", scheduled_start: "2030-04-09 09:00:00", status: "Scheduled" });
    await reaches(world, accepted, "scheduled");
    expect((await statusOf(world.app, accepted)).scheduled_date).toBe("2030-04-09");
    await admin.update("Dispatch Job", job.name, { status: "En Route" });
    await reaches(world, accepted, "en_route");
    await admin.update("Dispatch Job", job.name, { status: "In Progress" });
    await reaches(world, accepted, "in_progress");
    const gpon_sn = await scanned(world, location);
    await completed(world, job);
    await reaches(world, accepted, "awaiting_proof");
    expect(await dropOf(made)).toEqual({ sn: `RESERVED-${accepted.order_id}`, reserved: true });
    expect(await list("Sales Invoice", "order_id", accepted.order_id)).toEqual([]);

    await heard(world, gpon_sn);
    await reaches(world, accepted, "live");
    const today = localDate(new Date());
    const period = billingPeriod(today, 1);
    const [place] = await list("Service Location", "name", location);
    expect(place).toMatchObject({ status: "Active", activated_on: today });
    const subscriptions = await list("Service Subscription", "order_id", accepted.order_id);
    expect(subscriptions).toHaveLength(5);
    for (const each of subscriptions) {
      expect(each).toMatchObject({ status: "Active", start_date: today, billed_until: period.next_billing_date, next_billing_date: period.next_billing_date });
    }
    const equipment = (await list("Service Equipment", "service_location", location)).map((each) => [each["equipment_type"], each["status"]] as const);
    // The decoder was not scanned; the telephone is the ONT's.
    expect(new Map(equipment)).toEqual(new Map([["ONT", "Actif"], ["Routeur", "Actif"], ["Décodeur TV", "En attente"], ["Téléphone IP", "Actif"]]));
    const [project] = await list("Project", "order_id", accepted.order_id);
    expect(project?.["status"]).toBe("Completed");
    expect(new Set((await list("Task", "project", project?.name)).map(({ status }) => status))).toEqual(new Set(["Completed"]));

    const catalog = demoCatalog("standard");
    const expected = firstInvoice(quote(catalog, selectionOf(sampleBody, catalog, true)), { activated_on: today, billing_day: 1 });
    const invoices = await list("Sales Invoice", "order_id", accepted.order_id);
    expect(invoices.map((each) => [each["docstatus"], each["grand_total"], each["project"]])).toEqual([
      [1, expected.total_cents / 100, project?.name],
    ]);
    await eventually("the port to be its ONT's", async () => (await dropOf(made))?.sn === gpon_sn);
    expect(await dropOf(made)).toEqual({ sn: gpon_sn, reserved: false });
    expect((await eventsOf(job.name)).filter((kind) => kind.startsWith("order."))).toEqual([
      "order.created", "order.scheduled", "order.en_route", "order.in_progress", "order.awaiting_proof", "order.live",
    ]);
    const [unit] = await list("Unit of Work", "key", `activate:${job.name}`);
    expect(unit?.["on_behalf_of"]).toBe("Administrator");
  });

  it("whose ONT spoke before it was scanned, and by its own serial number, goes on when the scan arrives", async () => {
    const made = await ordered(world);
    const gpon_sn = "RCMG0A0B0C0D";
    await heard(world, `SN${gpon_sn}`);
    await completed(world, made.job);
    await reaches(world, made.accepted, "awaiting_proof");
    await scanned(world, made.location, gpon_sn);
    await reaches(world, made.accepted, "live");
    await eventually("the port to be its ONT's", async () => (await dropOf(made))?.sn === gpon_sn);
  });

  it("is not proven by what its ONT said before the order, by too little light, or by none", async () => {
    const made = await ordered(world);
    const gpon_sn = await scanned(world, made.location);
    await world.app.db.query("insert into device_session (serial, rx_power_dbm, last_seen) values ($1, -18, now() - interval '1 day')", [gpon_sn]);
    await completed(world, made.job);
    await reaches(world, made.accepted, "awaiting_proof");
    await heard(world, gpon_sn, -31);
    await heard(world, gpon_sn, null);
    await stays(made.accepted, "awaiting_proof");
    // After two hours, though nobody touches anything, it is the dispatchers', once, and a word of theirs is enough.
    await world.app.db.query("update activation set completed_at = now() - interval '2 hours' where order_id = $1", [made.accepted.order_id]);
    const issues = await eventually("the Issue", async () => {
      const found = await issuesOf(made);
      return found.length > 0 && found;
    }, 30_000);
    await heard(world, gpon_sn, -31);
    await stays(made.accepted, "awaiting_proof");
    expect(issues).toEqual([`Service sans preuve ${made.accepted.order_id}`]);
    expect(await issuesOf(made)).toEqual(issues);
    expect(await eventsOf(made.job.name)).toContain("order.unproven");
    await world.erpnext.admin.update("Dispatch Job", made.job.name, { proof_override_reason: "Signal mesuré sur place: -24 dBm" });
    await reaches(world, made.accepted, "live");
  });

  it("that an agent sold and invoiced gets no second invoice, and is billed from a month on", async () => {
    const { accepted } = await live(world, null);
    const invoices = await list("Sales Invoice", "order_id", accepted.order_id);
    expect(invoices.map(({ grand_total }) => grand_total)).toEqual([252.42]);
    const month = addMonths(localDate(new Date()), 1);
    for (const each of await list("Service Subscription", "order_id", accepted.order_id)) {
      expect(each).toMatchObject({ status: "Active", billed_until: month, next_billing_date: month });
    }
  });

  it("is activated once, though answers are lost, every change is told twice, and its ONT speaks again and again", async () => {
    const made = await ordered(world);
    const gpon_sn = await scanned(world, made.location);
    await world.erpnext.fault({ kind: "drop_after_commit", match: { path: "unit_of_work\\.commit" }, times: 2 }, { kind: "webhook_duplicate" });
    await completed(world, made.job);
    await Promise.all([1, 2, 3, 4].map(() => heard(world, gpon_sn)));
    await reaches(world, made.accepted, "live");
    await heard(world, gpon_sn);
    await completed(world, made.job, { notes: "encore" });
    await stays(made.accepted, "live");
    expect(await list("Sales Invoice", "order_id", made.accepted.order_id)).toHaveLength(1);
    expect(await list("Unit of Work", "key", `activate:${made.job.name}`)).toHaveLength(1);
  });

  it("counts what people changed in Desk since the order", async () => {
    const made = await ordered(world);
    const subscriptions = await list("Service Subscription", "order_id", made.accepted.order_id);
    const tv = subscriptions.find(({ item }) => item === "TVBSTANDARD");
    await world.erpnext.admin.update("Service Subscription", String(tv?.name), { status: "Cancelled" });
    const gpon_sn = await scanned(world, made.location);
    await completed(world, made.job);
    await heard(world, gpon_sn);
    await reaches(world, made.accepted, "live");
    const [invoice] = await list("Sales Invoice", "order_id", made.accepted.order_id);
    const items = ((await world.erpnext.admin.get("Sales Invoice", String(invoice?.name)))["items"] as { item_code: string }[]).map(({ item_code }) => item_code);
    expect(items).toContain("FTTH150I");
    expect(items).not.toContain("TVBSTANDARD");
    expect((await list("Service Subscription", "name", tv?.name))[0]?.["status"]).toBe("Cancelled");
  });

  it("never writes over a port that somebody else has by then", async () => {
    const made = await ordered(world);
    await world.app.db.query("update fibre set sn = 'TPLG12345678' where id = $1", [made.place.fibre_ids[0]]);
    const gpon_sn = await scanned(world, made.location);
    await completed(world, made.job);
    await heard(world, gpon_sn);
    await reaches(world, made.accepted, "live");
    await eventually("the Issue", async () => (await issuesOf(made)).includes(`Port à vérifier ${made.accepted.order_id}`));
    expect(await dropOf(made)).toEqual({ sn: "TPLG12345678", reserved: true });
  });

  it("that ERPNext refuses is put before people with nothing written, and goes on when the visit is saved again", async () => {
    const made = await ordered(world);
    const gpon_sn = await scanned(world, made.location);
    const phone = (await list("Service Subscription", "order_id", made.accepted.order_id)).find(({ service_type }) => service_type === "Phone");
    await world.erpnext.admin.update("Service Subscription", String(phone?.name), { e911_address: "" });
    await completed(world, made.job);
    await heard(world, gpon_sn);
    await eventually("the Issue", async () => {
      await world.hurry();
      return (await issuesOf(made)).includes(`Activation à traiter ${made.accepted.order_id}`);
    }, 30_000);
    expect((await statusOf(world.app, made.accepted)).state).toBe("awaiting_proof");
    expect(await list("Sales Invoice", "order_id", made.accepted.order_id)).toEqual([]);
    await world.erpnext.admin.update("Service Subscription", String(phone?.name), { e911_address: "123 Rue de l'Église, Saint-Anicet" });
    await world.erpnext.admin.update("Dispatch Job", made.job.name, { notes: "adresse 911 corrigée" });
    await reaches(world, made.accepted, "live");
  });
});
