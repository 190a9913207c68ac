import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { ACTION_VERSION, visitAction, visitActionAnswer, visitDays } from "@gigafibre/contracts/visits";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { takeAction } from "./actions.ts";
import type { Sender } from "./actions.ts";
import { daysOf } from "./days.ts";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import { pruneActions } from "./repository.ts";
import { photoJob, photoRoutes } from "./photos.ts";
import { JobLocks } from "./job-locks.ts";

const PRUNE_QUEUE = "prune-actions";

/**
 * Who sends, and the session they do it with. A phone says whose action it is (`field-user`): another who has signed in meanwhile in the same
 * browser does not send it as theirs.
 */
function senderOf(request: FastifyRequest): Sender {
  const sid = request.cookies["sid"];
  const meant = request.headers["field-user"];
  if (!request.staff || !sid || (meant !== undefined && meant !== encodeURIComponent(request.staff.user))) throw new Refusal("sign_in_required");
  return { staff: request.staff, caller: { cookie: `sid=${encodeURIComponent(sid)}` } };
}

const newerThanKnown = (body: unknown): boolean => typeof body === "object" && body !== null && "version" in body && Number(body.version) > ACTION_VERSION;

async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  }
}

/** Technicians' visits: what their phones carry, and what they send back. */
export async function visits(app: FastifyInstance): Promise<void> {
  const locks = new JobLocks(app.config.DATABASE_URL, (error) => app.log.warn({ err: error }, "a connection that locks visits was lost"));
  app.addHook("onClose", () => locks.end());
  app.addHook("onReady", async () => {
    await app.jobs.createQueue(PRUNE_QUEUE);
    await app.jobs.work(PRUNE_QUEUE, async () => {
      app.log.info({ removed: await pruneActions(app.db) }, "old actions of visits were removed");
    });
    await app.jobs.schedule(PRUNE_QUEUE, "37 4 * * *", null, { tz: TIME_ZONE });
  });
  await photoJob(app);
  await app.register(photoRoutes);
  const routes = app.withTypeProvider<ZodTypeProvider>();

  routes.get(
    "/api/field/days",
    {
      config: { access: "staff" },
      schema: {
        tags: ["Field"],
        summary: "A technician's visits of today and tomorrow, to carry along",
        description: "Those of their own jobs only, and what is left of earlier days. 401 `sign_in_required`; 503 `erpnext_unavailable`.",
        response: { 200: visitDays },
      },
    },
    async (request, reply) => {
      const { staff, caller } = senderOf(request);
      return reply.header("cache-control", "no-store").send(await answered(daysOf(app, staff, caller)));
    },
  );

  routes.post(
    "/api/field/actions",
    {
      config: { access: "staff" },
      // Before its shape, which this hub does not know either.
      preValidation: async ({ body }) => {
        if (newerThanKnown(body)) throw new Refusal("action_version_unknown", { details: { newest: ACTION_VERSION } });
      },
      schema: {
        tags: ["Field"],
        summary: "Apply what a technician did",
        description:
          "200 once ERPNext holds it, or once dispatch has been told where the visit is no longer theirs (`kept_for_dispatch`); the same answer however " +
          "often it is sent. 425 `earlier_action_first` and 503: keep it and try again. Other 4xx are refusals with a named reason.",
        body: visitAction,
        response: { 200: visitActionAnswer },
      },
    },
    async (request, reply) => reply.header("cache-control", "no-store").send(await answered(takeAction(app, locks, senderOf(request), request.body))),
  );
}
