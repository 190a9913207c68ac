import { describe, expect, it } from "vitest";
import { startHub } from "../../testing/hub.ts";
import { pagePolicy } from "./security-headers.ts";

describe("what a browser is told about our pages", () => {
  it("allows Stripe's scripts, frames and API, and nobody else's", () => {
    const policy = pagePolicy({ STRIPE_SCRIPT_URL: "https://js.stripe.com/v3/", STRIPE_API_URL: undefined });
    expect(policy["script-src"]).toEqual(["'self'", "https://js.stripe.com", "https://*.js.stripe.com"]);
    expect(policy["frame-src"]).toEqual(["'self'", "https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"]);
    expect(policy["connect-src"]).toEqual(["'self'", "https://api.stripe.com"]);
  });

  it("allows a stand-in for Stripe by its own origin", () => {
    const policy = pagePolicy({ STRIPE_SCRIPT_URL: "http://127.0.0.1:4242/v3/", STRIPE_API_URL: "http://127.0.0.1:4242" });
    expect(policy["script-src"]).toEqual(["'self'", "http://127.0.0.1:4242"]);
    expect(policy["frame-src"]).toEqual(["'self'", "http://127.0.0.1:4242"]);
  });

  it("is said with every answer, a refusal's too, and strict transport on HTTPS only", async () => {
    const plain = await startHub();
    const secure = await startHub({ PUBLIC_URL: "https://gigafibre.example" });
    for (const { app } of [plain, secure]) {
      const found = await app.inject({ url: "/api/site-config" });
      const missing = await app.inject({ url: "/api/nowhere" });
      const refused = await app.inject({ method: "POST", url: "/api/leads", headers: { origin: "https://evil.example" } });
      expect([found.statusCode, missing.statusCode, refused.statusCode]).toEqual([200, 404, 403]);
      for (const { headers } of [found, missing, refused]) {
        expect(headers["content-security-policy"]).toContain("default-src 'self'");
        expect(headers["content-security-policy"]).toContain("frame-ancestors 'self'");
        expect(headers["x-content-type-options"]).toBe("nosniff");
        expect(headers["permissions-policy"]).toContain("microphone=()");
        expect(headers["cache-control"]).toMatch(/^no-(?:store|cache)$/);
      }
    }
    expect((await plain.app.inject({ url: "/healthz" })).headers["strict-transport-security"]).toBeUndefined();
    expect((await secure.app.inject({ url: "/healthz" })).headers["strict-transport-security"]).toContain("max-age=31536000");
    await plain.stop();
    await secure.stop();
  });
});
