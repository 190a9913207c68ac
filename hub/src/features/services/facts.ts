/** What is sold at a place, as ERPNext holds it at the moment that it is to change. */
import type { FastifyInstance } from "fastify";
import { centsFromDollars } from "@gigafibre/contracts/money";
import type { Recurring } from "@gigafibre/contracts/proration";
import type { Catalog } from "@gigafibre/contracts/catalog";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { settingsOf } from "../activation/activation-facts.ts";
import { orderById } from "../orders/repository.ts";
import type { Order } from "../orders/repository.ts";

export interface SoldSubscription {
  readonly document: ErpnextDocument;
  readonly line: Recurring;
}

export interface ServiceFacts {
  readonly location: ErpnextDocument;
  readonly customer: ErpnextDocument;
  readonly order: Order | null;
  readonly subscriptions: readonly SoldSubscription[];
  readonly ont: ErpnextDocument | null;
  /** Boxes the customer ever had. */
  readonly boxes: number;
  readonly catalog: Catalog | null;
  readonly max_speed: number | null;
  readonly last_invoice: ErpnextDocument | null;
  readonly billing_day: number;
}

/** @throws Refusal `not_found`, `catalog_unavailable`; ErpnextUnavailable */
export async function serviceFacts(app: FastifyInstance, name: string): Promise<ServiceFacts> {
  const location = await app.erpnext.get("Service Location", name);
  const customer = location && (await app.erpnext.get("Customer", textOf(location, "customer")));
  if (!location || !customer) throw new Refusal("not_found");
  const { rows } = await app.db.query<{ id: string }>("select id from order_intake where documents @> jsonb_build_object('location', $1::text) order by created_at desc limit 1", [name]);
  const order = rows[0] ? ((await orderById(app.db, rows[0].id)) ?? null) : null;
  const [subscriptions, onts, boxes, prorated, { billing_day }, invoices, catalog, drop] = await Promise.all([
    app.erpnext.list("Service Subscription", {
      fields: ["name", "modified", "status", "item", "item_name", "service_type", "quantity", "price", "billed_until", "next_billing_date", "commitment_months", "line_profile", "start_date"],
      filters: [["service_location", "=", name], ["status", "!=", "Cancelled"]], order_by: "creation asc",
    }),
    app.erpnext.list("Service Equipment", { fields: ["name", "modified", "gpon_sn", "serial_number"], filters: [["service_location", "=", name], ["equipment_type", "=", "ONT"], ["status", "in", ["En attente", "Actif"]]] }),
    app.erpnext.list("Service Equipment", { filters: [["customer", "=", customer.name], ["equipment_type", "=", "Décodeur TV"]] }),
    app.erpnext.list("Item", { filters: [["prorated", "=", 1]] }),
    settingsOf(app),
    order ? app.erpnext.list("Sales Invoice", { filters: [["order_id", "=", order.id], ["docstatus", "=", 1], ["is_return", "=", 0], ["status", "!=", "Credit Note Issued"]], order_by: "creation desc", limit: 1 }) : [],
    app.catalog.forZone(textOf(location, "zone_tarifaire") || "standard"),
    app.db.query<{ max_speed: number }>("select max_speed from fibre where id = $1", [textOf(location, "fibre_id")]),
  ]);
  const byDay = new Set(prorated.map((item) => item.name));
  const [last] = invoices;
  return {
    location,
    customer,
    order,
    subscriptions: subscriptions.map((document) => ({
      document,
      line: {
        sku: textOf(document, "item"),
        label: { fr: textOf(document, "item_name") || textOf(document, "item"), en: textOf(document, "item_name") || textOf(document, "item") },
        unit_cents: centsFromDollars(Number(document["price"] ?? 0)),
        quantity: Number(document["quantity"] ?? 1),
        prorated: byDay.has(textOf(document, "item")),
        billed_until: textOf(document, "billed_until").slice(0, 10) || null,
      },
    })),
    ont: onts.find((each) => textOf(each, "gpon_sn") || textOf(each, "serial_number")) ?? null,
    boxes: boxes.length,
    catalog,
    max_speed: drop.rows[0]?.max_speed ?? null,
    last_invoice: last ? await app.erpnext.get("Sales Invoice", last.name) : null,
    billing_day,
  };
}
