/** What Twilio tells: an SMS that came in, and what became of one of ours. Signed on our public address; closed when it is not. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import twilio from "twilio";
import { z } from "zod";
import { wishOf } from "@gigafibre/contracts/messages";
import { problem } from "@gigafibre/contracts/problems";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { aboutOf } from "../outbox/rows.ts";
import { STATUS_PATH } from "../outbox/sms.ts";
import { INBOUND } from "./inbound.ts";
import { keepInbound } from "./inbound-rows.ts";
import { numberHash, obey, saysStopped } from "./stops.ts";

const fields = z.record(z.string(), z.string());
const came = z.looseObject({ MessageSid: z.string().min(1).max(64), From: z.string().min(1).max(64), Body: z.string().max(10_000).default(""), OptOutType: z.string().optional() });
const became = z.looseObject({ MessageSid: z.string().min(1).max(64), MessageStatus: z.string(), ErrorCode: z.string().optional() });
const DELIVERED = new Set(["delivered", "read"]);
const FAILED = new Set(["undelivered", "failed", "canceled"]);
const BODY_LIMIT = 64 * 1024;
/** Where Twilio is to bring what comes in. */
export const INBOUND_PATH = "/webhooks/twilio/messages";
/** Nothing is answered to the sender by this way. */
const SILENCE = "<Response/>";

export async function twilioWebhooks(app: FastifyInstance): Promise<void> {
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))));

  /** The form, when it is signed for the address that Twilio was told. @throws Refusal `bad_signature` */
  function verified(request: FastifyRequest): Record<string, string> {
    const form = fields.safeParse(request.body);
    const token = app.config.TWILIO_AUTH_TOKEN;
    const url = app.config.PUBLIC_URL.replace(/\/$/, "") + (request.raw.url ?? "");
    const signature = request.headers["x-twilio-signature"];
    if (!token || !form.success || typeof signature !== "string" || !twilio.validateRequest(token, signature, url, form.data)) throw new Refusal("bad_signature");
    return form.data;
  }

  app.post(
    INBOUND_PATH,
    {
      config: { access: "webhook" },
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: ["messages"],
        summary: "Twilio says that an SMS came in",
        description: "A form signed by `X-Twilio-Signature`. 200 with an empty TwiML once it is kept, again for one kept before; 401 `bad_signature` when it is not signed.",
        response: { 200: z.string(), 401: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const said = came.safeParse(verified(request));
      if (!said.success) throw new Refusal("malformed_body");
      const { MessageSid: sid, From: from, Body: text, OptOutType: type } = said.data;
      const wish = type === "STOP" ? "stop" : type === "START" ? "start" : wishOf(text);
      const number_hash = numberHash(app, from);
      await transaction(app.db, async (client) => {
        if (!(await keepInbound(client, app.vault, sid, { from, text }, { number_hash, wish }))) return;
        if (wish) await obey(client, number_hash, wish);
        await app.workers.enqueue(client, INBOUND, sid);
      });
      app.workers.wake(INBOUND);
      return reply.type("text/xml").send(SILENCE);
    },
  );

  app.post<{ Querystring: { message?: string } }>(
    STATUS_PATH,
    {
      config: { access: "webhook" },
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: ["messages"],
        summary: "Twilio says what became of an SMS of ours",
        description: "A form signed by `X-Twilio-Signature`, in any order and repeated: the last word on a message stands. 401 `bad_signature` when it is not signed.",
        querystring: z.object({ message: z.string().min(1).max(200) }),
        response: { 200: z.string(), 401: problem, 422: problem },
      },
    },
    async (request, reply) => {
      const said = became.safeParse(verified(request));
      if (!said.success) throw new Refusal("malformed_body");
      const { MessageSid: sid, MessageStatus: status, ErrorCode: code } = said.data;
      const delivery = DELIVERED.has(status) ? "delivered" : FAILED.has(status) ? "failed" : null;
      if (delivery) await note(app, { key: request.query.message ?? "", sid }, delivery, delivery === "failed" ? `Twilio ${status}${code ? ` ${code}` : ""}` : null);
      return reply.type("text/xml").send(SILENCE);
    },
  );
}

/** A message that arrived did: nothing said of it later undoes that. Nor is anything said of one that was sent again since. */
async function note(app: FastifyInstance, { key, sid }: { key: string; sid: string }, delivery: "delivered" | "failed", error: string | null): Promise<void> {
  await transaction(app.db, async (client) => {
    const { rows } = await client.query<{ number_hash: string | null }>(
      `update outbox set delivery = $2, delivery_error = $3
       where key = $1 and kind = 'sms' and delivery is distinct from 'delivered' and delivery is distinct from $2 and failed_ref is distinct from $4 returning number_hash`,
      [key, delivery, error, sid],
    );
    const [row] = rows;
    if (!row) return;
    if (row.number_hash !== null && saysStopped(error)) await obey(client, row.number_hash, "stop");
    await recordEvent(client, { key: `outbox:${key}:${delivery}:${sid}`, kind: delivery === "failed" ? "message.failed" : "message.delivered", ...(await aboutOf(client, key)) });
  });
}
