import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { customerOverview, threadKind, threadPage, threadQuery } from "@gigafibre/contracts/customer-360";
import { noteByStaff, noteKept, smsAccepted, smsByStaff } from "@gigafibre/contracts/messages";
import { fieldProblemOf, problem } from "@gigafibre/contracts/problems";
import { asPerson, ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { answerCustomer } from "../messages/conversation-rows.ts";
import { sendByStaff } from "../messages/staff-sms.ts";
import { sentTo } from "./hub-side.ts";
import { overviewOf } from "./overview.ts";
import { heldLists } from "./panels.ts";
import { savedCards } from "./saved-card.ts";
import { decoded, entriesOf, pageOf, threadLists } from "./thread.ts";

const params = z.strictObject({ name: z.string().min(1).max(140) });

/** A customer on one page, read as the person who asks; and what is written from there to the customer or of them. */
export async function customers(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const cardOf = savedCards(root);

  app.get(
    "/api/customers/:name/overview",
    {
      config: { access: "staff" },
      schema: {
        tags: ["customers"],
        summary: "A customer on one page",
        description:
          "Contacts, places with their subscriptions, equipment, drop and devices, balance, card, the first invoices and payments, and the first page of the " +
          "thread, as the person may read them in ERPNext: a panel they may not is null, and `absent` says why. 404 `not_found`; 503 `erpnext_unavailable`.",
        params,
        response: { 200: customerOverview, 404: problem, 503: problem },
      },
    },
    async (request) => answered(overviewOf(root, request.params.name, asPerson(request), cardOf)),
  );

  app.get(
    "/api/customers/:name/thread",
    {
      config: { access: "staff" },
      schema: {
        tags: ["customers"],
        summary: "More of a customer's thread, newest first",
        description: "`before` is the `next` of the page before; `kinds` some of issue, job, message, comment and change, with commas. A person who looks on with other kinds begins anew.",
        params,
        querystring: threadQuery,
        response: { 200: threadPage, 404: problem, 503: problem },
      },
    },
    async (request) => {
      const { before, kinds } = request.query;
      const where = before === undefined ? {} : decoded(before);
      if (!where) throw Refusal.ofFields([fieldProblemOf("before", "invalid")]);
      const wanted = new Set(kinds ?? threadKind.options);
      const { name } = request.params;
      const [{ lists }, sent] = await answered(
        Promise.all([
          root.erpnext.lists([...heldLists(name, ["name"]), ...threadLists(name, where, wanted)], asPerson(request)),
          wanted.has("message") ? sentTo(root, name, where) : [],
        ]),
      );
      if (!lists["customer"]?.length) throw new Refusal("not_found");
      return pageOf([...entriesOf(lists), ...sent], where);
    },
  );

  /** @throws Refusal `not_found` unless the person may read the customer */
  async function phonesOf(name: string, caller: Caller): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const phones = {
      as: "phones", doctype: "Contact Phone", parent: "Contact", fields: ["name", "phone", "is_primary_mobile_no"], filters: [["parent", "in", { $names: "contacts" }]],
      order_by: "is_primary_mobile_no desc, idx asc",
    };
    const { lists } = await root.erpnext.lists([...heldLists(name, ["name"]).slice(0, 2), phones], caller);
    if (!lists["customer"]?.length) throw new Refusal("not_found");
    return lists["phones"] ?? [];
  }

  app.post(
    "/api/customers/:name/messages",
    {
      config: { access: "agent" },
      schema: {
        tags: ["customers"],
        summary: "Sends an SMS to a customer",
        description:
          "To a number of their contacts, their own mobile unless told. 202 once it is kept; it leaves by the outbox, and its delivery is seen in the thread. " +
          "What the customer wrote by SMS is answered by it. The same `id` again sends nothing more. 409 `sms_stopped` for a number that asked for no more; 422 for one that is not theirs.",
        params,
        body: smsByStaff,
        response: { 202: smsAccepted, 404: problem, 409: problem, 422: problem, 503: problem },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const numbers = (await answered(phonesOf(name, asPerson(request)))).map(({ phone }) => String(phone));
      const user = request.staff?.user ?? "";
      return reply.code(202).send(await sendByStaff(root, { ...request.body, customer: name, subject: name, numbers, user, answers: (client) => answerCustomer(client, name, user) }));
    },
  );

  app.post(
    "/api/customers/:name/notes",
    {
      config: { access: "agent" },
      schema: {
        tags: ["customers"],
        summary: "Writes a note on a customer",
        description: "A Comment of the person's own in ERPNext. 404 `not_found`; 503 `erpnext_unavailable`, or `erpnext_outcome_unknown` where the answer was lost.",
        params,
        body: noteByStaff,
        response: { 201: noteKept, 404: problem, 503: problem },
      },
    },
    async (request, reply) => {
      const { staff } = request;
      const content = request.body.text.split("\n").map((line) => `<p>${escapeHtml(line)}</p>`).join("");
      try {
        const { message } = await root.erpnext.call("POST", "/api/method/frappe.desk.form.utils.add_comment", {
          body: { reference_doctype: "Customer", reference_name: request.params.name, content, comment_email: staff?.user, comment_by: staff?.full_name },
          caller: asPerson(request),
        });
        return reply.code(201).send(noteKept.parse(message));
      } catch (error) {
        if (error instanceof ErpnextRefused && (error.status === 404 || error.status === 403)) throw new Refusal("not_found", {}, error);
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_outcome_unknown", {}, error);
        throw error;
      }
    },
  );
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  });
}
