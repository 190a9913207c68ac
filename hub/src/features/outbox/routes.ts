/** What could not be told, before people who can press retry. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type pg from "pg";
import { z } from "zod";
import { problem } from "@gigafibre/contracts/problems";
import { messageContent, retryRequest } from "@gigafibre/contracts/queues";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { contentOf, letBe, readdress, takeBack, tellHandled } from "./dead.ts";
import { deliverJob } from "./deliver.ts";
import { OUTBOX, revive, rowOf, rowsInState } from "./rows.ts";
import type { OutboxRow } from "./rows.ts";

const RETRIED_FOR_MS = 24 * 3_600_000;
const LIST_LIMIT = 200;

const keyParams = z.strictObject({ key: z.string().min(1).max(200) });
const outboxState = z.enum(["waiting", "sending", "done", "dead", "expired", "skipped", "refused"]);
const entry = z.object({
  key: z.string(),
  kind: z.enum(["sms", "email", "chat", "webhook"]),
  subject: z.string(),
  state: outboxState,
  attempts: z.int(),
  last_error: z.string().nullable(),
  provider_ref: z.string().nullable(),
  not_after: z.iso.datetime(),
  created_at: z.iso.datetime(),
  settled_at: z.iso.datetime().nullable(),
});

function shown({ sending_since: _since, delivery: _delivery, ...row }: OutboxRow): z.infer<typeof entry> {
  return {
    ...row,
    not_after: row.not_after.toISOString(),
    created_at: row.created_at.toISOString(),
    settled_at: row.settled_at?.toISOString() ?? null,
  };
}

export async function outbox(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  await deliverJob(root);

  app.get(
    "/api/outbox",
    {
      config: { access: "staff" },
      schema: {
        tags: ["outbox"],
        summary: "Messages by state, newest first",
        description: `The last ${LIST_LIMIT} messages in one state, without their content. \`dead\` and \`expired\` wait for a person.`,
        querystring: z.strictObject({ state: outboxState.default("dead") }),
        response: { 200: z.object({ messages: z.array(entry) }) },
      },
    },
    async (request) => ({ messages: (await rowsInState(app.db, request.query.state, LIST_LIMIT)).map(shown) }),
  );

  app.post(
    "/api/outbox/:key/retry",
    {
      config: { access: "staff" },
      schema: {
        tags: ["outbox"],
        summary: "Sends a dead, expired, skipped or refused message again, or an SMS that did not arrive",
        description: "Gives it a day. What may have left before is looked for first, and a number that asked for no more is refused again. With `to` it goes there instead, where nothing left yet or nothing arrived. Pressed twice, or on a message that is on its way, it changes nothing.",
        params: keyParams,
        body: retryRequest.nullish(),
        response: { 200: entry, 404: problem, 422: problem },
      },
    },
    async (request) => {
      const { key } = request.params;
      const to = request.body?.to;
      const revived = await transaction(app.db, async (client) => {
        if (to !== undefined) await readdress(client, app, key, to);
        const row = await revive(client, key, new Date(Date.now() + RETRIED_FOR_MS));
        if (!row) return undefined;
        await app.workers.enqueue(client, OUTBOX, key);
        await tellHandled(client, key);
        return row;
      });
      if (revived) app.workers.wake(OUTBOX);
      const row = revived ?? (await rowOf(app.db, key));
      if (!row) throw new Refusal("not_found");
      return shown(row);
    },
  );

  app.get(
    "/api/outbox/:key/content",
    {
      config: { access: "agent" },
      schema: {
        tags: ["outbox"],
        summary: "What a message says, and to whom",
        params: keyParams,
        response: { 200: messageContent, 404: problem },
      },
    },
    async (request, reply) => reply.header("cache-control", "no-store").send(await contentOf(root, request.params.key)),
  );

  const bySomebody = (path: string, summary: string, description: string, deed: (client: pg.ClientBase, key: string, user: string) => Promise<boolean>): unknown =>
    app.post(
      `/api/outbox/:key/${path}`,
      { config: { access: "agent" }, schema: { tags: ["outbox"], summary, description, params: keyParams, response: { 200: entry, 404: problem } } },
      async (request) => {
        const { key } = request.params;
        await transaction(app.db, async (client) => {
          if (await deed(client, key, request.staff?.user ?? "")) await tellHandled(client, key);
        });
        const row = await rowOf(app.db, key);
        if (!row) throw new Refusal("not_found");
        return shown(row);
      },
    );
  bySomebody("let-be", "Lets a dead or expired message be, or an SMS that did not arrive", "It waits for nobody any more, and can still be sent again. Pressed twice it changes nothing.", letBe);
  bySomebody("take-back", "Takes back that an SMS which did not arrive was let be", "It waits again, where the same person let it be. Pressed twice it changes nothing.", takeBack);
}
