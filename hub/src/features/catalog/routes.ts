import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { catalog } from "@gigafibre/contracts/catalog";
import { Refusal } from "../../plugins/problems.ts";

export async function catalogRoutes(instance: FastifyInstance): Promise<void> {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/catalog",
    {
      config: { access: "public" },
      schema: {
        tags: ["catalog"],
        summary: "What is sold in a price zone",
        description:
          "Items with their prices in cents, before tax; discounts are negative. The zone is an address's `zone_tarifaire`. Carries an ETag: " +
          "304 while nothing changed. 404 `unknown_zone`; 503 `catalog_unavailable` until prices were read once.",
        querystring: z.strictObject({ zone: z.string().min(1, "required").max(140, "too_long") }),
        response: { 200: catalog, 304: z.null() },
      },
    },
    async (request, reply) => {
      const found = await app.catalog.forZone(request.query.zone);
      if (!found) throw new Refusal("unknown_zone");
      const etag = `"${createHash("sha256").update(JSON.stringify(found)).digest("base64url").slice(0, 22)}"`;
      void reply.header("etag", etag).header("cache-control", "public, no-cache");
      const known = request.headers["if-none-match"]?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
      if (known?.includes(etag)) return reply.code(304).send(null);
      return found;
    },
  );
}
