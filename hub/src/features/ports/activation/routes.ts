import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { portActivationRequest } from "@gigafibre/contracts/devices";
import { problem } from "@gigafibre/contracts/problems";
import { textOf } from "../../../erpnext-document.ts";
import { transaction } from "../../../plugins/database.ts";
import { asPerson, ErpnextRefused, ErpnextUnavailable } from "../../../plugins/erpnext.ts";
import { Refusal } from "../../../plugins/problems.ts";
import { manual, OLT_COMMAND } from "./driver.ts";
import { answerOf, newestRequests, noteTask, requestsOf } from "./repository.ts";
import { doneStep, lookAtPlace, portActivationJob } from "./request-job.ts";

const MOST = 200;

/** ONTs that wait to be let in at their OLT: asked for after a scan, done by support. */
export async function portActivations(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  await portActivationJob(root, manual(root.config.OLT_COMMAND?.replaceAll("\\n", "\n") ?? OLT_COMMAND));

  root.documentChanges.on("Service Equipment", async ({ document: device }) => {
    const location = textOf(device, "service_location");
    if (textOf(device, "equipment_type") === "ONT" && textOf(device, "status") === "En attente" && location) await lookAtPlace(root, location);
  });
  root.documentChanges.on("Service Location", async ({ document: place }) => {
    if (textOf(place, "status") === "Pending Install") await lookAtPlace(root, textOf(place, "name"));
  });
  root.documentChanges.on("Task", async ({ name, document: task }) => {
    if (!task) return;
    const done = textOf(task, "status") === "Completed" ? { by: textOf(task, "modified_by") } : null;
    await transaction(root.db, (client) => noteTask(client, name, done));
  });

  root.documentChanges.on("Dispatch Job", async ({ name, document: job }) => {
    await root.db.query("update port_activation set technician = $2 where job = $1 and technician is distinct from $2", [name, textOf(job, "assigned_to") || null]);
  });

  app.get(
    "/api/port-activations",
    {
      config: { access: "agent" },
      schema: {
        tags: ["Ports"],
        summary: "ONTs to let in at their OLT",
        description: "What support was asked after each ONT's scan, with the command ready to paste; those that wait first. Event `port.activation` says when to ask again.",
        response: { 200: z.array(portActivationRequest) },
      },
    },
    async (_request, reply) => reply.header("cache-control", "no-store").send((await newestRequests(app.db, MOST)).map(answerOf)),
  );

  app.post(
    "/api/port-activations/:task/done",
    {
      config: { access: "agent" },
      schema: {
        tags: ["Ports"],
        summary: "The ONT is let in",
        description: "Completes the Task with the caller's own session, as completing it in Desk does; the technician is told. Pressed twice it changes nothing. 404 `port_activation_not_found`.",
        params: z.strictObject({ task: z.string().min(1).max(140) }),
        response: { 200: portActivationRequest, 404: problem, 503: problem },
      },
    },
    async (request) => {
      const { task } = request.params;
      const [asked] = await requestsOf(app.db, { task: [task] });
      if (!asked) throw new Refusal("port_activation_not_found");
      const user = request.staff?.user ?? "";
      try {
        const caller = asPerson(request);
        const standing = await app.erpnext.get("Task", task, caller);
        if (standing && textOf(standing, "status") !== "Completed") {
          await app.erpnext.commit({ key: `port:${task}:${standing.modified}:done`, steps: [doneStep(standing, task)] }, caller);
        }
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        if (error instanceof ErpnextRefused) throw new Refusal("action_refused", { details: { message: error.step?.message ?? error.message } }, error);
        throw error;
      }
      await transaction(app.db, (client) => noteTask(client, task, { by: user }));
      const [now] = await requestsOf(app.db, { task: [task] });
      return answerOf(now ?? asked);
    },
  );
}
