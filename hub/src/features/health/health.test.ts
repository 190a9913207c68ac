import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStream } from "../../../testing/event-source.ts";
import { startHub } from "../../../testing/hub.ts";
import { answerJson, startScriptedErpnext } from "../../../testing/scripted-erpnext.ts";
import type { ScriptedErpnext } from "../../../testing/scripted-erpnext.ts";

describe("the hub's health", () => {
  let erpnext: ScriptedErpnext;
  beforeAll(async () => {
    erpnext = await startScriptedErpnext();
    erpnext.script = (_request, response) => answerJson(response, 200, { message: "pong" });
    erpnext.sessions.set("admin", { user: "admin@gigafibre.test", full_name: "A", roles: ["System Manager"] });
  });
  afterAll(() => erpnext.stop());

  it("is ready with its database, and says whether ERPNext is there without depending on it", async () => {
    const [among, alone] = [await startHub({ ERPNEXT_URL: erpnext.url }), await startHub()];
    const ready = await among.app.inject({ url: "/readyz" });
    expect([ready.statusCode, ready.json()]).toEqual([200, { ready: true, checks: { postgresql: "ok", migrations: "ok", erpnext: "ok", restore: "ok" } }]);
    const orphan = await alone.app.inject({ url: "/readyz" });
    expect([orphan.statusCode, orphan.json()]).toEqual([200, { ready: true, checks: { postgresql: "ok", migrations: "ok", erpnext: "away", restore: "ok" } }]);
    await Promise.all([among.stop(), alone.stop()]);
  });

  it("is not ready without its database or with an older schema, and lives all the same", async () => {
    const hub = await startHub({ ERPNEXT_URL: erpnext.url });
    await hub.app.db.query("update schema_migration set name = 'renamed' where name = (select max(name) from schema_migration)");
    const behind = await hub.app.inject({ url: "/readyz" });
    expect([behind.statusCode, behind.json()]).toMatchObject([503, { ready: false, checks: { postgresql: "ok", migrations: "behind" } }]);
    await hub.app.db.query("alter table schema_migration rename to gone");
    const away = await hub.app.inject({ url: "/readyz" });
    expect([away.statusCode, away.json()]).toMatchObject([503, { ready: false, checks: { postgresql: "away", migrations: "unknown" } }]);
    expect((await hub.app.inject({ url: "/healthz" })).json()).toEqual({ ok: true });
    await hub.stop();
  });

  it("is measured: answers by route, orders, messages, jobs, events and streams", async () => {
    const hub = await startHub({ ERPNEXT_URL: erpnext.url });
    const stream = await openStream(hub.url, { sid: "admin" });
    await hub.app.inject({ url: "/api/site-config" });
    await hub.app.inject({ url: "/api/orders/no-such-order" });
    await hub.app.db.query("insert into outbox (key, kind, subject, payload, not_after, state) values ('k', 'sms', 'o', 'x', now(), 'dead')");
    const { body } = await hub.app.inject({ url: "/metrics" });
    expect(body).toMatch(/hub_http_request_duration_seconds_count\{method="GET",route="\/api\/site-config",status="200"\} 1/);
    expect(body).toContain('route="/api/orders/:id",status="404"');
    expect(body).toContain('hub_outbox{kind="sms",state="dead"} 1');
    expect(body).toContain("hub_event_streams 1");
    expect(body).toContain("hub_events_waiting 0");
    expect(body).not.toContain("no-such-order");
    stream.close();
    await hub.stop();
  });
});
