import { randomBytes } from "node:crypto";
import { freshDatabase } from "@gigafibre/fixtures/postgres/fresh-database";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../src/app.ts";
import { readConfig } from "../src/config.ts";

export const WEBHOOK_SECRET = "webhook-secret-of-tests";

/** A port of this machine on which nobody answers. */
export const NOBODY = "http://127.0.0.1:1";

/** Settings of a hub that talks to nobody but its database. */
export function settings(overrides: Record<string, string | undefined>): ReturnType<typeof readConfig> {
  return readConfig({
    LOG_LEVEL: "silent",
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    ERPNEXT_URL: NOBODY,
    ERPNEXT_API_KEY: "key",
    ERPNEXT_API_SECRET: "secret",
    ERPNEXT_WEBHOOK_SECRET: WEBHOOK_SECRET,
    // No test is about how fast the machine is.
    ACS_WAITS_MS: "20000",
    STRIPE_SECRET_KEY: "sk_test_1",
    STRIPE_PUBLISHABLE_KEY: "pk_test_1",
    STRIPE_WEBHOOK_SECRET: "whsec_1",
    ...overrides,
  });
}

/** A hub on a database of its own, listening on a free port. */
export async function startHub(
  overrides: Record<string, string | undefined> = {},
): Promise<{ app: FastifyInstance; url: string; databaseUrl: string; stop(): Promise<void> }> {
  const database = await freshDatabase("hub");
  const app = await buildApp(settings({ DATABASE_URL: database.url, ...overrides }));
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    app,
    url,
    databaseUrl: database.url,
    async stop() {
      await app.close();
      await database.drop();
    },
  };
}
