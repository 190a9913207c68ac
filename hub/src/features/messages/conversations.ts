/** Conversations by SMS with whoever writes to us: read, answered, set aside, and said whose they are. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { conversation, conversationAnswer, conversationCustomer, conversationLead, leadOfConversation, setAside, setAsideRequest, takeBackRequest } from "@gigafibre/contracts/conversations";
import type { Conversation } from "@gigafibre/contracts/conversations";
import type { ThreadEntry } from "@gigafibre/contracts/customer-360";
import { smsAccepted } from "@gigafibre/contracts/messages";
import { phoneNumber } from "@gigafibre/contracts/orders";
import { fieldProblemOf, problem } from "@gigafibre/contracts/problems";
import { transaction } from "../../plugins/database.ts";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { sentToNumber } from "../customers/hub-side.ts";
import { leadOfSms } from "../leads/sms-lead.ts";
import { rowOf } from "../outbox/rows.ts";
import { giveNumber, refusalOf } from "./claim-number.ts";
import { claim, CONVERSATION_LIMIT, handle, handledOf, takeBack, waitingOf, wordsFrom } from "./conversation-rows.ts";
import type { Words } from "./conversation-rows.ts";
import { INBOUND } from "./inbound.ts";
import { saidIn } from "./inbound-rows.ts";
import { peopleOf } from "./people.ts";
import { sendByStaff } from "./staff-sms.ts";
import { numberHash } from "./stops.ts";

const params = z.strictObject({ id: z.string().min(1).max(64) });
const responses = { 404: problem, 409: problem, 422: problem, 503: problem };
/** Of one who may become a customer, so many of their newest messages are their words. */
const LEAD_WORDS = 5;

interface Held {
  readonly words: readonly Words[];
  readonly whose: Pick<Conversation, "number" | "stopped" | "customer" | "lead">;
}

export async function conversations(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  /** @throws Refusal `not_found` for one that there is not, or whose customer the person may not see */
  async function held(request: FastifyRequest<{ Params: { id: string } }>): Promise<Held> {
    const words = await wordsFrom(root.db, request.params.id);
    const [newest] = words;
    if (!newest) throw new Refusal("not_found");
    const customer = words.find((each) => each.customer !== null)?.customer ?? null;
    const [whose] = await peopleOf(root, [{ number: saidIn(root.vault, newest).from, customer }], asPerson(request)).catch((error: unknown) => {
      throw error instanceof ErpnextUnavailable ? new Refusal("erpnext_unavailable", {}, error) : error;
    });
    if (!whose) throw new Refusal("not_found");
    return { words, whose };
  }

  /** @throws Refusal `number_known`, or for a number that is none of North America's */
  function digitsOfNobody({ whose }: Held): string {
    if (whose.customer) throw new Refusal("number_known");
    const digits = phoneNumber.safeParse(whose.number);
    if (!digits.success) throw Refusal.ofFields([fieldProblemOf("number", "invalid_phone")]);
    return digits.data;
  }

  app.get(
    "/api/conversations/:id",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "What was said with a number by SMS",
        description: `The last ${CONVERSATION_LIMIT} messages each way, oldest first. 404 where the person may not see whose number it is.`,
        params,
        response: { 200: conversation, ...responses },
      },
    },
    async (request, reply) => {
      const { words, whose } = await held(request);
      const { id } = request.params;
      const sent = await sentToNumber(root, id, CONVERSATION_LIMIT);
      const entries = [...words.map((row) => entryOf(root, row)), ...sent].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
      const waiting = waitingOf(words);
      return reply.header("cache-control", "no-store").send({ id, ...whose, count: waiting.length, newest: waiting[0]?.sid ?? words[0]?.sid ?? null, handled: handledOf(words), entries });
    },
  );

  app.post(
    "/api/conversations/:id/messages",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "Answers by SMS",
        description:
          "What was `seen` waits for nobody any more. The same `id` again sends nothing more. 409 `already_handled` with `by`, `how` and `at` where somebody was faster, unless `anyway`; " +
          "409 `sms_stopped` for a number that asked for no more.",
        params,
        body: conversationAnswer,
        response: { 202: smsAccepted, ...responses },
      },
    },
    async (request, reply) => {
      const { whose } = await held(request);
      const { id } = request.params;
      const { seen, anyway = false, ...sms } = request.body;
      const user = request.staff?.user ?? "";
      const answer = await sendByStaff(root, {
        ...sms, customer: whose.customer?.name ?? null, subject: whose.customer?.name ?? id, numbers: [whose.number], user,
        answers: async (client, key) => {
          if ((await handle(client, id, seen, "answered", user)).length > 0 || anyway || (await rowOf(client, key))) return;
          const handled = handledOf(await wordsFrom(client, id));
          if (handled) throw new Refusal("already_handled", { details: { ...handled } });
        },
      });
      return reply.code(202).send(answer);
    },
  );

  app.post(
    "/api/conversations/:id/set-aside",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "Says that what was written needs no answer",
        description: "What comes in after what was `seen` still waits. Answers which messages were set aside, for them to be taken back. 409 `already_handled` where somebody was faster.",
        params,
        body: setAsideRequest,
        response: { 200: setAside, ...responses },
      },
    },
    async (request) => {
      const { id } = request.params;
      const user = request.staff?.user ?? "";
      await held(request);
      const messages = await transaction(root.db, (client) => handle(client, id, request.body.seen, "set_aside", user));
      if (messages.length > 0) return { messages };
      const handled = handledOf(await wordsFrom(root.db, id));
      throw handled ? new Refusal("already_handled", { details: { ...handled } }) : new Refusal("not_found");
    },
  );

  app.post(
    "/api/conversations/:id/take-back",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "Takes back that messages were set aside",
        description: "By who set them aside: they wait again. Those that somebody answered meanwhile do not.",
        params,
        body: takeBackRequest,
        response: { 200: setAside, ...responses },
      },
    },
    async (request) => {
      await transaction(root.db, (client) => takeBack(client, request.params.id, request.body.messages, request.staff?.user ?? ""));
      return { messages: request.body.messages };
    },
  );

  app.post(
    "/api/conversations/:id/customer",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "Says whose an unknown number is",
        description: "It is written to a Contact of theirs in ERPNext, by the person who says so; what was said with it stands in their thread, before and from then on. 409 `number_known` where it is a customer's.",
        params,
        body: conversationCustomer,
        response: { 202: conversationCustomer, 403: problem, ...responses },
      },
    },
    async (request, reply) => {
      const digits = digitsOfNobody(await held(request));
      const { customer } = request.body;
      await giveNumber(root, customer, `+1${digits}`, asPerson(request));
      await bringAll([request.params.id], customer);
      return reply.code(202).send({ customer });
    },
  );

  app.post(
    "/api/conversations/:id/lead",
    {
      config: { access: "agent" },
      schema: {
        tags: ["messages"],
        summary: "Makes a lead of whoever writes from an unknown number",
        description: "A Lead of the person's own with the number and the words; one who is a lead already has them added, once. The conversation waits as before.",
        params,
        body: conversationLead,
        response: { 200: leadOfConversation, 403: problem, ...responses },
      },
    },
    async (request) => {
      const it = await held(request);
      const text = it.words.slice(0, LEAD_WORDS).reverse().map((row) => saidIn(root.vault, row).text).join("\n");
      return leadOfSms(root, { digits: digitsOfNobody(it), name: request.body.name, text }, asPerson(request)).catch((error: unknown) => {
        throw refusalOf(error);
      });
    },
  );

  async function bringAll(ids: readonly string[], customer: string | null): Promise<void> {
    await transaction(root.db, async (client) => {
      for (const sid of await claim(client, ids, customer)) await root.workers.enqueue(client, INBOUND, sid);
    });
    root.workers.wake(INBOUND);
  }

  // A number that somebody gives to a customer in Desk, or on their page, brings its words as well.
  root.documentChanges.on("Contact", async ({ document }) => {
    const rows = (field: string): readonly Record<string, unknown>[] => (Array.isArray(document?.[field]) ? (document[field] as Record<string, unknown>[]) : []);
    if (!rows("links").some(({ link_doctype }) => link_doctype === "Customer")) return;
    const ids = rows("phone_nos").map(({ phone }) => numberHash(root, String(phone)));
    if (ids.length > 0) await bringAll(ids, null);
  });
}

const entryOf = (app: FastifyInstance, row: Words): ThreadEntry => {
  const { from, text } = saidIn(app.vault, row);
  return {
    kind: "message", id: `Inbound Message:${row.sid}`, doctype: "Inbound Message", name: row.sid, at: row.received_at.toISOString(), by: null,
    direction: "in", channel: "sms", address: from, subject: null, text, delivery: "received", error: null,
  };
};
