import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { board, boardPositions, boardQuery, boardSlots, boardVisit, holdRequest, moveAnswer, moveRequest, movesAnswer, movesRequest } from "@gigafibre/contracts/board";
import { slotsFor } from "@gigafibre/contracts/board-slots";
import { problem } from "@gigafibre/contracts/problems";
import type { StaffSession } from "@gigafibre/contracts/session";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { erpnextTime } from "../orders/steps.ts";
import { DAYS_AHEAD } from "../install-dates/calendar.ts";
import { boardOf, jobNow } from "./facts.ts";
import { hold } from "./holds.ts";
import { moveMany } from "./move-many.ts";
import { moveJob } from "./move.ts";
import { positionsOf } from "./positions.ts";
import { noticeJob } from "./notices.ts";
import { reminderJob } from "./reminders.ts";
import { traccar } from "./traccar.ts";

const params = z.strictObject({ name: z.string().min(1).max(140) });
/** The next slots are looked for among the days that customers could ask for, today included. */
const SLOT_DAYS = DAYS_AHEAD + 1;

async function answered<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  });
}

function whoOf({ staff }: FastifyRequest): StaffSession {
  if (!staff) throw new Refusal("sign_in_required");
  return staff;
}

/** The dispatch board. ERPNext's permissions decide who reads and who moves: all is asked with the person's own session. */
export async function boardRoutes(root: FastifyInstance): Promise<void> {
  await noticeJob(root);
  await reminderJob(root);
  const vehicles = traccar(root.config, (error) => root.log.info({ err: error }, "Traccar does not say where technicians are"));
  const app = root.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/board",
    {
      config: { access: "agent" },
      schema: {
        tags: ["board"],
        summary: "Who visits whom, and when",
        description: "Technicians with skills, hours and days away; the visits of these days; those that wait, as far as is asked for, with how many of each kind there are; each day's room as the website's dates count it. 503 `erpnext_unavailable`.",
        querystring: boardQuery,
        response: { 200: board, 403: problem, 503: problem },
      },
    },
    async (request) => {
      const { from, days, ...filter } = request.query;
      return answered(boardOf(root, asPerson(request), from, days, filter));
    },
  );

  app.get(
    "/api/board/positions",
    {
      config: { access: "agent" },
      schema: {
        tags: ["board"],
        summary: "Where technicians are now",
        description: "By Traccar where it is configured, else by the phone of one whom a customer follows; of the last half hour. Nothing of it is kept.",
        response: { 200: boardPositions, 503: problem },
      },
    },
    async (request) => answered(positionsOf(root, vehicles, asPerson(request))),
  );

  app.get(
    "/api/board/jobs/:name",
    {
      config: { access: "agent" },
      schema: {
        tags: ["board"],
        summary: "One visit, wherever it is",
        description: "On a day that is not shown, beyond those that wait longest, begun, done or cancelled. 404 for one that the person may not read as well.",
        params,
        response: { 200: boardVisit, 404: problem, 503: problem },
      },
    },
    async (request) => {
      const now = await answered(jobNow(root, request.params.name, asPerson(request)));
      if (!now) throw new Refusal("not_found");
      return { job: now.job };
    },
  );

  app.post(
    "/api/board/jobs/:name/move",
    {
      config: { access: "agent" },
      schema: {
        tags: ["board"],
        summary: "Moves a visit to a technician and a time, or back to those that wait",
        description:
          "Once by its `id`, however often it is sent. 409 `visit_changed_meanwhile` says who was faster and where the visit is now, `visit_under_way` that it " +
          "cannot be moved any more, `move_refused` what ERPNext said; 403 `not_allowed`; 503 `erpnext_outcome_unknown`: send the same again.",
        params,
        body: moveRequest,
        response: { 200: moveAnswer, 403: problem, 404: problem, 409: problem, 503: problem },
      },
    },
    async (request) => answered(moveJob(root, whoOf(request), asPerson(request), request.params.name, request.body)),
  );

  app.post(
    "/api/board/moves",
    {
      config: { access: "agent" },
      schema: {
        tags: ["board"],
        summary: "Moves many visits at once, and writes down that a technician is away, or is back",
        description:
          "One unit of work: all, or nothing. Once by its `id`, however often it is sent. Each customer is told once of what then stands. 409 `visits_changed_meanwhile` where one " +
          "stands otherwise than it was seen, `move_refused` what ERPNext said; 403 `not_allowed`; 503 `erpnext_outcome_unknown`: send the same again.",
        body: movesRequest,
        response: { 200: movesAnswer, 403: problem, 404: problem, 409: problem, 503: problem },
      },
    },
    async (request) => answered(moveMany(root, whoOf(request), asPerson(request), request.body)),
  );

  app.post(
    "/api/board/jobs/:name/hold",
    {
      config: { access: "agent" },
      schema: { tags: ["board"], summary: "Shows the other dispatchers that a visit is in hand, or no longer", params, body: holdRequest, response: { 204: z.null(), 404: problem } },
    },
    async (request, reply) => {
      if (!(await answered(root.erpnext.get("Dispatch Job", request.params.name, asPerson(request))))) throw new Refusal("not_found");
      await hold(root, request.params.name, whoOf(request), request.body.held);
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/api/board/jobs/:name/slots",
    {
      config: { access: "agent" },
      schema: {
        tags: ["board"],
        summary: "Where a visit would fit next",
        description: "In the next two weeks, with the skills, within hours and with the drives; the customer's own dates first.",
        params,
        response: { 200: boardSlots, 404: problem, 503: problem },
      },
    },
    async (request) => {
      const caller = asPerson(request);
      const [now, around] = await answered(Promise.all([jobNow(root, request.params.name, caller), boardOf(root, caller, undefined, SLOT_DAYS, null)]));
      if (!now) throw new Refusal("not_found");
      return { slots: slotsFor(now.job, around, erpnextTime(new Date()).slice(0, 16)) };
    },
  );
}
