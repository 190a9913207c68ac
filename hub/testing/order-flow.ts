/** An order from the outside: what a browser sends, step by step, through the hub's own routes. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { selectionOf } from "@gigafibre/contracts/orders";
import type { Checkout, CheckoutInput, OrderAccepted, OrderStatus, SetupIntentAnswer } from "@gigafibre/contracts/orders";
import { quote } from "@gigafibre/contracts/pricing";
import { demoCatalog } from "@gigafibre/fixtures/demo/catalog";
import { sampleBody } from "./order-samples.ts";
import type { Place } from "./plant.ts";
import type { World } from "./world.ts";

export const newKey = (): string => randomUUID();

export async function setupIntent(app: FastifyInstance, key: string, person = { name: "Marie-Ève Tremblay", email: "marie@example.org" }): Promise<LightMyRequestResponse> {
  return app.inject({ method: "POST", url: "/api/checkout/setup-intent", headers: { "idempotency-key": key }, payload: person });
}

/** A card kept for the checkout, confirmed as the browser does. */
export async function card(world: World, key: string, number?: string): Promise<Checkout["payment"]> {
  const answer = await setupIntent(world.app, key);
  if (answer.statusCode !== 200) throw new Error(`setup intent: ${answer.statusCode} ${answer.body}`);
  const made = answer.json<SetupIntentAnswer>();
  const { payment_method } = await world.stripe.browser.confirm(made, number);
  return { method: "stripe_setup", stripe_setup_intent: made.setup_intent, stripe_customer_id: made.stripe_customer_id, stripe_payment_method: payment_method };
}

/** The worked example's body for a place, without dates unless given, with what the person saw as its price. */
export function bodyFor(place: Place, payment: Checkout["payment"], more: Partial<CheckoutInput> = {}): CheckoutInput {
  const body: CheckoutInput = { ...sampleBody, address: place.address(), preferred_dates: "contact_me", payment, ...more };
  if ("expected" in more) return body;
  const catalog = demoCatalog("standard");
  const { monthly_cents, one_time_cents } = quote(catalog, selectionOf(body, catalog, true));
  return { ...body, expected: { monthly_cents, one_time_cents } };
}

export async function checkout(app: FastifyInstance, key: string, body: unknown, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
  return app.inject({ method: "POST", url: "/api/checkout", headers: { "idempotency-key": key, ...headers }, payload: body as object });
}

export async function statusOf(app: FastifyInstance, { order_id, token }: Pick<OrderAccepted, "order_id" | "token">): Promise<OrderStatus> {
  const answer = await app.inject({ url: `/api/orders/${order_id}`, headers: { authorization: `Bearer ${token}` } });
  if (answer.statusCode !== 200) throw new Error(`status of ${order_id}: ${answer.statusCode} ${answer.body}`);
  return answer.json<OrderStatus>();
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Everything an order left in ERPNext, found from its number. */
export async function documentsOf(world: World, orderId: string): Promise<Record<string, number>> {
  const { admin } = world.erpnext;
  const jobs = await admin.list("Dispatch Job", [["order_id", "=", orderId]]);
  const projects = await admin.list("Project", [["order_id", "=", orderId]]);
  const location = textOf(jobs[0]?.["service_location"]);
  const customers = await admin.list("Customer", [["order_id", "=", orderId]]);
  const links = customers[0] ? [["Dynamic Link", "link_name", "=", customers[0].name] as unknown as [string, string, unknown]] : null;
  return {
    Customer: customers.length,
    Contact: links ? (await admin.list("Contact", links)).length : 0,
    Address: links ? (await admin.list("Address", links)).length : 0,
    "Service Location": location ? (await admin.list("Service Location", [["name", "=", location]])).length : 0,
    "Service Subscription": (await admin.list("Service Subscription", [["order_id", "=", orderId]])).length,
    "Service Equipment": location ? (await admin.list("Service Equipment", [["service_location", "=", location]])).length : 0,
    Project: projects.length,
    Task: projects[0] ? (await admin.list("Task", [["project", "=", projects[0].name]])).length : 0,
    "Dispatch Job": jobs.length,
    Issue: (await admin.list("Issue", [["order_id", "=", orderId]])).length,
    "Sales Invoice": (await admin.list("Sales Invoice", [["order_id", "=", orderId]])).length,
  };
}
