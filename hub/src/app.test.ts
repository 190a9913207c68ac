import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";

describe("the hub", () => {
  let app: FastifyInstance;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    app = await buildApp(
      readConfig({
        LOG_LEVEL: "silent",
        DATABASE_URL: database.url,
        ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
        ERPNEXT_URL: "http://127.0.0.1:1",
        ERPNEXT_API_KEY: "key",
        ERPNEXT_API_SECRET: "secret",
        ERPNEXT_WEBHOOK_SECRET: "webhook-secret-of-tests",
        STRIPE_SECRET_KEY: "sk_test_1",
        STRIPE_PUBLISHABLE_KEY: "pk_test_1",
        STRIPE_WEBHOOK_SECRET: "whsec_1",
      }),
    );
  });
  afterAll(async () => {
    await app.close();
    await drop();
  });

  it("starts on an empty database while ERPNext is away", async () => {
    await app.ready();
    const { rows } = await app.db.query<{ one: number }>("select 1 as one");
    expect(rows[0]?.one).toBe(1);
  });

  it("answers an unknown path with a problem in both languages", async () => {
    const answer = await app.inject({ url: "/api/nowhere" });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ reason: "not_found", message: { fr: "Introuvable.", en: "Not found." } });
  });

  it("logs where it is told to, so that a command's report stands alone on standard output", async () => {
    const lines: string[] = [];
    const quiet = await buildApp({ ...app.config, LOG_LEVEL: "error" }, { write: (line) => lines.push(line) });
    quiet.log.error("kept apart");
    await quiet.close();
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(["kept apart"]);
  });

  it("names the settings to correct", () => {
    expect(() => readConfig({ DATABASE_URL: "nonsense" })).toThrow(/DATABASE_URL[\s\S]*ERPNEXT_URL/);
  });
});
