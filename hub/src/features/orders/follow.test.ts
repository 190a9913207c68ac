import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OrderAccepted, OrderState } from "@gigafibre/contracts/orders";
import { catalog as catalogSchema } from "@gigafibre/contracts/catalog";
import { givenSite } from "@gigafibre/fixtures/demo/given-site";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { bodyFor, card, checkout, newKey, statusOf } from "../../../testing/order-flow.ts";
import { makePlace } from "../../../testing/plant.ts";
import type { Place } from "../../../testing/plant.ts";
import { eventually, startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

/** A real site, where one is given, does all of it within this; the stand-in in a moment. */
const site = givenSite();
const within = site ? 120_000 : 30_000;

describe("what people do in Desk, and the hub follows", { timeout: within * 3 }, () => {
  let world: World;
  let place: Place;
  let order: OrderAccepted;
  beforeAll(async () => {
    world = await startWorld({ site });
  }, within * 5);
  afterAll(() => world.stop(), 120_000);

  const admin = () => world.erpnext.admin;
  const documents = async (id = order.order_id): Promise<Record<string, string>> =>
    (await world.app.db.query<{ documents: Record<string, string> }>("select documents from order_intake where id = $1", [id])).rows[0]?.documents ?? {};
  const is = (state: OrderState, accepted = order) =>
    eventually(`${accepted.order_id} to be ${state}`, async () => (await statusOf(world.app, accepted)).state === state, within);
  const told = (kind: string, name: string) =>
    eventually(`${kind} ${name}`, async () => (await world.app.db.query("select 1 from event_log where kind = $1 and name = $2", [kind, name])).rowCount, within);
  const countOf = async (kind: string, name: string): Promise<number> =>
    (await world.app.db.query("select 1 from event_log where kind = $1 and name = $2", [kind, name])).rowCount ?? 0;
  const rename = async (doctype: string, old_name: string, new_name: string): Promise<void> => {
    await admin().call("POST", "/api/method/frappe.client.rename_doc", { doctype, old_name, new_name });
  };
  const held = async (): Promise<number | null> =>
    (await world.app.db.query("select 1 from port_reservation where order_id = $1 and fibre_id = $2", [order.order_id, place.fibre_ids[0]])).rowCount;

  async function ordered(): Promise<void> {
    place = await makePlace(world.app.db);
    const key = newKey();
    // The name that a rename leaves free is not taken by the next order: its Project would still be called after it.
    const customer = { name: `Marie-Ève ${key.slice(0, 8)}`, email: `${key.slice(0, 8)}@example.org`, phone: "4505550123", language: "fr" } as const;
    const answer = await checkout(world.app, key, bodyFor(place, await card(world, key), { customer }));
    expect(`${answer.statusCode} ${answer.body}`).toMatch(/^202 /);
    order = answer.json<OrderAccepted>();
    await is("created");
  }

  it("an edit is told to whoever watches", async () => {
    await ordered();
    const { location = "" } = await documents();
    await told("document.changed", location);
    const before = await countOf("document.changed", location);
    await admin().update("Service Location", location, { city: "Havelock" });
    await eventually("another event", async () => (await countOf("document.changed", location)) > before, within);
  });

  it("a price is what the website asks", async () => {
    const [price] = await admin().list("Item Price", [["item_code", "=", "FTTH150I"], ["price_list", "=", "standard"]]);
    const asked = async (): Promise<number | undefined> => {
      const { items } = catalogSchema.parse((await world.app.inject({ url: "/api/catalog?zone=standard" })).json());
      return items.find(({ sku }) => sku === "FTTH150I")?.price_cents;
    };
    const before = await asked();
    await admin().update("Item Price", price?.name ?? "", { price_list_rate: 91.25 });
    await eventually("the new price", async () => (await asked()) === 9125, within);
    await admin().update("Item Price", price?.name ?? "", { price_list_rate: price?.["price_list_rate"] });
    await eventually("the old price", async () => (await asked()) === before, within);
  });

  it("a visit takes its order along, from the day it is planned to its end", async () => {
    const { job = "" } = await documents();
    await admin().update("Dispatch Job", job, { status: "Scheduled", assigned_to: STAFF.technician, scheduled_start: "2026-12-01 09:00:00" });
    await is("scheduled");
    expect((await statusOf(world.app, order)).scheduled_date).toBe("2026-12-01");
    await admin().update("Dispatch Job", job, { status: "En Route" });
    await is("en_route");
    await admin().update("Dispatch Job", job, { status: "In Progress" });
    await is("in_progress");
    await admin().update("Dispatch Job", job, { status: "Completed" });
    await is("awaiting_proof");
  });

  it("a document renamed is still the order's, under its new name", async () => {
    const { customer = "", project = "" } = await documents();
    await rename("Customer", customer, `${customer} remariée`);
    await rename("Project", project, `${project}-A`);
    await told("document.renamed", customer);
    await told("document.changed", `${customer} remariée`);
    await eventually("the order's names", async () => {
      const now = await documents();
      return now["customer"] === `${customer} remariée` && now["project"] === `${project}-A`;
    }, within);
    expect(await countOf("document.deleted", customer)).toBe(0);
    await is("awaiting_proof");
  });

  it("a document renamed back is told again", async () => {
    const { project = "" } = await documents();
    const before = project.replace(/-A$/, "");
    const times = await countOf("document.changed", before);
    await rename("Project", project, before);
    await eventually("its first name", async () => (await documents())["project"] === before, within);
    await eventually("an event", async () => (await countOf("document.changed", before)) > times, within);
  });

  it("a document deleted makes its order need attention, with an Issue; the port stays held, and a person's retry ends it", async () => {
    await ordered();
    const { task_2: task = "" } = await documents();
    await admin().remove("Task", task);
    await is("needs_attention");
    expect(await held()).toBe(1);
    const [issue] = await eventually("its Issue", async () => {
      const found = await admin().list("Issue", [["order_id", "=", order.order_id]]);
      return found.length > 0 && found;
    }, within);
    expect(issue?.["description"]).toContain(`Task ${task}`);
    const cookie = `sid=${await admin().sessionFor(STAFF.agent)}`;
    const answer = await world.app.inject({ method: "POST", url: `/api/orders/${order.order_id}/retry`, headers: { cookie, origin: world.hubUrl } });
    expect(answer.json()).toMatchObject({ state: "created" });
  });

  it("ten minutes without webhooks lose nothing: the search finds an edit, a rename and a deletion", async () => {
    await ordered();
    const { location = "", contact = "", task_1: task = "" } = await documents();
    await told("document.changed", location);
    await world.app.documentChanges.search();
    await admin().update("Gigafibre Settings", "Gigafibre Settings", { hub_url: "" });
    const before = await countOf("document.changed", location);
    await admin().update("Service Location", location, { city: "Elgin" });
    await rename("Contact", contact, `${contact} bis`);
    await admin().remove("Task", task);
    await world.app.documentChanges.search();
    await told("document.renamed", contact);
    await told("document.deleted", task);
    await is("needs_attention");
    await eventually("the edit", async () => (await countOf("document.changed", location)) > before, within);
    expect((await documents())["contact"]).toBe(`${contact} bis`);
  });
});
