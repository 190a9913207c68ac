import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { callAnswer } from "@gigafibre/contracts/calls";
import { SMS_MAX } from "@gigafibre/contracts/messages";
import { fieldProblemOf, problem } from "@gigafibre/contracts/problems";
import { repairRequest, ticketAnswerRequest, ticketRequest } from "@gigafibre/contracts/tickets";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import { Refusal } from "../../plugins/problems.ts";
import { addressee } from "../messages/addressee.ts";
import { requireRights } from "../calls/rights.ts";
import { emailHtml } from "../messages/email-html.ts";
import type { EmailBlock } from "../messages/email-html.ts";
import { emailText } from "../messages/email-text.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { WORTH_TELLING_HOURS } from "../messages/order-messages.ts";
import { answerCustomer } from "../messages/conversation-rows.ts";
import { isStopped } from "../messages/stops.ts";
import { put } from "../outbox/rows.ts";
import type { Message } from "../outbox/rows.ts";
import { assignment } from "./assignment.ts";

type Body<Request extends z.ZodType> = Omit<z.output<Request>, "id">;

const HOUR_MS = 3_600_000;
const SUBJECT = { fr: (issue: string, about: string) => `Votre demande ${issue}: ${about}`, en: (issue: string, about: string) => `Your request ${issue}: ${about}` } as const;

const paragraphs = (text: string): string => text.split("\n").map((line) => `<p>${escapeHtml(line)}</p>`).join("");
const responses = { 200: callAnswer, 403: problem, 404: problem, 409: problem, 422: problem, 503: problem };

/** Issues, from the telephone to the visit that ends them. */
export async function tickets(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  await root.register(assignment);

  const open = root.calls.add<Body<typeof ticketRequest>, null>({
    kind: "ticket",
    async decide({ body }) {
      const { customer, location, equipment, subject, text } = body;
      const values = { customer, subject, description: paragraphs(text), status: "Open", ...(location ? { service_location: location } : {}), ...(equipment ? { service_equipment: equipment } : {}) };
      return { steps: [{ op: "insert", doctype: "Issue", as: "issue", values }], plan: null };
    },
    settle: async (_client, _asked, _plan, { documents }) => ({ issue: documents[0]?.name ?? "" }),
  });

  const answer = root.calls.add<Body<typeof ticketAnswerRequest>, { readonly messages: readonly Message[] }>({
    kind: "answer",
    async decide({ id, body, asked_by }) {
      const issue = await root.erpnext.get("Issue", body.issue);
      const to = issue ? await addressee(root, textOf(issue, "customer")) : null;
      if (!issue || !to) throw new Refusal("not_found");
      const [sms, email] = [body.by !== "email", body.by !== "sms"];
      if (sms && to.phone === null) throw Refusal.ofFields([fieldProblemOf("by", "invalid_phone")]);
      if (email && to.email === null) throw Refusal.ofFields([fieldProblemOf("by", "invalid_email")]);
      if (sms && (await isStopped(root, `+1${to.phone ?? ""}`))) throw new Refusal("sms_stopped");
      const subject = SUBJECT[to.language](issue.name, textOf(issue, "subject"));
      const blocks: EmailBlock[] = body.text.split("\n").filter(Boolean).map((text) => ({ kind: "paragraph", text }));
      const common = (kind: "sms" | "email") => ({
        key: `call:${id}:${kind}`, subject: issue.name, customer: to.customer ?? "", not_after: new Date(Date.now() + WORTH_TELLING_HOURS[kind] * HOUR_MS), ...(asked_by === null ? {} : { written_by: asked_by }),
      });
      const messages: Message[] = [
        ...(sms ? [{ ...common("sms"), kind: "sms" as const, payload: { to: `+1${to.phone ?? ""}`, body: body.text.slice(0, SMS_MAX) } }] : []),
        ...(email ? [{ ...common("email"), kind: "email" as const, payload: { to: to.email ?? "", subject, text: emailText(blocks), html: emailHtml(subject, to.language, blocks) } }] : []),
      ];
      const said = messages.map(
        (message): Step => ({
          op: "insert",
          doctype: "Communication",
          values: {
            subject, content: paragraphs(body.text), communication_type: "Communication", communication_medium: message.kind === "sms" ? "SMS" : "Email", sent_or_received: "Sent", status: "Linked",
            ...(message.kind === "sms" ? { phone_no: message.payload.to } : { recipients: to.email }), ...(asked_by === null ? {} : { sender: asked_by }), reference_doctype: "Issue", reference_name: issue.name, message_id: message.key,
          },
        }),
      );
      const steps: Step[] = [...said, { op: "update", doctype: "Issue", name: issue.name, values: { status: body.close ? "Closed" : "Replied" }, expect: { status: textOf(issue, "status") } }];
      return { steps, plan: { messages } };
    },
    async settle(client, { body, asked_by }, { messages }) {
      const [sms] = messages.filter(({ kind }) => kind === "sms");
      if (sms?.customer) await answerCustomer(client, sms.customer, asked_by);
      for (const message of messages) await put(root, client, { ...message, not_after: new Date(message.not_after) });
      return { issue: body.issue };
    },
  });

  const repair = root.calls.add<Body<typeof repairRequest>, null>({
    kind: "repair",
    async decide({ body }) {
      const issue = await root.erpnext.get("Issue", body.issue);
      if (!issue) throw new Refusal("not_found");
      const location = body.location ?? textOf(issue, "service_location");
      if (location === "") throw Refusal.ofFields([fieldProblemOf("location", "required")]);
      const place = await root.erpnext.get("Service Location", location);
      if (!place) throw Refusal.ofFields([fieldProblemOf("location", "invalid")]);
      const equipment = textOf(issue, "service_equipment");
      const steps: Step[] = [
        {
          op: "insert",
          doctype: "Dispatch Job",
          as: "job",
          values: {
            customer: textOf(place, "customer"), service_location: location, job_type: "Repair", status: "Open",
            preferred_dates: body.preferred_dates.map((date) => ({ date })), required_tags: [{ tag: "Fibre" }],
            ...(equipment ? { equipment_list: [{ service_equipment: equipment }] } : {}),
            notes: [`${issue.name}: ${textOf(issue, "subject")}`, body.notes].filter(Boolean).join("\n"),
          },
        },
        { op: "update", doctype: "Issue", name: issue.name, values: { dispatch_job: { $ref: "job.name" } }, expect: { dispatch_job: textOf(issue, "dispatch_job") } },
      ];
      return { steps, plan: null };
    },
    settle: async (_client, { body }, _plan, { documents }) => ({ job: documents.find(({ as }) => as === "job")?.name ?? "", issue: body.issue }),
  });

  app.post(
    "/api/calls/tickets",
    { config: { access: "agent" }, schema: { tags: ["calls"], summary: "Opens a ticket", description: "An Issue of the customer's, at a place or about a device of theirs where one is named.", body: ticketRequest, response: responses } },
    async (request) => {
      const { id, ...body } = request.body;
      await requireRights(root, request, { doctype: "Customer", name: body.customer, writes: ["Issue"] });
      return open({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
  app.post(
    "/api/calls/answers",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "Answers a ticket",
        description: "By SMS, by e-mail or both: it stands beside the Issue, leaves by the outbox and is seen in the customer's thread. 409 `sms_stopped`; 422 where there is no number or address.",
        body: ticketAnswerRequest,
        response: responses,
      },
    },
    async (request) => {
      const { id, ...body } = request.body;
      await requireRights(root, request, { doctype: "Issue", name: body.issue, writes: ["Issue"] });
      return answer({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
  app.post(
    "/api/calls/repairs",
    { config: { access: "agent" }, schema: { tags: ["calls"], summary: "Makes a repair visit of a ticket", description: "An open Dispatch Job, linked both ways; the board plans it. One visit for a ticket: 409 `call_refused` for a second at the same moment.", body: repairRequest, response: responses } },
    async (request) => {
      const { id, ...body } = request.body;
      await requireRights(root, request, { doctype: "Issue", name: body.issue, writes: ["Issue", "Dispatch Job"] });
      return repair({ id, asked_by: request.staff?.user ?? "", body });
    },
  );
}
