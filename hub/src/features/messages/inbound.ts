/** SMS that came in, brought to ERPNext beside the customer whose number it is; of a number nobody has, kept until a person says whose. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { inboundCustomer, inboundMessage, inboundMessages as answer, isYes } from "@gigafibre/contracts/messages";
import { problem } from "@gigafibre/contracts/problems";
import { transaction } from "../../plugins/database.ts";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { visitAnswered } from "../board/confirmation.ts";
import { phonePatterns } from "../find/question.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { escapeHtml } from "./escape-html.ts";
import { inboundRow, newestInbound, saidIn, shownInbound } from "./inbound-rows.ts";
import type { InboundRow } from "./inbound-rows.ts";
import { e164Of } from "./stops.ts";

export const INBOUND = "inbound-messages";
const SHOWN = 200;
const SUBJECT_MAX = 140;

export async function inboundMessages(root: FastifyInstance): Promise<void> {
  await root.workers.add({
    queue: INBOUND,
    concurrency: 1,
    retrySeconds: 2,
    maxRetrySeconds: 60,
    work: (sid) => bring(root, sid),
    unfinished: async () => {
      const { rows } = await root.db.query<{ sid: string }>("select sid from inbound_message where state = 'received' order by received_at limit 500");
      return rows.map(({ sid }) => sid);
    },
  });
  const app = root.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/messages/inbound",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "SMS that came in, newest first",
        description: `The last ${SHOWN}; with \`unknown=true\` those of numbers that no customer has.`,
        querystring: z.strictObject({ unknown: z.stringbool().default(false) }),
        response: { 200: answer },
      },
    },
    async (request) => ({ messages: (await newestInbound(root.db, request.query.unknown, SHOWN)).map((row) => shownInbound(root.vault, row)) }),
  );

  app.post(
    "/api/messages/inbound/:sid/customer",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "Says whose an SMS of an unknown number is",
        description: "It then stands in that customer's thread. 404 `inbound_message_unknown` where none waits, `not_found` for a customer the person may not see.",
        params: z.strictObject({ sid: z.string().max(64) }),
        body: inboundCustomer,
        response: { 202: inboundMessage, 404: problem, 503: problem },
      },
    },
    async (request, reply) => {
      const { sid } = request.params;
      const { customer } = request.body;
      try {
        if (!(await root.erpnext.get("Customer", customer, asPerson(request)))) throw new Refusal("not_found");
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
      const row = await transaction(root.db, async (client) => {
        const { rowCount } = await client.query("update inbound_message set state = 'received', customer = $2 where sid = $1 and state = 'unknown'", [sid, customer]);
        if (rowCount !== 1) throw new Refusal("inbound_message_unknown");
        await root.workers.enqueue(client, INBOUND, sid);
        return inboundRow(client, sid);
      });
      root.workers.wake(INBOUND);
      if (!row) throw new Refusal("inbound_message_unknown");
      return reply.code(202).send(shownInbound(root.vault, row));
    },
  );
}

/** Whose number it is; where several have it, the one whose contact was changed last. Asked as the hub's user. */
async function customerOf(app: FastifyInstance, from: string): Promise<string | null> {
  const { lists } = await app.erpnext.lists(
    [
      { as: "phones", doctype: "Contact", fields: ["name", "phone", "mobile_no"], or_filters: phonePatterns(from).map((pattern) => ["Contact Phone", "phone", "like", pattern]), order_by: "`tabContact`.modified desc", limit: 50 },
      { as: "numbers", doctype: "Contact Phone", parent: "Contact", fields: ["parent", "phone"], filters: [["parent", "in", { $names: "phones" }]], order_by: "idx asc" },
      { as: "links", doctype: "Dynamic Link", parent: "Contact", fields: ["parent", "link_name"], filters: [["parent", "in", { $names: "phones" }], ["link_doctype", "=", "Customer"]], order_by: "idx asc" },
    ],
    {},
  );
  const having = new Set((lists["numbers"] ?? []).filter(({ phone }) => e164Of(String(phone)) === from).map(({ parent }) => parent));
  for (const { name } of lists["phones"] ?? []) {
    const link = having.has(name) ? (lists["links"] ?? []).find(({ parent }) => parent === name) : undefined;
    if (link) return String(link["link_name"]);
  }
  return null;
}

/** @throws ErpnextUnavailable, to be tried again with the same key */
async function bring(app: FastifyInstance, sid: string): Promise<void> {
  const row = await inboundRow(app.db, sid);
  if (row?.state !== "received") return;
  const said = saidIn(app.vault, row);
  const answers = isYes(said.text) ? await visitAnswered(app, row.number_hash) : null;
  const customer = row.customer ?? answers?.customer ?? (await customerOf(app, said.from));
  if (customer === null) return settle(app, row, { state: "unknown", customer, communication: null });
  const { documents } = await app.erpnext.commitOnce(`message:${sid}`, async () => ({
    key: `message:${sid}`,
    steps: [
      ...(answers ? [answers.step] : []),
      {
        op: "insert",
        doctype: "Communication",
        values: {
          subject: said.text.slice(0, SUBJECT_MAX) || "SMS", content: escapeHtml(said.text).replaceAll("\n", "<br>"), communication_type: "Communication",
          communication_medium: "SMS", sent_or_received: "Received", status: "Linked", phone_no: said.from, message_id: sid,
          reference_doctype: "Customer", reference_name: customer,
        },
      },
    ],
  }));
  await settle(app, row, { state: "kept", customer, communication: documents.find(({ doctype }) => doctype === "Communication")?.name ?? null }, answers?.job);
}

async function settle(app: FastifyInstance, { sid }: InboundRow, now: Pick<InboundRow, "state" | "customer" | "communication">, confirms?: string): Promise<void> {
  await transaction(app.db, async (client) => {
    const { rowCount } = await client.query("update inbound_message set state = $2, customer = $3, communication = $4 where sid = $1 and state = 'received'", [
      sid, now.state, now.customer, now.communication,
    ]);
    if (rowCount !== 1) return;
    // A yes is marked on its visit, and waits for nobody.
    if (confirms !== undefined) return recordEvent(client, { key: `message:${sid}:confirms`, kind: "visit.confirmed", doctype: "Dispatch Job", name: confirms });
    const about = now.customer === null ? { doctype: "Inbound Message", name: sid } : { doctype: "Customer", name: now.customer };
    await recordEvent(client, { key: `message:${sid}:${now.state}`, kind: "message.received", ...about });
  });
}
