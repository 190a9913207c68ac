import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { callId, callState } from "@gigafibre/contracts/calls";
import { problem } from "@gigafibre/contracts/problems";
import { Refusal } from "../../plugins/problems.ts";
import { askedRow } from "./repository.ts";

export async function callRoutes(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/api/calls/:id",
    {
      config: { access: "agent" },
      schema: {
        tags: ["calls"],
        summary: "How far something is that was asked for",
        description: "`under_way`, `done`, or `refused` after it was kept, which an Issue tells of. 404 `call_not_found`.",
        params: z.strictObject({ id: callId }),
        response: { 200: callState, 404: problem },
      },
    },
    async (request) => {
      const row = await askedRow(root.db, request.params.id);
      if (!row) throw new Refusal("call_not_found");
      return { id: row.id, kind: row.kind, state: row.state === "received" ? ("under_way" as const) : row.state, refusal: row.refusal, documents: row.documents };
    },
  );
}
