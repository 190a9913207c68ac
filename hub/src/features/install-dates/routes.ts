import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { installDates } from "@gigafibre/contracts/dates";

export async function installDateRoutes(instance: FastifyInstance): Promise<void> {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/install-dates",
    {
      config: { access: "public" },
      schema: {
        tags: ["install-dates"],
        summary: "Days an installation can be asked for",
        description:
          "Working days of the next two weeks that still have room, earliest first: weekends, holidays and the lead days are out. `left` is the room " +
          "of that moment. 503 `temporarily_unavailable` until ERPNext was read once.",
        response: { 200: installDates },
      },
    },
    async (_request, reply) => {
      void reply.header("cache-control", "no-store");
      return app.installDates.offered();
    },
  );
}
