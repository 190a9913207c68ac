import fp from "fastify-plugin";
import pg from "pg";
import { readdir } from "node:fs/promises";
import { runner } from "node-pg-migrate";
import { fileURLToPath } from "node:url";

declare module "fastify" {
  interface FastifyInstance {
    db: pg.Pool;
  }
}

/** The schema, step by step. */
export const migrationsFolder = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Brings the schema up to date; several hubs may start at once. */
export async function migrate(databaseUrl: string, log: (line: string) => void): Promise<void> {
  await runner({
    databaseUrl,
    dir: migrationsFolder,
    direction: "up",
    migrationsTable: "schema_migration",
    checkOrder: false,
    advisoryLockMode: "wait",
    log,
  });
}

/** Names of the steps that the schema lacks. @throws pg.DatabaseError where the schema was never made. */
export async function pendingMigrations(db: pg.Pool | pg.ClientBase): Promise<string[]> {
  const shipped = (await readdir(migrationsFolder)).filter((file) => file.endsWith(".sql")).map((file) => file.replace(/\.sql$/, ""));
  const done = new Set((await db.query<{ name: string }>("select name from schema_migration")).rows.map(({ name }) => name));
  return shipped.filter((name) => !done.has(name));
}

/** Runs `work` in one transaction: committed when it resolves, rolled back when it throws. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

export const database = fp<{ databaseUrl: string }>(
  async (app, { databaseUrl }) => {
    await migrate(databaseUrl, (line) => app.log.debug(line));
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 20, application_name: "hub" });
    // Each connection keeps a listener of its own: the pool's hears idle ones only, and the loss of one in use would end the process.
    pool.on("connect", (client) => client.on("error", (error) => app.log.warn({ err: error }, "a database connection was lost")));
    pool.on("error", (error) => app.log.debug({ err: error }, "an idle database connection left the pool"));
    app.decorate("db", pool);
    app.addHook("onClose", () => pool.end());
  },
  { name: "database" },
);
