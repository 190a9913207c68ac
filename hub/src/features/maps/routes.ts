import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { mapConfig, mapQuery, plantMap } from "@gigafibre/contracts/maps";
import { problem } from "@gigafibre/contracts/problems";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { dropsIn, roadsIn, zonesOf } from "./plant.ts";

/** Maps of the office: whose style they have, and what our own is drawn from. */
export async function maps(root: FastifyInstance): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>();

  app.get(
    "/api/maps/config",
    { config: { access: "agent" }, schema: { tags: ["maps"], summary: "Whose style the maps have; null where it is our own", response: { 200: mapConfig } } },
    async () => ({ style_url: root.config.MAP_STYLE_URL ?? null }),
  );

  app.get(
    "/api/maps/plant",
    {
      config: { access: "agent" },
      schema: {
        tags: ["maps"],
        summary: "Our own roads, drops and zones, as GeoJSON",
        description: "Of what is in view; drops where it is near enough. Zones are left out while ERPNext is away.",
        querystring: mapQuery,
        response: { 200: plantMap, 422: problem },
      },
    },
    async (request) => {
      const [roads, drops, zones] = await Promise.all([
        roadsIn(root.db, request.query),
        dropsIn(root.db, request.query),
        zonesOf(root.erpnext).catch((error: unknown) => {
          if (!(error instanceof ErpnextUnavailable)) throw error;
          return { type: "FeatureCollection" as const, features: [] };
        }),
      ]);
      return { roads, drops, zones };
    },
  );
}
