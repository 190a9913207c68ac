import fp from "fastify-plugin";
import { PgBoss } from "pg-boss";
import type pg from "pg";

declare module "fastify" {
  interface FastifyInstance {
    jobs: PgBoss;
  }
}

/** Makes pg-boss write in the caller's transaction, so that a job exists exactly when what it follows from does. */
export function within(client: pg.ClientBase): { executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> } {
  return { executeSql: (text, values) => client.query(text, values) };
}

export const jobs = fp<{ databaseUrl: string }>(
  async (app, { databaseUrl }) => {
    const boss = new PgBoss({ connectionString: databaseUrl, schema: "jobs", max: 6, application_name: "hub-jobs" });
    boss.on("error", (error) => app.log.warn({ err: error }, "the job queue had an error"));
    await boss.start();
    app.decorate("jobs", boss);
    app.addHook("onClose", () => boss.stop({ graceful: true, timeout: 10_000 }));
  },
  { name: "jobs", dependencies: ["database"] },
);
