import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStream } from "../../../testing/event-source.ts";
import { STAFF } from "../../../testing/erpnext-admin.ts";
import { startWorld } from "../../../testing/world.ts";
import type { World } from "../../../testing/world.ts";

const patience = { timeout: 20_000, interval: 25 };

describe("staff, through the hub, with an ERPNext behind it", () => {
  let world: World;
  let sid: string;

  const ask = (method: string, path: string, body?: object, cookie = `sid=${sid}`) =>
    fetch(world.hubUrl + path, {
      method,
      headers: { cookie, origin: world.hubUrl, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });

  beforeAll(async () => {
    world = await startWorld({ stripe: false, inbox: false });
  });
  afterAll(() => world.stop());

  it("sign in on the hub's own origin, and are known there", async () => {
    const answer = await ask("POST", "/api/method/login", { usr: STAFF.agent, pwd: "demo" }, "");
    expect(answer.status).toBe(200);
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith("sid="));
    expect(cookie).toMatch(/HttpOnly.*Path=\/.*SameSite=Lax$/);
    expect(cookie).not.toMatch(/Secure|Domain/);
    sid = /^sid=([^;]+)/.exec(cookie ?? "")?.[1] ?? "";
    expect(await (await ask("GET", "/api/session")).json()).toMatchObject({ user: STAFF.agent, roles: expect.arrayContaining(["Ops Agent"]) as string[] });
    expect(await (await ask("GET", "/api/method/frappe.auth.get_logged_user")).json()).toMatchObject({ message: STAFF.agent });
  });

  it("are told no with ERPNext's own words for a wrong password", async () => {
    const answer = await ask("POST", "/api/method/login", { usr: STAFF.agent, pwd: "wrong" }, "");
    expect([answer.status, await answer.json()]).toMatchObject([401, { exc_type: "AuthenticationError" }]);
  });

  it("write as themselves, may what ERPNext lets them, and the change is a live event", async () => {
    const dispatcher = await world.erpnext.admin.sessionFor(STAFF.dispatcher);
    const stream = await openStream(world.hubUrl, { sid: dispatcher });
    const made = await ask("POST", "/api/resource/Customer", { customer_name: "Zoé Tremblay", customer_type: "Individual" });
    expect(made.status).toBe(200);
    const { data } = (await made.json()) as { data: { name: string } };
    expect(await world.erpnext.admin.get("Customer", data.name)).toMatchObject({ owner: STAFF.agent, modified_by: STAFF.agent });
    await vi.waitFor(
      () => expect(stream.events()).toContainEqual(expect.objectContaining({ kind: "document.changed", doctype: "Customer", name: data.name })),
      patience,
    );
    stream.close();
    const refused = await ask("DELETE", `/api/resource/Customer/${encodeURIComponent(data.name)}`);
    expect([refused.status, await refused.json()]).toMatchObject([403, { exc_type: "PermissionError" }]);
  });

  it("hear of a deletion that no webhook told about", async () => {
    const lead = await world.erpnext.admin.insert("Lead", { first_name: "Passagère" });
    const seen = async (kind: string) => (await world.app.db.query("select 1 from event_log where kind = $1 and name = $2", [kind, lead.name])).rowCount;
    await vi.waitFor(async () => expect(await seen("document.changed")).toBe(1), patience);
    await world.app.documentChanges.search();
    await world.restartHub();
    await world.app.close();
    await world.erpnext.admin.remove("Lead", lead.name);
    const app = await world.anotherHub();
    await app.documentChanges.search();
    await vi.waitFor(async () => expect((await app.db.query("select 1 from event_log where kind = 'document.deleted' and name = $1", [lead.name])).rowCount).toBe(1), patience);
    await app.close();
    await world.restartHub();
  });

  it("read 503 while ERPNext is away, and are still signed in when it is back", async () => {
    await world.erpnext.fault({ kind: "down" });
    const away = await ask("GET", "/api/resource/Customer");
    expect([away.status, await away.json()]).toMatchObject([503, { reason: "erpnext_unavailable" }]);
    await world.erpnext.heal();
    expect((await ask("GET", "/api/resource/Customer")).status).toBe(200);
  });

  it("sign out, and are strangers from then on", async () => {
    expect((await ask("POST", "/api/method/logout", {})).status).toBe(200);
    const after = await ask("GET", "/api/resource/Customer");
    expect([after.status, await after.json()]).toMatchObject([401, { reason: "sign_in_required" }]);
  });
});
