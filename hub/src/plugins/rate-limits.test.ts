import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../app.ts";
import { settings, startHub } from "../../testing/hub.ts";
import { addressKey, TokenBuckets } from "./rate-limits.ts";

describe("what an address may do", () => {
  let hub: Awaited<ReturnType<typeof startHub>>;
  let other: FastifyInstance;
  const limits = { SEARCH_PER_SECOND: "20", SEARCH_BURST: "60", CHECKOUTS_PER_HOUR: "20", LEADS_PER_HOUR: "3", LOGINS_PER_HOUR: "2" };

  beforeAll(async () => {
    hub = await startHub(limits);
    other = await buildApp(settings({ DATABASE_URL: hub.databaseUrl, ...limits, ENCRYPTION_KEYS: hub.app.config.ENCRYPTION_KEYS, TRUSTED_PROXIES: "1" }));
    await other.ready();
  });
  afterAll(async () => {
    await other.close();
    await hub.stop();
  });

  const post = (app: FastifyInstance, url: string, remoteAddress: string, headers = {}) =>
    app.inject({ method: "POST", url, remoteAddress, headers, payload: {} });

  it("is a burst of 60 searches, then what comes in at 20 a second", async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => hub.app.inject({ url: "/api/address?q=x", remoteAddress: "203.0.113.1" })));
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(60);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.json()).toMatchObject({ reason: "too_many_requests" });
    expect(refused[0]?.headers["retry-after"]).toBe("1");
    expect((await hub.app.inject({ url: "/api/address?q=x", remoteAddress: "203.0.113.2" })).statusCode).not.toBe(429);
  });

  it("is 20 checkouts an hour over all hubs, however they are spread and however at once", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, nth) => post(nth % 2 ? hub.app : other, "/api/checkout", "203.0.113.3")));
    expect(answers.filter(({ statusCode }) => statusCode !== 429)).toHaveLength(20);
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    expect(Number(refused?.headers["retry-after"])).toBeGreaterThan(3_500);
    expect((await post(hub.app, "/api/checkout", "203.0.113.4")).statusCode).not.toBe(429);
    expect((await post(hub.app, "/api/checkout/setup-intent", "203.0.113.3")).statusCode).not.toBe(429);
  });

  it("comes back as its hits grow older than the hour", async () => {
    for (let n = 0; n < 3; n++) await post(hub.app, "/api/leads", "203.0.113.5");
    expect((await post(hub.app, "/api/leads", "203.0.113.5")).statusCode).toBe(429);
    await hub.app.db.query("update rate_limit set hits[1] = now() - interval '61 minutes' where limiter = 'lead'");
    expect((await post(hub.app, "/api/leads", "203.0.113.5")).statusCode).toBe(422);
    expect((await post(hub.app, "/api/leads", "203.0.113.5")).statusCode).toBe(429);
  });

  it("is few attempts to sign in, whoever is tried", async () => {
    const attempt = (app: FastifyInstance, headers = {}) =>
      app.inject({ method: "POST", url: "/api/method/login", remoteAddress: "203.0.113.6", headers, payload: { usr: "a", pwd: "b" } });
    expect([(await attempt(hub.app)).statusCode, (await attempt(hub.app)).statusCode, (await attempt(hub.app)).statusCode]).toEqual([503, 503, 429]);
  });

  it("is counted for the address a trusted proxy names, and for no other that a client names", async () => {
    const forged = { "x-forwarded-for": "198.51.100.1" };
    for (let n = 0; n < 3; n++) await post(hub.app, "/api/leads", "203.0.113.7", { "x-forwarded-for": `198.51.100.${n}` });
    expect((await post(hub.app, "/api/leads", "203.0.113.7", forged)).statusCode).toBe(429);
    // One proxy is trusted: of what it was told, only the last address is its own word.
    for (let n = 0; n < 3; n++) await post(other, "/api/leads", "10.0.0.1", { "x-forwarded-for": `192.0.2.${n}, 198.51.100.7` });
    expect((await post(other, "/api/leads", "10.0.0.1", { "x-forwarded-for": "192.0.2.99, 198.51.100.7" })).statusCode).toBe(429);
    expect((await post(other, "/api/leads", "10.0.0.1", { "x-forwarded-for": "198.51.100.8" })).statusCode).toBe(422);
  });

  it("is kept without saying whose address it is", async () => {
    const { rows } = await hub.app.db.query("select * from rate_limit");
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toMatch(/203\.0\.113|198\.51\.100/);
  });
});

describe("an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ])("is one household: %s", (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });

  it("has its tokens back in time, and is forgotten once it has all of them", () => {
    const buckets = new TokenBuckets(20, 60);
    const waits = Array.from({ length: 61 }, () => buckets.take("a", 0));
    expect(waits.filter((wait) => wait > 0)).toEqual([0.05]);
    expect([buckets.take("a", 50), buckets.take("a", 50)]).toEqual([0, 0.05]);
    buckets.forget(100);
    expect(buckets.take("a", 100)).toBe(0);
    expect(buckets.take("a", 100)).toBeCloseTo(0.05);
    buckets.forget(10_000);
    expect(Array.from({ length: 60 }, () => buckets.take("a", 10_000))).toEqual(Array.from({ length: 60 }, () => 0));
  });
});
