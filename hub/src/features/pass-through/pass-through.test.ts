import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ROLES } from "@gigafibre/contracts/session";
import type { InjectOptions } from "fastify";
import { startHub } from "../../../testing/hub.ts";
import { answerJson, startScriptedErpnext } from "../../../testing/scripted-erpnext.ts";
import type { ScriptedErpnext } from "../../../testing/scripted-erpnext.ts";

const cookie = "sid=agent";
const ownPage = { "sec-fetch-site": "same-origin" };

describe("the pass-through to ERPNext", () => {
  let erpnext: ScriptedErpnext;
  let hub: Awaited<ReturnType<typeof startHub>>;
  const last = () => erpnext.requests.at(-1);
  const inject = (options: InjectOptions) => hub.app.inject(options);

  beforeAll(async () => {
    erpnext = await startScriptedErpnext();
    erpnext.sessions.set("agent", { user: "agent@gigafibre.test", full_name: "A", roles: [ROLES.agent] });
    hub = await startHub({ ERPNEXT_URL: erpnext.url, PUBLIC_URL: "https://gigafibre.example", UPLOAD_LIMIT_MB: "1" });
  });
  beforeEach(() => {
    erpnext.requests.length = 0;
    erpnext.away = false;
    erpnext.script = (_request, response) => answerJson(response, 200, { message: "ok" });
  });
  afterAll(async () => {
    await hub.stop();
    await erpnext.stop();
  });

  describe("against other sites", () => {
    const ask = (headers: Record<string, string>) =>
      inject({ method: "POST", url: "/api/method/frappe.client.insert", headers: { cookie, ...headers }, payload: { doc: {} } });

    it.each([
      ["no word of where it comes from", {}],
      ["another origin", { origin: "https://evil.example" }],
      ["an opaque origin", { origin: "null" }],
      ["a sister site", { "sec-fetch-site": "same-site" }],
      ["a page of nobody's", { "sec-fetch-site": "none" }],
      ["another port of our host", { origin: "https://gigafibre.example:8443" }],
      ["our name over plain HTTP", { origin: "http://gigafibre.example" }],
    ])("refuses a write with a cookie and %s", async (_what, headers) => {
      const answer = await ask(headers);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ reason: "cross_site_request" });
      expect(erpnext.requests).toHaveLength(0);
    });

    it.each([
      ["our public origin", { origin: "https://gigafibre.example" }],
      ["the host it was sent to", { origin: "http://localhost:80", host: "localhost:80" }],
      ["a page of ours", ownPage],
    ])("lets a write pass that comes from %s", async (_what, headers) => {
      expect((await ask(headers)).statusCode).toBe(200);
    });

    it("refuses a method that a link or an image elsewhere asks for, and not a file", async () => {
      for (const url of ["/api/method/frappe.client.get_count?doctype=Task", "/api/method/logout"]) {
        const answer = await inject({ url, headers: { cookie, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } });
        expect(answer.json()).toMatchObject({ status: 403, reason: "cross_site_request" });
      }
      expect((await inject({ url: "/files/plan.pdf", headers: { cookie, "sec-fetch-site": "cross-site" } })).statusCode).toBe(200);
    });

    it("refuses to sign someone in from another site, cookie or not", async () => {
      const headers = { origin: "https://evil.example" };
      const answer = await inject({ method: "POST", url: "/api/method/login", headers, payload: { usr: "mallory", pwd: "x" } });
      expect(answer.json()).toMatchObject({ status: 403, reason: "cross_site_request" });
    });
  });

  describe("for guests", () => {
    it.each(["/api/resource/Customer", "/api/method/ping", "/api/v2/document/Customer", "/files/logo.png", "/private/files/contract.pdf"])(
      "closes %s, with or without a made-up session",
      async (url) => {
        for (const headers of [{}, { cookie: "sid=Guest" }, { cookie: "sid=invented" }, { authorization: "token key:secret" }]) {
          const answer = await inject({ url, headers });
          expect(answer.json()).toMatchObject({ status: 401, reason: "sign_in_required" });
        }
        expect(erpnext.requests).toHaveLength(0);
      },
    );

    it("signs in with nothing but the credentials", async () => {
      erpnext.script = (_request, response) => {
        response.setHeader("set-cookie", [
          "sid=abc; Expires=Mon, 01 Dec 2036 00:00:00 GMT; Secure; HttpOnly; Path=/; SameSite=Lax; Domain=erp.internal",
          "user_id=agent%40gigafibre.test; Path=/",
          "tracking=1; Path=/",
        ]);
        answerJson(response, 200, { message: "Logged In" });
      };
      const answer = await inject({
        method: "POST",
        url: "/api/method/login?cmd=frappe.core.doctype.user.user.sign_up",
        headers: { cookie: "sid=old", ...ownPage },
        payload: { usr: "agent", pwd: "demo", extra: "x" },
      });
      expect(answer.statusCode).toBe(200);
      expect(last()?.url).toBe("/api/method/login");
      expect(last()?.body.toString()).toBe('{"usr":"agent","pwd":"demo"}');
      expect(last()?.headers.cookie).toBeUndefined();
      expect(answer.headers["set-cookie"]).toEqual([
        "sid=abc; Expires=Mon, 01 Dec 2036 00:00:00 GMT; HttpOnly; Path=/; Secure; SameSite=Lax",
        "user_id=agent%40gigafibre.test; Path=/; Secure; SameSite=Lax",
      ]);
    });

    it.each([
      { usr: "a", pwd: "b", cmd: "frappe.core.doctype.user.user.sign_up" },
      { usr: "a", pwd: "b", sid: "another's" },
    ])("refuses what Frappe would obey before the path: %o", async (payload) => {
      const asJson = await inject({ method: "POST", url: "/api/method/login", payload });
      const asForm = await inject({
        method: "POST",
        url: "/api/method/login",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: new URLSearchParams(payload as unknown as Record<string, string>).toString(),
      });
      expect([asJson.statusCode, asForm.statusCode]).toEqual([403, 403]);
      expect(erpnext.requests).toHaveLength(0);
    });

    it("takes no credentials from an address, which ends in logs", async () => {
      expect((await inject({ url: "/api/method/login?usr=a&pwd=b" })).statusCode).toBe(401);
    });

    it("answers who is signed in, and signs out, dropping whatever else is asked", async () => {
      await inject({ url: "/api/method/frappe.auth.get_logged_user?cmd=x" });
      expect(last()?.url).toBe("/api/method/frappe.auth.get_logged_user");
      await inject({ method: "POST", url: "/api/method/logout?cmd=x", headers: { cookie, ...ownPage } });
      expect(last()).toMatchObject({ method: "POST", url: "/api/method/logout", headers: { cookie: "sid=agent" } });
    });
  });

  describe("on the way there", () => {
    it("sends the person's session and what the hub says about them, and nothing a client made up", async () => {
      await inject({
        url: '/api/resource/Customer?filters=[["name","=","Zoé"]]&fields=["*"]',
        remoteAddress: "203.0.113.7",
        headers: {
          cookie: "sid=agent; theme=dark; stray=1",
          authorization: "Bearer stolen",
          "x-frappe-site-name": "another.site",
          "x-forwarded-for": "10.0.0.1",
          "x-forwarded-host": "evil.example",
          "x-forwarded-proto": "http",
          "x-http-method-override": "DELETE",
          "x-original-url": "/api/method/ping",
          forwarded: "for=10.0.0.1",
          te: "trailers",
          "x-frappe-csrf-token": "token",
        },
      });
      const sent = last();
      expect(sent?.headers).toMatchObject({
        cookie: "sid=agent",
        "x-frappe-site-name": "127.0.0.1",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-host": "gigafibre.example",
        "x-forwarded-proto": "https",
        "x-frappe-csrf-token": "token",
      });
      for (const name of ["authorization", "x-http-method-override", "x-original-url", "forwarded", "te"]) expect(sent?.headers[name]).toBeUndefined();
      expect(new URL(sent?.url ?? "", "http://x").searchParams.get("filters")).toBe('[["name","=","Zoé"]]');
    });

    it("sends a document as it was written", async () => {
      const payload = '{"customer_name": "Zoé", "credit": 1.50}';
      const headers = { cookie, ...ownPage, "content-type": "application/json; charset=utf-8" };
      await inject({ method: "PUT", url: "/api/resource/Customer/Zo%C3%A9%2F1", headers, payload });
      expect(last()).toMatchObject({ method: "PUT", url: "/api/resource/Customer/Zo%C3%A9%2F1" });
      expect(last()?.headers["content-type"]).toBe("application/json");
      expect(last()?.body.toString()).toBe(payload);
    });

    it.each([
      ["/api/resource/Customer?cmd=frappe.client.delete", 403],
      ["/api/resource/Customer?%63md=frappe.client.delete", 403],
      ["/api/resource/Customer?sid=anothers", 403],
      ["/api/method/gigafibre_fsm.api.unit_of_work.commit", 403],
      ["/api/method/gigafibre_fsm.api.unit_of_work.find?key=x", 403],
      ["/api/method/frappe.client.get_password", 403],
      ["/api/method/gigafibre_fsm.api.unit_of_work%2Ecommit", 404],
      ["/api/method/x/../../resource/Customer", 404],
      ["/api/method/..%2fresource%2fCustomer", 404],
      ["/api/method/%2e%2e/resource/Customer", 404],
      ["/api/%6dethod/frappe.client.get_password", 404],
      ["/api/method/", 404],
      ["/api/method/ping/", 404],
      ["/api/method//ping", 404],
      ["/api/resource/..%2f..%2fapi%2fmethod%2fping", 404],
      ["/api/resource/Customer/%252e%252e/x", 404],
      ["/api/resource/Customer/a%5cb", 404],
      ["/api/resource/Customer/a%00b", 404],
      ["/api/resource/Customer//x", 404],
      ["/files/..%2fprivate%2ffiles%2fx", 404],
      ["/files/%2e%2e/api/method/ping", 404],
      ["/private/backups/x.sql", 404],
      ["/backups/x.sql", 404],
      ["/api/method;x/ping", 404],
      ["/API/method/ping", 404],
    ])("does not pass on %s", async (url, status) => {
      const answer = await raw(hub.url, `GET ${url} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(erpnext.requests).toHaveLength(0);
    });

    it.each([
      ["application/json", '{"cmd":"x"}', 403],
      ["application/json", '{"\\u0063md":"x"}', 403],
      ["application/x-www-form-urlencoded", "a=1&cmd=x", 403],
      ["application/x-www-form-urlencoded", "a=1&%63md=x", 403],
      ["application/json", '["cmd"]', 422],
      ["application/json", "{", 422],
      ["text/plain", '{"a":1}', 422],
      ["application/x-www-form-urlencoded, application/json", "a=1", 422],
      ["multipart/form-data", "x", 422],
      ["multipart/form-data; boundary=a; boundary=b", "x", 422],
    ])("refuses a body of %s: %s", async (type, payload, status) => {
      const headers = { cookie, ...ownPage, "content-type": type };
      const answer = await inject({ method: "POST", url: "/api/method/ping", headers, payload });
      expect(answer.statusCode).toBe(status);
      expect(erpnext.requests).toHaveLength(0);
    });
  });

  describe("with files", () => {
    const upload = (form: FormData, headers: Record<string, string> = {}) =>
      fetch(`${hub.url}/api/method/upload_file`, { method: "POST", headers: { cookie, ...ownPage, ...headers }, body: form });
    const file = (size: number) => new Blob([new Uint8Array(size).map((_, index) => index % 251)], { type: "image/png" });

    it("carries an upload byte by byte", async () => {
      const form = new FormData();
      form.set("doctype", "Service Location");
      form.set("file", file(600_000), "toit – été.png");
      expect((await upload(form)).status).toBe(200);
      const received = await new Response(new Uint8Array(last()?.body ?? []), { headers: { "content-type": last()?.headers["content-type"] ?? "" } }).formData();
      expect(received.get("doctype")).toBe("Service Location");
      const sent = received.get("file") as File;
      expect(sent.name).toBe("toit – été.png");
      expect(Buffer.compare(Buffer.from(await sent.arrayBuffer()), Buffer.from(await file(600_000).arrayBuffer()))).toBe(0);
    });

    it.each(["cmd", "sid"])("cuts off a form with a field named %s, however late it comes", async (name) => {
      const form = new FormData();
      form.set("file", file(300_000), "a.png");
      form.set(name, "frappe.client.delete");
      const answer = await upload(form);
      expect(answer.status).toBe(403);
      expect(erpnext.requests).toHaveLength(0);
    });

    it("refuses one past the limit, announced or not", async () => {
      const form = new FormData();
      form.set("file", file(1_200_000), "a.png");
      expect((await upload(form)).status).toBe(422);
      expect(erpnext.requests).toHaveLength(0);
    });

    it("brings a print as it comes, and lets no file run as a page of ours", async () => {
      erpnext.script = ({ url }, response) => {
        const type = url.includes("download_pdf") ? "application/pdf" : "text/html";
        response.writeHead(200, { "content-type": type, "content-disposition": 'inline; filename="a"', server: "gunicorn", "x-powered-by": "x" });
        response.end("%PDF-1.4");
      };
      const print = await inject({ url: "/api/method/frappe.utils.print_format.download_pdf?doctype=A&name=B", headers: { cookie } });
      expect(print.body).toBe("%PDF-1.4");
      expect(print.headers).toMatchObject({ "content-type": "application/pdf", "x-content-type-options": "nosniff" });
      expect(print.headers["server"]).toBeUndefined();
      expect(print.headers["content-security-policy"]).not.toContain("sandbox");
      const page = await inject({ url: "/private/files/page.html", headers: { cookie } });
      expect(page.headers["content-security-policy"]).toMatch(/default-src 'none'.*sandbox/);
      expect(page.headers["cache-control"]).toBe("private, no-store");
    });

    it("follows no redirect to elsewhere, and keeps one within", async () => {
      erpnext.script = (_request, response) => void response.writeHead(302, { location: `${erpnext.url}/files/b.png?v=2` }).end();
      expect((await inject({ url: "/files/a.png", headers: { cookie } })).headers.location).toBe("/files/b.png?v=2");
      erpnext.script = (_request, response) => void response.writeHead(302, { location: "https://evil.example/" }).end();
      expect((await inject({ url: "/files/a.png", headers: { cookie } })).headers.location).toBeUndefined();
    });
  });

  describe("when ERPNext is away", () => {
    it("says so, and never that the person is signed out", async () => {
      erpnext.away = true;
      for (const url of ["/api/resource/Customer", "/api/method/frappe.auth.get_logged_user"]) {
        expect((await inject({ url, headers: { cookie } })).json()).toMatchObject({ status: 503, reason: "erpnext_unavailable" });
      }
      const unknown = await inject({ url: "/api/resource/Customer", headers: { cookie: "sid=not-yet-known" } });
      expect(unknown.json()).toMatchObject({ status: 503, reason: "erpnext_unavailable" });
    });

    it("does not claim that a change was not made when its answer was lost", async () => {
      erpnext.script = (_request, response) => void response.destroy();
      const write = await inject({ method: "PUT", url: "/api/resource/Customer/A", headers: { cookie, ...ownPage }, payload: { a: 1 } });
      expect(write.json()).toMatchObject({ status: 503, reason: "erpnext_outcome_unknown" });
    });

    it("hides the error page of a server in front of it, and passes on what ERPNext says itself", async () => {
      erpnext.script = (_request, response) => void response.writeHead(502, { "content-type": "text/html" }).end("<h1>nginx</h1>");
      expect((await inject({ url: "/api/resource/Customer", headers: { cookie } })).json()).toMatchObject({ reason: "erpnext_unavailable" });
      erpnext.script = (_request, response) => answerJson(response, 417, { exc_type: "LinkValidationError" });
      const answer = await inject({ url: "/api/resource/Customer", headers: { cookie } });
      expect(answer.statusCode).toBe(417);
      expect(answer.json()).toEqual({ exc_type: "LinkValidationError" });
    });
  });
});

/** A request that no client library has tidied up. */
function raw(hubUrl: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(hubUrl);
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => (answer += chunk));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
