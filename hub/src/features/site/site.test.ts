import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHub } from "../../../testing/hub.ts";
import { SitePages } from "./pages.ts";

const FILES = {
  "index.html": "accueil",
  "404.html": "introuvable",
  "commande.html": "commande",
  "commande/_.html": "une commande",
  "en.html": "home",
  "en/404.html": "not found",
  "en/order.html": "order",
  "en/order/_.html": "an order",
  "favicon.svg": "<svg/>",
  "assets/app-Ab12.js": `console.log("${"x".repeat(2_000)}")`,
  ".vite/manifest.json": "{}",
};

describe("the website's files", () => {
  let root: string;
  let hub: Awaited<ReturnType<typeof startHub>>;
  const upstream = createServer((request, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.write(`${request.method} ${request.url}\n`);
    if (request.url !== "/inbox/api/stream") response.end();
  });

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), "website-"));
    for (const [file, content] of Object.entries(FILES)) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), content);
    }
    await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
    hub = await startHub({ WEBSITE_ROOT: root, INBOX_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` });
  });
  afterAll(async () => {
    await hub.stop();
    upstream.close();
    await rm(root, { recursive: true });
  });

  it.each([
    ["/", 200, "accueil"],
    ["/?utm=1", 200, "accueil"],
    ["/commande", 200, "commande"],
    ["/commande/ORD-1?etat=1", 200, "une commande"],
    ["/en", 200, "home"],
    ["/en/order", 200, "order"],
    ["/en/order/ORD-1", 200, "an order"],
    ["/inconnue", 404, "introuvable"],
    ["/..%2f..%2fetc%2fpasswd", 404, "introuvable"],
    ["/%2e%2e/%2e%2e/etc/passwd", 404, "introuvable"],
    ["/commande/ORD-1/de/trop", 404, "introuvable"],
    ["/en/unknown", 404, "not found"],
  ])("answer %s with %i and its page", async (url, status, text) => {
    const answer = await hub.app.inject({ url });
    expect([answer.statusCode, answer.body]).toEqual([status, text]);
    expect(answer.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" });
    expect(answer.headers["content-security-policy"]).toContain("script-src 'self' https://js.stripe.com");
  });

  it.each([
    "/assets/app-Old1.js",
    "/favicon.ico",
    "/.vite/manifest.json",
    "/assets/..%2findex.htm",
    "/api/nowhere",
    "/api",
    "/ops",
    "/ops/clients",
    "/field/",
    "/field/sw.js",
    "/client",
    "/devices/x",
    "/webhooks/unknown",
    "/%zz",
  ])("never answer %s with a page", async (url) => {
    const answer = await hub.app.inject({ url });
    expect(answer.statusCode === 404 || (answer.statusCode === 308 && url.endsWith("/"))).toBe(true);
    if (answer.statusCode === 404) expect(answer.json()).toMatchObject({ reason: "not_found" });
  });

  it("are kept for ever when named after their content, compressed, and asked for again otherwise", async () => {
    const script = await hub.app.inject({ url: "/assets/app-Ab12.js", headers: { "accept-encoding": "br, gzip" } });
    expect(script.headers).toMatchObject({ "cache-control": "public, max-age=31536000, immutable", "content-encoding": "br" });
    const page = await hub.app.inject({ url: "/commande" });
    const again = await hub.app.inject({ url: "/commande", headers: { "if-none-match": String(page.headers.etag) } });
    expect(again.statusCode).toBe(304);
  });

  it("lead an address with a slash at its end to the page, on this site", async () => {
    expect((await hub.app.inject({ url: "/commande/?a=1" })).headers.location).toBe("/commande?a=1");
    expect((await hub.app.inject({ url: "//evil.example/" })).headers.location).toBe("/evil.example");
  });

  it("say what the website must know, and no secret", async () => {
    expect((await hub.app.inject({ url: "/api/site-config" })).json()).toEqual({
      stripe_publishable_key: "pk_test_1",
      stripe_script_url: "https://js.stripe.com/v3/",
      phone_number: "450 555-0100",
      terms_version: "2026-01",
    });
  });

  it("stand beside the inbox where there is one, whose stream does not hold a hub that stops", async () => {
    expect((await hub.app.inject({ url: "/inbox/api/messages?to=a" })).body).toBe("GET /inbox/api/messages?to=a\n");
    const other = await startHub({ INBOX_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` });
    const stream = await fetch(`${other.url}/inbox/api/stream`);
    const reader = stream.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value as Uint8Array)).toBe("GET /inbox/api/stream\n");
    await other.stop();
    await reader?.cancel().catch(() => undefined);
  });

  it("are none, and neither is the inbox, where none are configured", async () => {
    const bare = await startHub();
    for (const url of ["/", "/commande", "/inbox"]) expect((await bare.app.inject({ url })).json()).toMatchObject({ reason: "not_found" });
    await bare.stop();
  });
});

describe("an address of the site", () => {
  it("is only ever one of the files that were there", () => {
    const pages = new SitePages(["index.html", "a.html", "a/_.html"]);
    expect(pages.find("/a/b")).toEqual({ file: "a/_.html", status: 200 });
    expect(pages.find("/../a")).toBeNull();
    expect(pages.find("/b")).toBeNull();
  });
});

describe.each([
  ["technicians'", "field", "FIELD_ROOT"],
  ["office's", "ops", "OPS_ROOT"],
] as const)("the %s app", (_whose, prefix, setting) => {
  let root: string;
  let hub: Awaited<ReturnType<typeof startHub>>;

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), `${prefix}-app-`));
    await mkdir(path.join(root, "assets"));
    for (const [file, content] of Object.entries({ "index.html": "une page", "sw.js": "self", "assets/app-Ab12.js": "1", ".sources": "a" })) await writeFile(path.join(root, file), content);
    hub = await startHub({ [setting]: root });
  });
  afterAll(async () => {
    await hub.stop();
    await rm(root, { recursive: true });
  });

  it.each([
    [`/${prefix}/`, "une page", "no-cache"],
    [`/${prefix}/visites/DJ-1?de=avis`, "une page", "no-cache"],
    [`/${prefix}/sw.js`, "self", "no-cache"],
    [`/${prefix}/assets/app-Ab12.js`, "1", "public, max-age=31536000, immutable"],
  ])("answers %s with %s, kept %s", async (url, text, cached) => {
    const answer = await hub.app.inject({ url });
    expect([answer.statusCode, answer.body, answer.headers["cache-control"]]).toEqual([200, text, cached]);
  });

  it("has no page for a file that is not there, nor for an address beside it", async () => {
    for (const url of [`/${prefix}/assets/app-Old1.js`, `/${prefix}/favicon.ico`, `/${prefix}/.sources`, `/${prefix}/%2e%2e/secret.txt`, `/${prefix}s`, "/api/nowhere"]) {
      expect([url, (await hub.app.inject({ url })).statusCode]).toEqual([url, 404]);
    }
  });

  it("is at one address, with the slash that its scope has", async () => {
    const answer = await hub.app.inject({ url: `/${prefix}?de=avis` });
    expect([answer.statusCode, answer.headers.location]).toEqual([308, `/${prefix}/?de=avis`]);
  });

  it("may run WebAssembly and use the camera, and loads nothing from elsewhere", async () => {
    const { headers } = await hub.app.inject({ url: `/${prefix}/` });
    expect(headers["content-security-policy"]).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(headers["content-security-policy"]).not.toContain("stripe");
    expect(headers["permissions-policy"]).toContain("camera=(self)");
  });
});

it("the office's app asks the origins of the maps' style where one is configured, and nobody outside where none is; the technicians' never", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "maps-app-"));
  await writeFile(path.join(root, "index.html"), "une page");
  const policies = async (settings: Record<string, string>): Promise<string[]> => {
    const hub = await startHub({ OPS_ROOT: root, FIELD_ROOT: root, ...settings });
    const answers = await Promise.all(["/ops/", "/field/"].map(async (url) => String((await hub.app.inject({ url })).headers["content-security-policy"])));
    await hub.stop();
    return answers;
  };
  const [ops, field] = await policies({ MAP_STYLE_URL: "https://tiles.example/styles/basic.json", MAP_ORIGINS: "https://fonts.example" });
  expect(ops).toContain("connect-src 'self' https://tiles.example https://fonts.example");
  expect(ops).toContain("img-src 'self' data: blob: https://tiles.example https://fonts.example");
  expect(field).not.toContain("example");
  for (const policy of await policies({})) expect(policy).not.toContain("https:");
  await rm(root, { recursive: true });
});
