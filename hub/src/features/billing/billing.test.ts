import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DueList } from "@gigafibre/contracts/billing";
import { addDays, localDate } from "@gigafibre/contracts/dates";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { live } from "../../../testing/installation.ts";
import { startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

describe("what recurs from the second month on", () => {
  let world: World;
  let agent: Record<string, string>;
  const today = localDate(new Date());
  beforeAll(async () => {
    world = await startWorld();
    agent = { cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.agent)}` };
  });
  afterEach(() => world.erpnext.heal());
  afterAll(() => world.stop());

  const due = (headers = agent) => world.app.inject({ url: "/api/billing/due", headers });

  it("is listed from its billing date on, while it is active, and nothing else is", async () => {
    const { accepted } = await live(world);
    const { admin } = world.erpnext;
    const ours = async () => (await due()).json<DueList>().subscriptions.filter(({ name }) => names.has(name));
    const subscriptions = await admin.list("Service Subscription", [["order_id", "=", accepted.order_id]]);
    const names = new Set(subscriptions.map(({ name }) => name));
    // Just activated: billed up to the next billing day.
    expect(await ours()).toEqual([]);
    for (const { name } of subscriptions) await admin.update("Service Subscription", name, { next_billing_date: today });
    const internet = subscriptions.find(({ item }) => item === "FTTH150I")?.name ?? "";
    const tv = subscriptions.find(({ item }) => item === "TVBSTANDARD")?.name ?? "";
    await admin.update("Service Subscription", internet, { next_billing_date: addDays(today, -40) });
    await admin.update("Service Subscription", tv, { status: "Suspended" });
    const listed = await ours();
    expect(listed).toHaveLength(subscriptions.length - 1);
    const place = await admin.get("Service Location", String(subscriptions[0]?.["service_location"]));
    await admin.update("Customer", String(place["customer"]), { customer_name: "Rose Tremblay-Latour" });
    expect((await ours())[0]).toMatchObject({ customer: place["customer"], customer_title: "Rose Tremblay-Latour", place_title: `${String(place["address_line"])}, ${String(place["city"])}` });
    expect(listed[0]).toMatchObject({ name: internet, item: "FTTH150I", amount_cents: 9_995, next_billing_date: addDays(today, -40) });
    await admin.update("Service Subscription", internet, { next_billing_date: addDays(today, 1) });
    expect((await ours()).map(({ name }) => name)).not.toContain(internet);

    const said = await new Promise<{ code: unknown; text: string }>((resolve) => {
      const { ERPNEXT_URL, ERPNEXT_API_KEY, ERPNEXT_API_SECRET } = world.app.config;
      execFile(process.execPath, [fileURLToPath(new URL("../../due.ts", import.meta.url)), "--lang", "en"], { env: { ERPNEXT_URL, ERPNEXT_API_KEY, ERPNEXT_API_SECRET } }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, text: stdout + stderr }),
      );
    });
    expect(said.text).toMatch(new RegExp(`${today} .*911`));
    expect(said.text).toContain("subscriptions to bill");
    expect(said.code).toBe(2);
  });

  it("is for the office only, and needs ERPNext", async () => {
    expect((await due({})).statusCode).toBe(401);
    expect((await due({ cookie: `sid=${await world.erpnext.admin.sessionFor(STAFF.technician)}` })).statusCode).toBe(403);
    await world.erpnext.fault({ kind: "down", match: { path: "lists.many" } });
    expect((await due()).json()).toMatchObject({ status: 503, reason: "erpnext_unavailable" });
  });
});
