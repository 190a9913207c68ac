/** Whom a ticket is given to: Frappe's own assignment, as the person; it changes nothing of the ticket's `modified`, so the hub tells of it itself. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { problem } from "@gigafibre/contracts/problems";
import { ticketAssigned, ticketAssignee, ticketPeople } from "@gigafibre/contracts/tickets";
import { transaction } from "../../plugins/database.ts";
import { asPerson, ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";

const METHOD = "/api/method/gigafibre_fsm.api.assignments";
const message = z.object({ message: z.unknown() });
const responses = { 403: problem, 404: problem, 503: problem };

async function answered(asked: Promise<unknown>): Promise<unknown> {
  try {
    return message.parse(await asked).message;
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    if (error instanceof ErpnextRefused) throw new Refusal(error.status === 403 ? "not_allowed" : "not_found", {}, error);
    throw error;
  }
}

export async function assignment(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/tickets/people",
    {
      config: { access: "agent" },
      schema: { tags: ["calls"], summary: "Who may be given a ticket", description: "Agents and dispatchers, by name.", response: { 200: ticketPeople, ...responses } },
    },
    async (request) => ticketPeople.parse(await answered(root.erpnext.call("GET", `${METHOD}.people`, { caller: asPerson(request) }))),
  );
  app.put(
    "/api/tickets/:issue/assignee",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Gives a ticket to somebody",
        description: "In the place of whoever had it, or to nobody; by ERPNext's own assignment, which Desk shows too. The same again changes nothing. 403 `not_allowed`; 404 for who is neither agent nor dispatcher.",
        params: z.strictObject({ issue: z.string().min(1).max(140) }),
        body: ticketAssignee,
        response: { 200: ticketAssigned, 422: problem, ...responses },
      },
    },
    async (request) => {
      const { issue } = request.params;
      const assigned = z.array(z.string()).parse(await answered(root.erpnext.call("POST", `${METHOD}.give`, { body: { issue, user: request.body.user ?? "" }, caller: asPerson(request) })));
      await transaction(root.db, (client) => recordEvent(client, { key: `ticket.assigned:${randomUUID()}`, kind: "document.changed", doctype: "Issue", name: issue }));
      return { issue, assigned };
    },
  );
}
