import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROLES } from "@gigafibre/contracts/session";
import { startHub } from "../../testing/hub.ts";
import { startScriptedErpnext } from "../../testing/scripted-erpnext.ts";
import type { ScriptedErpnext } from "../../testing/scripted-erpnext.ts";
import { access, declareScope } from "./access.ts";
import type { Access } from "./access.ts";
import { LIMITED_ROUTES } from "./rate-limits.ts";

const KNOWN: readonly Access[] = ["public", "staff", "agent", "order_token", "webhook", "erpnext_session", "acs", "operator"];

describe("who may call a route", () => {
  let erpnext: ScriptedErpnext;
  let hub: Awaited<ReturnType<typeof startHub>>;

  beforeAll(async () => {
    erpnext = await startScriptedErpnext();
    erpnext.sessions.set("agent", { user: "agent@gigafibre.test", full_name: "Une agente", roles: [ROLES.agent] });
    erpnext.sessions.set("tech", { user: "tech1@gigafibre.test", full_name: "T", roles: [ROLES.technician] });
    erpnext.sessions.set("customer", { user: "someone@example.org", full_name: "C", roles: ["Customer"] });
    hub = await startHub({ ERPNEXT_URL: erpnext.url, WEBSITE_ROOT: import.meta.dirname, INBOX_URL: erpnext.url });
  });
  afterAll(async () => {
    await hub.stop();
    await erpnext.stop();
  });

  it("is declared by every route of the hub", () => {
    const routes = hub.app.declaredAccess;
    expect(routes.length).toBeGreaterThan(30);
    expect(routes.filter((route) => !KNOWN.includes(route.access))).toEqual([]);
  });

  it("is missing on no route, or the hub does not start", async () => {
    const app = Fastify();
    await app.register(access);
    expect(() => app.get("/forgotten", async () => "")).toThrow("GET /forgotten does not declare who may call it");
    await app.register(async (scope) => {
      declareScope(scope, "public");
      scope.get("/of-a-library", async () => "");
    });
    expect(app.declaredAccess).toContainEqual({ method: "GET", url: "/of-a-library", access: "public" });
    await app.register(async (scope) => void scope.get("/elsewhere", async () => "")).then(
      () => expect.unreachable(),
      (error: unknown) => expect(String(error)).toContain("/elsewhere does not declare"),
    );
  });

  it("is public only where it is meant to be", () => {
    const open = hub.app.declaredAccess.filter((route) => route.access === "public" && route.method !== "HEAD");
    const asked = open.map(({ method, url }) => `${method} ${url}`).filter((route) => !/ \/(docs|inbox)(\/|$)/.test(route));
    expect(asked.sort()).toMatchInlineSnapshot(`
      [
        "GET /*",
        "GET /api/address",
        "GET /api/address/:uuid",
        "GET /api/catalog",
        "GET /api/follow/:token",
        "GET /api/install-dates",
        "GET /api/method/frappe.auth.get_logged_user",
        "GET /api/method/logout",
        "GET /api/site-config",
        "GET /healthz",
        "GET /pay/:token",
        "GET /readyz",
        "POST /api/checkout",
        "POST /api/checkout/setup-intent",
        "POST /api/leads",
        "POST /api/method/frappe.auth.get_logged_user",
        "POST /api/method/login",
        "POST /api/method/logout",
      ]
    `);
  });

  it("is limited for the routes that cost us or others something, and these exist", () => {
    const routes = new Set(hub.app.declaredAccess.map(({ method, url }) => `${method} ${url}`));
    expect(Object.keys(LIMITED_ROUTES).filter((route) => !routes.has(route))).toEqual([]);
  });

  it("is told by ERPNext for staff: nobody, somebody else, one of ours", async () => {
    const ask = (cookie?: string) => hub.app.inject({ url: "/api/session", headers: cookie ? { cookie } : {} });
    expect((await ask()).json()).toMatchObject({ status: 401, reason: "sign_in_required" });
    expect((await ask("sid=made-up")).json()).toMatchObject({ status: 401 });
    expect((await ask("sid=customer")).json()).toMatchObject({ status: 403, reason: "not_allowed" });
    expect((await ask("sid=agent")).json()).toEqual({ user: "agent@gigafibre.test", full_name: "Une agente", roles: [ROLES.agent] });
  });

  it("is the operator for measurements: this machine, or their token", async () => {
    expect((await hub.app.inject({ url: "/metrics" })).body).toContain("hub_http_request_duration_seconds");
    expect((await hub.app.inject({ url: "/metrics", remoteAddress: "203.0.113.9" })).statusCode).toBe(403);
    expect((await hub.app.inject({ url: "/metrics", headers: { "x-forwarded-for": "127.0.0.1" } })).statusCode).toBe(403);
    const guarded = await startHub({ OPERATOR_TOKEN: "a-token-for-operators" });
    const ask = (authorization?: string) => guarded.app.inject({ url: "/metrics", ...(authorization ? { headers: { authorization } } : {}) });
    expect([(await ask()).statusCode, (await ask("Bearer wrong")).statusCode, (await ask("Bearer a-token-for-operators")).statusCode]).toEqual([403, 403, 200]);
    await guarded.stop();
  });

  it("is nobody on another site: a write with a cookie is refused on every route but webhooks", async () => {
    const writes = hub.app.declaredAccess.filter((route) => route.method === "POST" && route.access !== "webhook" && !route.url.includes(":"));
    expect(writes.length).toBeGreaterThan(5);
    for (const { url } of writes) {
      const answer = await hub.app.inject({ method: "POST", url: url.replace("*", "x"), headers: { cookie: "sid=agent", origin: "https://evil.example" } });
      expect([url, answer.statusCode, answer.json<{ reason: string }>().reason]).toEqual([url, 403, "cross_site_request"]);
    }
  });
});
