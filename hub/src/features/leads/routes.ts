import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { leadAccepted, leadRequest } from "@gigafibre/contracts/leads";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { keepWish } from "./intake.ts";
import { addLeadsWorker, LEADS_QUEUE } from "./lead-job.ts";

/** Wishes that cannot be orders yet. They are kept here first, so that ERPNext being away loses none. */
export async function leads(app: FastifyInstance): Promise<void> {
  await addLeadsWorker(app);

  app.withTypeProvider<ZodTypeProvider>().post(
    "/api/leads",
    {
      config: { access: "public" },
      schema: {
        tags: ["Website"],
        summary: "Leave a wish for an address that cannot be ordered",
        description:
          "Answers 202 { ok: true } once the wish is kept, the same whether or not the person is known. It becomes one Lead a person in ERPNext. " +
          "404 `address_not_found`; 422 with a problem for each field; 429 `too_many_requests`.",
        body: leadRequest,
        response: { 202: leadAccepted },
      },
    },
    async (request, reply) => {
      const wish = request.body;
      if (!(await app.addressRegister.details(wish.address_uuid))) throw new Refusal("address_not_found");
      await transaction(app.db, async (client) => {
        const id = await keepWish(client, app.vault, wish);
        if (id !== null) await app.workers.enqueue(client, LEADS_QUEUE, id);
      });
      app.workers.wake(LEADS_QUEUE);
      return reply.code(202).send({ ok: true });
    },
  );
}
