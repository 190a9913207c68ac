import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { dueList } from "@gigafibre/contracts/billing";
import { localDate } from "@gigafibre/contracts/dates";
import { problem } from "@gigafibre/contracts/problems";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { dueOn } from "./due.ts";

export async function billing(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/api/billing/due",
    {
      config: { access: "agent" },
      schema: {
        tags: ["billing"],
        summary: "Subscriptions whose next billing date has come",
        description: "The hub does not bill the second month and on; this lists what waits for it, the longest due first. Also `npm run due`. 503 `erpnext_unavailable`.",
        response: { 200: dueList, 503: problem },
      },
    },
    async () => {
      try {
        return await dueOn(app.erpnext, localDate(new Date()));
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
    },
  );
}
