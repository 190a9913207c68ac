import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addDays, billingPeriod, localDate } from "@gigafibre/contracts/dates";
import type { ServiceChange, ServiceChangePreview } from "@gigafibre/contracts/services";
import { Agent } from "../../../testing/calls.ts";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import type { Document } from "../../../testing/erpnext-admin.ts";
import { gponSerial, live } from "../../../testing/installation.ts";
import type { Installed } from "../../../testing/installation.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("a live service", () => {
  let world: World;
  let agent: Agent;
  let made: Installed;
  beforeAll(async () => {
    world = await startWorld({ settings: { ACS_TOKEN: "token-of-the-acs-in-tests" } });
    agent = await Agent.of(world);
    made = await live(world);
  });
  afterAll(() => world.stop());

  const list = (doctype: string, ...filters: [string, string, unknown][]): Promise<Document[]> => world.erpnext.admin.list(doctype, filters);
  const look = async (change: ServiceChange): Promise<ServiceChangePreview> => {
    const answer = await agent.asks("services/preview", { id: undefined, location: made.location, change });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return answer.json<ServiceChangePreview>();
  };
  const does = async (change: ServiceChange) => agent.done(await agent.asks("services", { location: made.location, change, seen: (await look(change)).seen }));
  const subscriptions = (status: string) => list("Service Subscription", ["service_location", "=", made.location], ["status", "=", status]);
  const place = () => world.erpnext.admin.get("Service Location", made.location);
  const told = (text: RegExp) => eventually(`${text} to be told`, async () => (await world.inbox.messages(made.accepted.order_id)).find((message) => message.channel === "sms" && text.test(JSON.stringify(message))));
  const today = localDate(new Date());
  const next = billingPeriod(today, 1).next_billing_date;

  it("is suspended: what was billed and is not used comes back, support closes the port, nothing is due, and the customer is told", async () => {
    const before = await subscriptions("Active");
    const preview = await look({ kind: "suspension" });
    expect(preview).toMatchObject({ from: addDays(today, 1), charged: false });
    expect(preview.total_cents).toBeLessThanOrEqual(0);
    const done = await does({ kind: "suspension" });
    expect((await place())["status"]).toBe("Suspended");
    expect(await subscriptions("Suspended")).toHaveLength(before.length);
    if (preview.total_cents < 0) {
      const note = await world.erpnext.admin.get("Sales Invoice", String(done.documents["credit"]));
      expect(note).toMatchObject({ is_return: 1, docstatus: 1 });
      expect(Math.round(Number(note["grand_total"]) * 100)).toBe(preview.total_cents);
    }
    expect((await world.erpnext.admin.get("Task", String(done.documents["task"])))["subject"]).toMatch(/^Suspendre port OLT/);
    await told(/suspendu/);
    const device = await world.app.inject({ url: `/devices/${made.gpon_sn}/provision?model=tr098`, headers: { authorization: "Bearer token-of-the-acs-in-tests" } });
    expect(device.statusCode).toBe(200);
    const values = device.json<{ parameters: { path: string; value: string }[] }>().parameters;
    expect(values.some(({ path }) => /AuthUserName/.test(path))).toBe(false);
    expect((await agent.asks("services", { location: made.location, change: { kind: "suspension" }, seen: preview.seen })).json()).toMatchObject({ status: 409, reason: "service_not_active" });
  });

  it("is taken up again, billed from where it stopped to the next billing day, by the card on file", async () => {
    const preview = await look({ kind: "resumption" });
    expect(preview).toMatchObject({ from: addDays(today, 1), billed_until: addDays(today, 1) > next ? addDays(today, 1) : next });
    const done = await does({ kind: "resumption" });
    expect((await place())["status"]).toBe("Active");
    for (const each of await subscriptions("Active")) expect(each["next_billing_date"]).toBe(preview.billed_until);
    if (preview.net_cents > 0) {
      const invoice = String(done.documents["invoice"]);
      expect(Math.round(Number((await world.erpnext.admin.get("Sales Invoice", invoice))["grand_total"]) * 100)).toBe(preview.total_cents);
      await eventually("the card to be charged", async () => {
        await world.hurry();
        return (await world.erpnext.admin.get("Sales Invoice", invoice))["outstanding_amount"] === 0;
      }, 60_000);
    }
    await told(/repris/);
  });

  it("gets another plan: the old one ends, the new one is billed as far as the old was, and support changes the profile", async () => {
    const plans = async () => (await subscriptions("Active")).filter((each) => each["service_type"] === "Internet");
    const [old] = await plans();
    const sku = old?.["item"] === "FTTH500I" ? "FTTH150I" : "FTTH500I";
    const done = await does({ kind: "plan", sku });
    const now = await plans();
    expect(now.map((each) => [each["item"], each["billed_until"], each.name])).toEqual([[sku, old?.["billed_until"], done.documents["subscription"]]]);
    expect(await world.erpnext.admin.get("Service Subscription", String(old?.name))).toMatchObject({ status: "Cancelled", end_date: today });
    await told(/forfait/);
    expect((await agent.asks("services/preview", { id: undefined, location: made.location, change: { kind: "plan", sku } })).statusCode).toBe(422);
  });

  it("gets a second TV box, sold at its price, waiting for its device and its visit", async () => {
    const boxes = await list("Service Equipment", ["service_location", "=", made.location], ["equipment_type", "=", "Décodeur TV"]);
    const preview = await look({ kind: "tv_box", visit: true });
    expect(preview.net_cents > 0).toBe(boxes.length > 0);
    const done = await does({ kind: "tv_box", visit: true });
    expect(await world.erpnext.admin.get("Service Equipment", String(done.documents["device"]))).toMatchObject({ equipment_type: "Décodeur TV", status: "En attente" });
    expect(await world.erpnext.admin.get("Dispatch Job", String(done.documents["job"]))).toMatchObject({ job_type: "Repair", status: "Open" });
  });

  it("is changed by nobody who may not write it in ERPNext, nor on what is no longer so", async () => {
    const technician = await Agent.of(world, STAFF.technician);
    expect((await technician.asks("services", { location: made.location, change: { kind: "suspension" }, seen: "x" })).statusCode).toBe(403);
    expect((await agent.asks("services", { location: made.location, change: { kind: "suspension" }, seen: "x" })).json()).toMatchObject({ status: 409, reason: "call_changed" });
  });

  it("has its dead ONT replaced: profile and port follow to the new serial, the old one is told nothing, and support is asked once", async () => {
    const onts = () => list("Service Equipment", ["service_location", "=", made.location], ["equipment_type", "=", "ONT"]);
    const [old] = await onts();
    const gpon_sn = gponSerial();
    const body = { equipment: old?.name, becomes: "Défectueux", serial_number: null, gpon_sn, mac_address: null };
    const done = await agent.done(await agent.asks("swap", body));
    expect((await onts()).map((each) => [each.name, each["status"]]).sort()).toEqual([[old?.name, "Défectueux"], [done.documents["device"], "Actif"]].sort());
    expect(await world.erpnext.admin.get("Service Equipment", String(done.documents["device"]))).toMatchObject({ gpon_sn, device_profile: old?.["device_profile"] });
    const { rows } = await world.app.db.query<{ sn: string; ontid: number }>("select sn, ontid from fibre where id = $1", [made.place.fibre_ids[0]]);
    expect(rows).toMatchObject([{ sn: gpon_sn }]);
    const task = await world.erpnext.admin.get("Task", String(done.documents["task"]));
    expect(task).toMatchObject({ status: "Open" });
    expect(String(task["description"])).toContain(gpon_sn);
    const provision = (serial: string) => world.app.inject({ url: `/devices/${serial}/provision?model=tr098`, headers: { authorization: "Bearer token-of-the-acs-in-tests" } });
    expect((await eventually("the new one to be told", async () => { const answer = await provision(gpon_sn); return answer.statusCode === 200 && answer; })).json()).toHaveProperty("parameters");
    await eventually("the old one to be told nothing", async () => (await provision(made.gpon_sn)).json<{ reason?: string }>().reason === "device_without_service");
    expect((await world.app.db.query("select 1 from port_activation where equipment = $1 and state = 'requested'", [done.documents["device"]])).rowCount).toBe(1);
    expect((await agent.asks("swap", body)).json()).toMatchObject({ status: 409, reason: "device_not_in_use" });
  });

  it("keeps its WiFi when its router is replaced, and takes none that stands elsewhere", async () => {
    const [router] = await list("Service Equipment", ["service_location", "=", made.location], ["equipment_type", "=", "Routeur"]);
    const other = await live(world);
    const [theirs] = await list("Service Equipment", ["service_location", "=", other.location], ["equipment_type", "=", "Routeur"]);
    const swap = { equipment: router?.name, becomes: "Retourné", serial_number: null, gpon_sn: null };
    expect((await agent.asks("swap", { ...swap, mac_address: theirs?.["mac_address"] })).json()).toMatchObject({ status: 409, reason: "serial_elsewhere" });
    const done = await agent.done(await agent.asks("swap", { ...swap, mac_address: "40:3f:8c:00:00:01" }));
    expect(await world.erpnext.admin.get("Service Equipment", String(done.documents["device"]))).toMatchObject({ custom_wifi_ssid: router?.["custom_wifi_ssid"], mac_address: "403F8C000001", status: "Actif" });
    const secret = (name: unknown) => world.erpnext.admin.call("POST", "/api/method/frappe.client.get_password", { doctype: "Service Equipment", name, fieldname: "custom_wifi_password" });
    expect((await secret(done.documents["device"]))["message"]).toBe((await secret(router?.name))["message"]);
  });
});
