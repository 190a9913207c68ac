/**
 * An order that PostgreSQL forgot, from what ERPNext and Stripe hold of it: its page, its port and what is still owed are right again. Its frozen
 * steps are gone, so it could not be written to ERPNext a second time; and nobody is told of it a second time either.
 */
import type pg from "pg";
import type Stripe from "stripe";
import type { Bilingual, Language } from "@gigafibre/contracts/language";
import { findItem } from "@gigafibre/contracts/catalog";
import type { Catalog } from "@gigafibre/contracts/catalog";
import { isoDate } from "@gigafibre/contracts/dates";
import type { IsoDate } from "@gigafibre/contracts/dates";
import { centsFromDollars } from "@gigafibre/contracts/money";
import type { OrderState } from "@gigafibre/contracts/orders";
import { labelOf, taxesOn } from "@gigafibre/contracts/pricing";
import { transaction } from "../../plugins/database.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { orderMessages } from "../messages/order-messages.ts";
import { documentsOf, insertOrder, REBUILT, workKey } from "../orders/repository.ts";
import type { OrderDocuments, OrderSummary, SummaryLine } from "../orders/repository.ts";
import { put } from "../outbox/rows.ts";
import { askStripe } from "../payments/stripe.ts";
import { reserve } from "../ports/ports.ts";
import { instantOf, reasonOf, rowsOf, textOf } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";

/** A unit of work of an order, as its key's row tells it. */
export interface LandedKey extends Record<string, unknown> {
  readonly key: string;
  readonly creation: string;
  readonly on_behalf_of: string | null;
}

interface Documents {
  readonly job: ErpnextDocument;
  readonly location: ErpnextDocument;
  readonly customer: ErpnextDocument;
  readonly subscriptions: readonly ErpnextDocument[];
}

export async function rebuild(comparison: Comparison, id: string, key: LandedKey): Promise<void> {
  const { app, apply } = comparison;
  const landed = await app.erpnext.find(key.key);
  // Somebody else's key: none of this hub's orders.
  if (!landed) return;
  const names = documentsOf(landed);
  const documents = await read(comparison, names);
  if (typeof documents === "string") return comparison.note("order_unreadable", id, documents);
  const { job, location } = documents;
  const state = stateOf(job, location);
  try {
    const order = await facts(comparison, id, key, names, documents);
    if (!apply) return comparison.note("order_rebuilt", id, state);
    const port = await transaction(app.db, async (client) => {
      await insertOrder(client, app.vault, order);
      await client.query("update order_intake set state = $2, attempt = $3, documents = $4, scheduled_date = $5 where id = $1", [
        id,
        state,
        Number(key.key.slice(key.key.indexOf("#") + 1)),
        JSON.stringify(names),
        dayOf(textOf(job, "scheduled_start")),
      ]);
      const held = await holdPort(client, documents, order, state);
      const told = { ...order, state, attempt: 1, scheduled_date: null, documents: names, attention_reason: null, cancellation: null, updated_at: order.created_at };
      // Kept, so that a person can send them; looked up or held back with the others before anything leaves.
      for (const message of await orderMessages(app, client, told, order.summary)) {
        await put(app, client, { ...message, not_after: new Date(message.not_after.getTime() - (Date.now() - order.created_at.getTime())) });
      }
      return held;
    });
    comparison.note("order_rebuilt", id, state);
    if (port !== null) comparison.note("port_conflict", order.fibre_id, port);
  } catch (error) {
    comparison.note("order_unreadable", id, reasonOf(error));
  }
}

async function read({ app }: Comparison, names: OrderDocuments): Promise<Documents | string> {
  const { job: jobName = "", location: locationName = "" } = names;
  const [job, location] = await Promise.all([app.erpnext.get("Dispatch Job", jobName), app.erpnext.get("Service Location", locationName)]);
  if (!job || !location) return `${job ? `Service Location ${locationName}` : `Dispatch Job ${jobName}`}?`;
  const customer = await app.erpnext.get("Customer", textOf(job, "customer"));
  if (!customer) return `Customer ${textOf(job, "customer")}?`;
  const subscriptions = await app.erpnext.list("Service Subscription", {
    fields: ["name", "modified", "item", "quantity", "price"],
    filters: [["service_location", "=", location.name]],
    order_by: "creation asc",
  });
  return { job, location, customer, subscriptions };
}

/** How far it has come, by its documents. */
function stateOf(job: ErpnextDocument, location: ErpnextDocument): OrderState {
  const [status, place] = [textOf(job, "status"), textOf(location, "status")];
  if (place === "Cancelled" || status === "Cancelled") return "cancelled";
  if (place === "Active" || place === "Suspended") return "live";
  const states: Readonly<Record<string, OrderState>> = { Scheduled: "scheduled", "En Route": "en_route", "In Progress": "in_progress", Completed: "awaiting_proof" };
  return states[status] ?? "created";
}

const dayOf = (time: string): IsoDate | null => (isoDate.safeParse(time.slice(0, 10)).success ? time.slice(0, 10) : null);

async function facts(comparison: Comparison, id: string, key: LandedKey, names: OrderDocuments, { job, location, customer, subscriptions }: Documents) {
  const { app } = comparison;
  const uuid = textOf(location, "rqa_uuid");
  const fibreId = textOf(location, "fibre_id") || textOf(location, "former_fibre_id");
  const { rows } = await app.db.query<{ on_request: boolean }>("select boitier_pas_install as on_request from fibre where id = $1", [fibreId]);
  if (!rows[0]) throw new Error(`fibre ${fibreId}?`);
  const address = await app.addressRegister.details(uuid);
  if (!address) throw new Error(`rqa_uuid ${uuid}?`);
  const card = names["customer"] === undefined ? null : await cardOf(comparison, textOf(customer, "stripe_customer_id"));
  const dates = rowsOf(job, "preferred_dates").flatMap((row) => dayOf(textOf(row, "date")) ?? []);
  const language: Language = textOf(customer, "preferred_language") === "en" ? "en" : "fr";
  const catalog = await app.catalog.forZone(textOf(location, "zone_tarifaire"));
  const monthly = merged(subscriptions.map((row) => lineOf(textOf(row, "item"), row["quantity"], row["price"], catalog)));
  const once = rowsOf(job, "charges").map((row) => {
    const signed = textOf(row, "kind") === "credit" ? -1 : 1;
    return lineOf(textOf(row, "item"), row["quantity"], signed * Number(row["rate"]), catalog);
  });
  const sum = (lines: readonly SummaryLine[]): number => lines.reduce((total, line) => total + line.amount_cents, 0);
  const summary: OrderSummary = {
    customer_name: textOf(customer, "customer_name"),
    email: textOf(customer, "email_id"),
    phone: textOf(job, "contact_phone").replace(/\D/g, ""),
    address_label: address.label,
    municipality: address.ville,
    notes: textOf(job, "notes").split("\n")[0] ?? "",
    monthly,
    once,
    monthly_cents: sum(monthly),
    one_time_cents: sum(once),
    monthly_taxes: taxesOn(sum(monthly)),
    one_time_taxes: taxesOn(sum(once)),
    payment_method: names["invoice"] === undefined ? "stripe_setup" : "invoice_later",
    send_payment_link: null,
    existing_customer: names["customer"] === undefined,
  };
  return {
    id,
    // The press that made it, should it come again, finds it.
    idempotency_key: card?.checkout_key ?? `${REBUILT}:${workKey({ id, attempt: 1 })}`,
    body_hash: REBUILT,
    language,
    address_uuid: uuid,
    fibre_id: fibreId,
    on_request: rows[0].on_request,
    preferred_dates: dates.length > 0 ? dates : ("contact_me" as const),
    by_agent: key.on_behalf_of || null,
    created_at: instantOf(key.creation),
    steps: [],
    summary,
    stripe_setup_intent: card?.setup_intent ?? null,
    stripe_customer: card?.customer ?? null,
  };
}

interface Card {
  readonly checkout_key: string;
  readonly setup_intent: string;
  readonly customer: string;
}

/** The card that was kept for it, and by which press, if Stripe says so and no other order has it. */
async function cardOf({ app }: Comparison, customer: string): Promise<Card | null> {
  if (customer === "") return null;
  const { data } = await askStripe(() => app.stripe.setupIntents.list({ customer, limit: 100 }));
  const kept = data.find((intent: Stripe.SetupIntent) => intent.status === "succeeded" && intent.metadata?.["checkout_key"]);
  if (!kept) return null;
  const { rowCount } = await app.db.query("select 1 from order_intake where stripe_setup_intent = $1", [kept.id]);
  return rowCount ? null : { checkout_key: kept.metadata?.["checkout_key"] ?? "", setup_intent: kept.id, customer };
}

function lineOf(sku: string, quantity: unknown, dollars: unknown, catalog: Catalog | null): SummaryLine {
  const item = catalog ? findItem(catalog, sku) : undefined;
  const label: Bilingual = item ? labelOf(item) : { fr: sku, en: sku };
  const count = Number(quantity) || 1;
  return { sku, label, quantity: count, amount_cents: centsFromDollars(Number(dollars) || 0) * count };
}

/** ERPNext has one subscription a phone line; the order said how many. */
function merged(lines: readonly SummaryLine[]): SummaryLine[] {
  const bySku = new Map<string, SummaryLine>();
  for (const line of lines) {
    const before = bySku.get(line.sku);
    bySku.set(line.sku, before ? { ...before, quantity: before.quantity + line.quantity, amount_cents: before.amount_cents + line.amount_cents } : line);
  }
  return [...bySku.values()];
}

/** @returns why the port could not be held for the order, or null */
async function holdPort(
  client: pg.ClientBase,
  { location }: Documents,
  order: { readonly id: string; readonly fibre_id: string; readonly on_request: boolean },
  state: OrderState,
): Promise<string | null> {
  if (state === "cancelled" || textOf(location, "fibre_id") === "") return null;
  if (await reserve(client, { id: order.fibre_id, on_request: order.on_request }, order.id)) return null;
  const { rows } = await client.query<{ sn: string | null; order_id: string | null }>(
    "select sn, order_id from fibre left join port_reservation on fibre_id = fibre.id where fibre.id = $1",
    [order.fibre_id],
  );
  const [holder] = rows;
  // An installation that is done has its ONT there already.
  if (state === "live" && holder?.order_id === null) return null;
  return `${order.id}: ${holder?.order_id ?? holder?.sn ?? "?"}`;
}
