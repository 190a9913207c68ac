import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customerOverview, threadPage } from "@gigafibre/contracts/customer-360";
import type { CustomerOverview, ThreadPage } from "@gigafibre/contracts/customer-360";
import { findAnswer } from "@gigafibre/contracts/find";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { makePlace } from "../../../testing/plant.ts";
import { startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

let world: World;
let customer: string;
let place: string;
let router: string;
let item: string;
beforeAll(async () => {
  world = await startWorld();
  const { admin } = world.erpnext;
  const values = { customer_name: "Éloïse Trembléy-Gagné", customer_group: "Résidentiel", territory: "Canada", legacy_customer_id: "SPL-88123" };
  customer = (await admin.insert("Customer", values)).name;
  const links = [{ link_doctype: "Customer", link_name: customer }];
  await admin.insert("Contact", {
    first_name: "Éloïse", is_primary_contact: 1, links,
    email_ids: [{ email_id: "eloise@exemple.test", is_primary: 1 }], phone_nos: [{ phone: "450 555-0177", is_primary_mobile_no: 1 }, { phone: "(514) 555-0188" }],
  });
  await admin.insert("Address", { address_title: "Éloïse", address_type: "Billing", address_line1: "44 rang du Six", city: "Hemmingford", country: "Canada", links });
  place = (await admin.insert("Service Location", { customer, address_line: "44 rang du Six", city: "Hemmingford", postal_code: "J0L 1H0" })).name;
  router = (
    await admin.insert("Service Equipment", {
      customer, service_location: place, equipment_type: "Routeur", serial_number: "DECO-7F33", mac_address: "AA:BB:CC:00:11:22", custom_wifi_ssid: "Six", custom_wifi_password: "rang-six-66",
    })
  ).name;
  item = (await admin.list("Item", [["service_type", "=", "Internet"]]))[0]?.name ?? "";
  await admin.insert("Service Subscription", { customer, service_location: place, item, service_type: "Internet", quantity: 1, price: 79.95 });
  await admin.insert("Issue", { subject: "Internet lent le soir", customer });
  await admin.insert("Dispatch Job", { customer, service_location: place, job_type: "Repair" });
  await world.app.db.query("insert into device_session (serial, equipment, ip, firmware, rx_power_dbm, online) values ('DECO-7F33', $1, '10.0.0.9', '1.4.2', -19.5, true)", [router]);
});
afterAll(() => world.stop());

async function asked(user: string, path: string, payload?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { origin: world.hubUrl, cookie: `sid=${await world.erpnext.admin.sessionFor(user)}` };
  const answer = await world.app.inject({ method: payload ? "POST" : "GET", url: path, headers, ...(payload ? { payload } : {}) });
  return { status: answer.statusCode, body: answer.json() };
}
const of = (rest: string): string => `/api/customers/${encodeURIComponent(customer)}/${rest}`;
const overview = async (user: string = STAFF.agent): Promise<CustomerOverview> => customerOverview.parse((await asked(user, of("overview"))).body);
const thread = async (query: string): Promise<ThreadPage> => threadPage.parse((await asked(STAFF.agent, of(`thread?${query}`))).body);

describe("a customer on one page", () => {
  it("is all there in one answer, with what the hub knows of the devices", async () => {
    const seen = await overview();
    expect(seen.absent).toEqual({});
    expect(seen.customer).toMatchObject({ name: customer, legacy_customer_id: "SPL-88123" });
    expect(seen.contacts?.[0]).toMatchObject({ email_ids: [{ email_id: "eloise@exemple.test" }], phone_nos: [{ phone: "450 555-0177", sms_stopped: false }, { phone: "(514) 555-0188" }] });
    expect(seen.addresses).toMatchObject([{ city: "Hemmingford" }]);
    expect(seen.locations).toMatchObject([{ name: place, subscriptions: [{ item }], equipment: [{ name: router, device: { online: true, ip: "10.0.0.9", rx_power_dbm: -19.5, signal: "good" } }] }]);
    expect(seen.elsewhere).toEqual({ subscriptions: [], equipment: [] });
    expect([seen.card, seen.balance?.balance_cents, seen.invoices?.rows, seen.orders]).toEqual([null, 0, [], []]);
    expect(seen.thread.entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["issue", "job"]));
    expect(seen.rights["Customer"]).toEqual({ read: true, write: true, create: true });
    expect(JSON.stringify(seen)).not.toContain("rang-six-66");
  });

  it("lacks the panels that a role may not read, and nothing else", async () => {
    const seen = await overview(STAFF.dispatcher);
    expect(seen).toMatchObject({ invoices: null, payments: null, balance: null, absent: { invoices: "not_permitted", payments: "not_permitted", balance: "not_permitted" } });
    expect(seen.locations).toHaveLength(1);
    expect(seen.rights["Sales Invoice"]).toEqual({ read: false, write: false, create: false });
    expect((await asked(STAFF.technician, of("overview"))).body["reason"]).toBe("not_found");
    expect((await asked(STAFF.agent, "/api/customers/Personne/overview")).body["reason"]).toBe("not_found");
  });

  it("tells what was noted, changed and sent in one thread, each entry once over its pages", async () => {
    expect((await asked(STAFF.agent, of("notes"), { text: "Rappeler <demain>\nle soir" })).status).toBe(201);
    const { admin } = world.erpnext;
    for (let time = 1; time <= 60; time += 1) await admin.insert("Issue", { subject: `Appel ${time}`, customer });
    await admin.update("Service Location", place, { postal_code: "J0L 1H1" });
    const sms = { id: "5f7a1c1e-3f5e-4a52-9a44-6a4c7a0c9f11", text: "Nous passons demain." };
    expect((await asked(STAFF.agent, of("messages"), sms)).body).toMatchObject({ to: "+14505550177", delivery: "waiting" });
    expect((await asked(STAFF.agent, of("messages"), sms)).status).toBe(202);
    expect((await asked(STAFF.agent, of("messages"), { ...sms, to: "450 555-0000" })).status).toBe(422);

    const first = await thread("");
    expect(first.entries).toHaveLength(50);
    const second = await thread(`before=${first.next ?? ""}`);
    expect(second.next).toBeNull();
    const all = [...first.entries, ...second.entries];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.filter(({ kind }) => kind === "issue")).toHaveLength(61);
    expect(all.map(({ at }) => at)).toEqual([...all.map(({ at }) => at)].sort().reverse());
    expect(all.filter(({ kind }) => kind === "message")).toMatchObject([{ direction: "out", text: "Nous passons demain.", by: STAFF.agent, address: "+14505550177" }]);
    expect((await thread("kinds=comment")).entries).toMatchObject([{ content: expect.stringContaining("Rappeler &lt;demain&gt;") as string, on: { doctype: "Customer" } }]);
    expect((await thread("kinds=change")).entries).toContainEqual(expect.objectContaining({ doctype: "Service Location", fields: [{ field: "postal_code", before: "J0L 1H0", after: "J0L 1H1" }] }));
    expect((await asked(STAFF.agent, of("thread?before=rien"))).status).toBe(422);
  });

  it("tells a WiFi password to someone who may, and notes who asked; a technician may not", async () => {
    const path = "/api/devices/DECO-7F33/wifi-password";
    expect(await asked(STAFF.agent, path, {})).toEqual({ status: 200, body: { equipment: router, ssid: "Six", password: "rang-six-66" } });
    expect((await asked(STAFF.technician, path, {})).status).toBe(403);
    expect((await asked(STAFF.agent, "/api/devices/DECO-7F33")).body["actions"]).toMatchObject([{ action: "wifi_password", asked_by: STAFF.agent }]);
  });

  it("draws a device's past with at most 500 points, the weakest light kept", async () => {
    await world.app.db.query(
      `insert into device_sample (serial, at, rx_power_dbm, uptime_s)
       select 'DECO-7F33', now() - n * interval '1 hour', case when n = 700 then -28.5 else -19 end, (2000 - n) % 500 * 3600 from generate_series(1, 2000) n`,
    );
    const { body } = await asked(STAFF.agent, "/api/devices/DECO-7F33/history");
    const points = body["points"] as { rx_power_dbm: number; rx_min_dbm: number; boots: number }[];
    expect(points.length).toBeLessThanOrEqual(500);
    expect(points.length).toBeGreaterThan(450);
    expect(Math.min(...points.map(({ rx_min_dbm }) => rx_min_dbm))).toBe(-28.5);
    expect(points.reduce((sum, { boots }) => sum + boots, 0)).toBe(3);
  });
});

describe("anyone and anything", () => {
  const found = async (q: string, user: string = STAFF.agent) => findAnswer.parse((await asked(user, `/api/find?q=${encodeURIComponent(q)}`)).body).hits;

  it.each([
    ["a name without its accents", "eloise trembley", "customer"],
    ["a misspelt name", "Eloise Tremblai", "customer"],
    ["a misspelt name alone", "trenbley", "customer"],
    ["a phone in another spelling", "+1 (450) 555.0177", "customer"],
    ["a second phone", "5145550188", "customer"],
    ["last digits", "0177", "customer"],
    ["an e-mail", "eloise@exemple.test", "customer"],
    ["a legacy id", "SPL-88123", "customer"],
    ["an address", "44 rang du six hemmingford", "location"],
    ["a serial", "deco-7f33", "equipment"],
    ["a MAC address", "aa-bb-cc-00-11-22", "equipment"],
    ["a part of a MAC address", "cc:00:11", "equipment"],
  ])("is found by %s", async (_, typed, kind) => {
    expect((await found(typed))[0]).toMatchObject({ kind, customer });
  });

  it("is found by an address as people say it, abbreviated or misspelt", async () => {
    const door = await makePlace(world.app.db);
    const line = door.address().rue;
    const [number = ""] = line.split(" ");
    await world.erpnext.admin.insert("Service Location", { customer, address_line: line, city: "Saint-Anicet", postal_code: "J0S 1M0", rqa_uuid: door.uuid });
    for (const typed of [line, `${number} r. de l'eglise`, `${number} rue de l'eglize st-anicet`, `${number} egilse`]) {
      expect((await found(typed))[0], typed).toMatchObject({ kind: "location", customer, title: `${line}, Saint-Anicet`, says: [{ field: "status", value: "Pending Install" }] });
    }
  });

  it("says what stands in its fields as ERPNext holds it, for the reader's own language", async () => {
    const [job] = await world.erpnext.admin.list("Dispatch Job", [["customer", "=", customer]]);
    expect((await found(String(job?.name)))[0]).toMatchObject({ title: job?.name, says: [{ field: "job_type", value: "Repair" }, { field: "status", value: "Open" }] });
  });

  it("is not found by whoever may not see it", async () => {
    expect(await found("eloise", STAFF.technician)).toEqual([]);
    expect((await world.app.inject({ url: "/api/find?q=eloise" })).statusCode).toBe(401);
  });
});
