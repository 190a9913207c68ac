import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { QUEUE_LIMIT, queues as queuesAnswer } from "@gigafibre/contracts/queues";
import { problem } from "@gigafibre/contracts/problems";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { proofsAwaited } from "../activation/awaited.ts";
import { unknownDevices } from "../devices/unknown.ts";
import { messagesToAnswer } from "../messages/to-answer.ts";
import { ordersToSettle } from "../orders/to-settle.ts";
import { deadMessages } from "../outbox/dead.ts";
import { failedCharges } from "../payments/failed.ts";
import { portsToActivate } from "../ports/activation/repository.ts";

/** All that waits for a person in one answer: each feature says what is its own. */
export async function queues(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/api/queues",
    {
      config: { access: "agent" },
      schema: {
        tags: ["queues"],
        summary: "What waits for a person",
        description:
          "Orders that need attention, visits without proof, ONTs to let in, SMS that nobody has answered or that did not arrive, messages that could not leave, cards that were not charged, and devices that " +
          `nobody knows: at most ${QUEUE_LIMIT} of each, oldest first, with how many need someone. What the person may not read in ERPNext is null. Events that touch \`queues\` say when to ask again.`,
        response: { 200: queuesAnswer, 503: problem },
      },
    },
    async (request, reply) => {
      try {
        const [orders, proof, ports, messages, outbox, charges, devices] = await Promise.all([
          ordersToSettle(root),
          proofsAwaited(root),
          portsToActivate(root.db),
          messagesToAnswer(root, asPerson(request)),
          deadMessages(root),
          failedCharges(root, asPerson(request)),
          unknownDevices(root),
        ]);
        return await reply.header("cache-control", "no-store").send({ orders, proof, ports, messages, outbox, charges, devices });
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
    },
  );
}
