/** `app.catalog`: what can be sold in each zone, and at what price. ERPNext is the source; the hub sells from its copy. */
import fp from "fastify-plugin";
import type { Catalog } from "@gigafibre/contracts/catalog";
import { localDate } from "@gigafibre/contracts/dates";
import type { ErpnextClient } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { catalogFromErpnext, ITEM_FIELDS, PRICE_FIELDS, SERVICE_TYPES } from "./from-erpnext.ts";
import type { ErpnextCatalogue } from "./from-erpnext.ts";

declare module "fastify" {
  interface FastifyInstance {
    catalog: {
      /** One zone's catalogue; null when there is no such zone. @throws Refusal `catalog_unavailable` when none was ever read. */
      forZone(zone: string): Promise<Catalog | null>;
      /** Whether some zone sells this SKU, as of the last `forZone`. */
      soldElsewhere(sku: string): boolean;
      /** Reads ERPNext again now. @throws what ERPNext's client throws. */
      refresh(): Promise<void>;
    };
  }
}

/** What ERPNext sells, and where. */
export async function readErpnext(erpnext: ErpnextClient): Promise<ErpnextCatalogue> {
  const lists = await erpnext.list("Price List", { fields: ["name"], filters: [["selling", "=", 1], ["enabled", "=", 1], ["currency", "=", "CAD"]] });
  const zones = lists.map((list) => list.name);
  const [items, prices] = await Promise.all([
    erpnext.list<Record<string, unknown>>("Item", { fields: ITEM_FIELDS, filters: [["service_type", "in", [...SERVICE_TYPES]]] }),
    erpnext.list<Record<string, unknown>>("Item Price", { fields: PRICE_FIELDS, filters: [["selling", "=", 1], ["price_list", "in", zones]] }),
  ]);
  return { items, prices, zones };
}

export const catalog = fp(
  async (app) => {
    let told = "";
    const snapshot = app.keepSnapshot<{ catalogs: Catalog[] }>("catalog", async () => {
      const { catalogs, leftOut } = catalogFromErpnext(await readErpnext(app.erpnext), localDate(new Date()));
      const telling = JSON.stringify(leftOut);
      if (leftOut.length > 0 && telling !== told) app.log.warn({ left_out: leftOut }, "items that cannot be sold");
      told = telling;
      // More likely a fault than a company that sells nothing: the last copy is kept.
      if (catalogs.length === 0) throw new Error("ERPNext has no Price List with an internet plan");
      return { catalogs };
    });
    for (const doctype of ["Item", "Item Price"]) app.documentChanges.on(doctype, () => snapshot.refresh());

    app.decorate("catalog", {
      async forZone(zone) {
        const copy = await snapshot.get();
        if (!copy) throw new Refusal("catalog_unavailable");
        return copy.catalogs.find((candidate) => candidate.zone === zone) ?? null;
      },
      soldElsewhere: (sku) => snapshot.known?.catalogs.some(({ items }) => items.some((item) => item.sku === sku)) ?? false,
      refresh: () => snapshot.refresh(),
    });
  },
  { name: "catalog", dependencies: ["snapshots", "document-changes"] },
);
