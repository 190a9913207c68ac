import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { pendingMigrations } from "../../plugins/database.ts";

const ANSWER_WITHIN_MS = 2_000;
/** ERPNext is asked no oftener than this, however often we are. */
const ERPNEXT_ASKED_EVERY_MS = 5_000;

const check = z.enum(["ok", "away"]);
const readiness = z.object({
  ready: z.boolean(),
  checks: z.object({
    postgresql: check,
    migrations: z.enum(["ok", "behind", "unknown"]),
    /** Does not make the hub unready: orders are taken while ERPNext is away. */
    erpnext: check,
    /** Does not make the hub unready either. `reconcile`: a database was restored, and all work waits. `waiting`: ERPNext has yet to be met. */
    restore: z.enum(["ok", "waiting", "reconcile"]),
  }),
});

type Checks = z.infer<typeof readiness>["checks"];

/** `/healthz`: the process lives. `/readyz`: it can take an order. */
export async function health(app: FastifyInstance): Promise<void> {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });

  const database = async (): Promise<Pick<Checks, "postgresql" | "migrations">> => {
    try {
      const pending = await Promise.race([
        pendingMigrations(app.db),
        new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error("PostgreSQL is slow")), ANSWER_WITHIN_MS).unref()),
      ]);
      return { postgresql: "ok", migrations: pending.length === 0 ? "ok" : "behind" };
    } catch (error) {
      app.log.warn({ err: error }, "PostgreSQL did not answer the question whether it is there");
      return { postgresql: "away", migrations: "unknown" };
    }
  };

  let asked: { at: number; answer: Promise<z.infer<typeof check>> } | undefined;
  const erpnext = (): Promise<z.infer<typeof check>> => {
    if (!asked || Date.now() - asked.at > ERPNEXT_ASKED_EVERY_MS) {
      const answer = app.erpnext.call("GET", "/api/method/ping", { timeoutMs: ANSWER_WITHIN_MS }).then(
        () => "ok" as const,
        () => "away" as const,
      );
      asked = { at: Date.now(), answer };
    }
    return asked.answer;
  };

  typed.get(
    "/healthz",
    {
      config: { access: "public" },
      logLevel: "warn",
      schema: { tags: ["Operations"], summary: "The process lives", response: { 200: z.object({ ok: z.literal(true) }) } },
    },
    async () => ({ ok: true as const }),
  );

  typed.get(
    "/readyz",
    {
      config: { access: "public" },
      logLevel: "warn",
      schema: {
        tags: ["Operations"],
        summary: "The hub can take an order",
        description:
          "503 while PostgreSQL is away, its schema is behind, or the hub is stopping. ERPNext being away is said and does not matter. `restore: reconcile` " +
          "says that a database was restored from a backup: nothing is sent or written until `pnpm reconcile` has run.",
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const [local, outside] = await Promise.all([database(), erpnext()]);
      const ready = local.postgresql === "ok" && local.migrations === "ok" && !closing;
      return reply.code(ready ? 200 : 503).send({ ready, checks: { ...local, erpnext: outside, restore: app.restores.known() } });
    },
  );
}
