import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { addressDetails, addressSuggestions } from "@gigafibre/contracts/addresses";
import { Refusal } from "../../plugins/problems.ts";

/** Anything may be typed; what is longer than an address can be is a mistake. */
const LONGEST_QUERY = 500;

export async function addressRoutes(instance: FastifyInstance): Promise<void> {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/address",
    {
      config: { access: "public" },
      schema: {
        tags: ["addresses"],
        summary: "Suggest addresses as someone types",
        description:
          "Tolerates typos, abbreviations, missing accents, the number last, a wrong or partial postal code, and a missing municipality. " +
          "Best first; an empty list when nothing resembles it. `score` is 0 to 1.",
        querystring: z.strictObject({
          q: z.string().max(LONGEST_QUERY, "too_long").default(""),
          limit: z.coerce.number().int().min(1).max(20).default(8),
        }),
        response: { 200: addressSuggestions },
      },
    },
    async (request, reply) => {
      const { q, limit } = request.query;
      void reply.header("cache-control", "public, max-age=60");
      return { results: await app.addressRegister.suggest(q, limit) };
    },
  );

  app.get(
    "/api/address/:uuid",
    {
      config: { access: "public" },
      schema: {
        tags: ["addresses"],
        summary: "What can be ordered at an address",
        description:
          "`status`: `available`, `on_request` (a drop to be built), `occupied` (every drop in use or reserved), `not_served` (no drop). " +
          "`fibre_id` and `olt_port` (frame/slot/port) are those of the drop to sell, else null. 404 `address_not_found`.",
        params: z.strictObject({ uuid: z.uuid() }),
        response: { 200: addressDetails },
      },
    },
    async (request, reply) => {
      const details = await app.addressRegister.details(request.params.uuid);
      if (!details) throw new Refusal("address_not_found");
      void reply.header("cache-control", "no-store");
      return details;
    },
  );
}
