/** What stands of an order or a service at the moment it is to be cancelled: in ERPNext, and at the hub. */
import type { FastifyInstance } from "fastify";
import type { Cancelled, PaidByCard } from "@gigafibre/contracts/cancellation";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { settingsOf } from "../activation/activation-facts.ts";
import { orderById } from "../orders/repository.ts";
import type { Order } from "../orders/repository.ts";
import { hasUnenteredMoney } from "../payments/on-site.ts";

export interface HeldInvoice {
  readonly document: ErpnextDocument;
  readonly total_cents: number;
  readonly outstanding_cents: number;
}

export interface CancellationFacts {
  readonly order: Order | null;
  /** null: nothing of the order is in ERPNext. */
  readonly location: ErpnextDocument | null;
  readonly customer: ErpnextDocument | null;
  readonly jobs: readonly ErpnextDocument[];
  readonly subscriptions: readonly ErpnextDocument[];
  readonly equipment: readonly ErpnextDocument[];
  readonly project: ErpnextDocument | null;
  readonly tasks: readonly ErpnextDocument[];
  /** Submitted, no credit notes, oldest first. */
  readonly invoices: readonly HeldInvoice[];
  /** Latest first. */
  readonly cards: readonly PaidByCard[];
  /** Received before an invoice, and set against none. */
  readonly advances_cents: number;
  /** A payment that nobody has entered or settled. */
  readonly unsettled: boolean;
  /** A card is being asked, or has paid and the books do not say so yet. */
  readonly charge_under_way: boolean;
  /** It is being made live at this moment, or its documents are being made. */
  readonly busy: boolean;
  readonly elsewhere: number;
  readonly prorated: ReadonlySet<string>;
  readonly billing_day: number;
}

const centsOf = (document: Readonly<Record<string, unknown>>, field: string): number => centsFromDollars(Number(document[field] ?? 0));

/** @throws Refusal `order_not_found`, `not_found`; ErpnextUnavailable */
export async function cancellationFacts(app: FastifyInstance, of: Cancelled): Promise<CancellationFacts> {
  const order = "order" in of ? await orderById(app.db, of.order) : await orderAt(app, of.location);
  if ("order" in of && !order) throw new Refusal("order_not_found");
  const name = "location" in of ? of.location : order?.documents["location"];
  const location = name ? await app.erpnext.get("Service Location", name) : null;
  if ("location" in of && !location) throw new Refusal("not_found");
  const [held, money, at_hub] = await Promise.all([documentsAt(app, order ?? null, location), moneyOf(app, order ?? null), atHub(app, order ?? null)]);
  return { order: order ?? null, location, ...held, ...money, ...at_hub };
}

async function orderAt(app: FastifyInstance, location: string): Promise<Order | undefined> {
  const { rows } = await app.db.query<{ id: string }>("select id from order_intake where documents @> jsonb_build_object('location', $1::text) order by created_at desc limit 1", [location]);
  return rows[0] && orderById(app.db, rows[0].id);
}

async function documentsAt(app: FastifyInstance, order: Order | null, location: ErpnextDocument | null) {
  const at = [["service_location", "=", location?.name ?? ""]] as const;
  const customerName = textOf(location, "customer") || (order?.documents["customer"] ?? "");
  const projectName = order?.documents["project"] ?? "";
  const [customer, jobs, subscriptions, equipment, project, tasks, elsewhere, prorated, { billing_day }] = await Promise.all([
    customerName ? app.erpnext.get("Customer", customerName) : null,
    app.erpnext.list("Dispatch Job", { fields: ["name", "modified", "status", "job_type", "contact_phone", "assigned_to"], filters: [...at, ["status", "not in", ["Completed", "Cancelled"]]], order_by: "creation asc" }),
    app.erpnext.list("Service Subscription", {
      fields: ["name", "modified", "status", "item", "item_name", "service_type", "quantity", "price", "billed_until"], filters: [...at, ["status", "!=", "Cancelled"]], order_by: "creation asc",
    }),
    app.erpnext.list("Service Equipment", {
      fields: ["name", "modified", "status", "equipment_type", "serial_number", "gpon_sn", "mac_address"], filters: [...at, ["status", "in", ["En attente", "Actif"]]], order_by: "creation asc",
    }),
    projectName ? app.erpnext.get("Project", projectName) : null,
    projectName ? app.erpnext.list("Task", { fields: ["name", "modified", "status"], filters: [["project", "=", projectName], ["status", "not in", ["Completed", "Cancelled"]]] }) : [],
    app.erpnext.list("Service Location", { filters: [["customer", "=", customerName], ["name", "!=", location?.name ?? ""], ["status", "!=", "Cancelled"]] }),
    app.erpnext.list("Item", { filters: [["prorated", "=", 1]] }),
    settingsOf(app),
  ]);
  return { customer, jobs, subscriptions, equipment, project, tasks, elsewhere: elsewhere.length, prorated: new Set(prorated.map(({ name }) => name)), billing_day };
}

async function moneyOf(app: FastifyInstance, order: Order | null) {
  if (!order) return { invoices: [], advances_cents: 0 };
  const [listed, advances] = await Promise.all([
    app.erpnext.list("Sales Invoice", { filters: [["order_id", "=", order.id], ["docstatus", "=", 1], ["is_return", "=", 0], ["status", "!=", "Credit Note Issued"]], order_by: "creation asc" }),
    app.erpnext.list("Payment Entry", { fields: ["name", "unallocated_amount"], filters: [["order_id", "=", order.id], ["payment_type", "=", "Receive"], ["docstatus", "=", 1], ["unallocated_amount", ">", 0]] }),
  ]);
  const documents = await Promise.all(listed.map(({ name }) => app.erpnext.get("Sales Invoice", name)));
  return {
    invoices: documents.flatMap((document): HeldInvoice[] => (document ? [{ document, total_cents: centsOf(document, "grand_total"), outstanding_cents: centsOf(document, "outstanding_amount") }] : [])),
    advances_cents: advances.reduce((sum, advance) => sum + centsOf(advance, "unallocated_amount"), 0),
  };
}

async function atHub(app: FastifyInstance, order: Order | null) {
  if (!order) return { cards: [], unsettled: false, charge_under_way: false, busy: false };
  const [drafts, unentered, payments, asking, activating] = await Promise.all([
    app.erpnext.list("Payment Entry", { filters: [["order_id", "=", order.id], ["docstatus", "=", 0], ["payment_type", "=", "Receive"]] }),
    hasUnenteredMoney(app, order.id),
    app.db.query<{ payment_intent: string; left_cents: number; payment_entry: string | null; attention_reason: string | null }>(
      `select payment_intent, payment_entry, attention_reason,
         amount_cents - coalesce((select sum(refund.amount_cents) from stripe_refund refund where refund.payment_intent = paid.payment_intent), 0)::int
         - coalesce((select sum(due.amount_cents) from give_back due where due.payment_intent = paid.payment_intent
             and not exists (select 1 from stripe_refund where stripe_refund.refund = due.refund)), 0)::int as left_cents
       from link_payment paid where order_id = $1 order by created_at desc`,
      [order.id],
    ),
    app.db.query(
      `select 1 from invoice_charge where order_id = $1 and (state = 'confirming'
         or state = 'charged' and not exists (select 1 from link_payment where link_payment.payment_intent = invoice_charge.payment_intent))`,
      [order.id],
    ),
    app.db.query("select 1 from activation where order_id = $1 and state = 'waiting' and steps is not null and attention_reason is null", [order.id]),
  ]);
  return {
    cards: payments.rows.map(({ payment_intent, left_cents }) => ({ payment_intent, left_cents })),
    unsettled: drafts.length > 0 || unentered || payments.rows.some(({ attention_reason }) => attention_reason !== null),
    charge_under_way: asking.rowCount !== 0 || payments.rows.some((row) => row.payment_entry === null && row.attention_reason === null),
    busy: order.state === "received" || activating.rowCount !== 0,
  };
}
