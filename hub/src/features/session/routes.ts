import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { staffSession } from "@gigafibre/contracts/session";
import { Refusal } from "../../plugins/problems.ts";

/** Who is signed in, by ERPNext's own session. Signing in and out is ERPNext's, through the pass-through. */
export async function session(app: FastifyInstance): Promise<void> {
  app.withTypeProvider<ZodTypeProvider>().get(
    "/api/session",
    {
      config: { access: "staff" },
      schema: {
        tags: ["Staff"],
        summary: "Who is signed in",
        description: "401 `sign_in_required`, 403 `not_allowed` for a user without one of our roles, 503 `erpnext_unavailable` when it cannot be told.",
        response: { 200: staffSession },
      },
    },
    async (request, reply) => {
      if (!request.staff) throw new Refusal("sign_in_required");
      return reply.header("cache-control", "no-store").send(request.staff);
    },
  );
}
