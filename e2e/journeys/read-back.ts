/**
 * What an order left behind, read from where its people would look: ERPNext's REST, the inbox, the cards' side, the address. Never from the hub's
 * own tables.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { APIRequestContext, APIResponse } from "@playwright/test";

export interface Row {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** What an order leads to stands there within this long, on a real site under load too. */
export const STANDS = { timeout: process.env["ERPNEXT_URL"] ? 120_000 : 30_000 } as const;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export interface Message {
  readonly id: string;
  readonly channel: string;
  readonly to: string;
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
}

/** ERPNext as its Administrator sees it, at ERPNEXT_URL or the stack's stand-in. */
export class ErpnextReader {
  readonly #request: APIRequestContext;
  readonly #url: string;

  private constructor(request: APIRequestContext, url: string) {
    this.#request = request;
    this.#url = url;
  }

  static async signIn(request: APIRequestContext): Promise<ErpnextReader> {
    const url = process.env["ERPNEXT_URL"] ?? `http://127.0.0.1:${Number(process.env["E2E_PORT"]) + 1}`;
    const password = process.env["ERPNEXT_ADMIN_PASSWORD"] ?? (await stackSecrets()).erpnextAdminPassword;
    const user = process.env["ERPNEXT_ADMIN_USER"] ?? "Administrator";
    const answer = await request.post(`${url}/api/method/login`, { form: { usr: user, pwd: password } });
    if (!answer.ok()) throw new Error(`ERPNext did not let ${user} in: ${answer.status()}`);
    return new ErpnextReader(request, url);
  }

  async list(doctype: string, filters: readonly (readonly [string, string, unknown])[], fields: readonly string[] = ["*"]): Promise<Row[]> {
    const answer = await this.#request.get(`${this.#url}/api/resource/${encodeURIComponent(doctype)}`, {
      params: { filters: JSON.stringify(filters), fields: JSON.stringify(fields), limit_page_length: "0" },
    });
    if (!answer.ok()) throw new Error(`${doctype}: ${answer.status()} ${await answer.text()}`);
    return ((await answer.json()) as { data: Row[] }).data;
  }

  async get(doctype: string, name: string): Promise<Row> {
    const answer = await this.#request.get(`${this.#url}/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`);
    if (!answer.ok()) throw new Error(`${doctype} ${name}: ${answer.status()}`);
    return ((await answer.json()) as { data: Row }).data;
  }

  async insert(doctype: string, values: Readonly<Record<string, unknown>>): Promise<Row> {
    return this.#written(await this.#request.post(`${this.#url}/api/resource/${encodeURIComponent(doctype)}`, { data: values }));
  }

  async update(doctype: string, name: string, values: Readonly<Record<string, unknown>>): Promise<Row> {
    return this.#written(await this.#request.put(`${this.#url}/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`, { data: values }));
  }

  async remove(doctype: string, name: string): Promise<void> {
    const answer = await this.#request.delete(`${this.#url}/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`);
    if (!answer.ok()) throw new Error(`${doctype} ${name}: ${answer.status()} ${await answer.text()}`);
  }

  async #written(answer: APIResponse): Promise<Row> {
    if (!answer.ok()) throw new Error(`${answer.url()}: ${answer.status()} ${await answer.text()}`);
    return ((await answer.json()) as { data: Row }).data;
  }

  /** Every document of one order, found by following its links from the Dispatch Job and the Customer. */
  async documentsOf(orderId: string) {
    const jobs = await this.list("Dispatch Job", [["order_id", "=", orderId]]);
    const customerName = textOf(jobs[0]?.["customer"]);
    const locationName = textOf(jobs[0]?.["service_location"]);
    const of = (doctype: string, field: string, value: string) => this.list(doctype, [[field, "=", value]]);
    const projects = await of("Project", "order_id", orderId);
    return {
      jobs: await Promise.all(jobs.map((job) => this.get("Dispatch Job", job.name))),
      customers: await this.list("Customer", [["name", "=", customerName]]),
      contacts: await this.list("Contact", [["Dynamic Link", "link_name", "=", customerName] as unknown as readonly [string, string, unknown]]),
      locations: await of("Service Location", "name", locationName),
      locationsOfCustomer: await of("Service Location", "customer", customerName),
      subscriptions: await of("Service Subscription", "order_id", orderId),
      equipment: await of("Service Equipment", "service_location", locationName),
      projects,
      tasks: projects[0] ? await of("Task", "project", projects[0].name) : [],
      invoices: await of("Sales Invoice", "order_id", orderId),
    };
  }
}

export async function stackSecrets(): Promise<{ erpnextAdminPassword: string }> {
  const file = path.join(process.env["GIGAFIBRE_STATE_DIR"] ?? "", "secrets.json");
  return JSON.parse(await readFile(file, "utf8")) as { erpnextAdminPassword: string };
}

/** What was sent to people about an order, by what the message says of it. */
export async function messagesAbout(request: APIRequestContext, orderId: string): Promise<Message[]> {
  const answer = await request.get("/inbox/api/messages", { params: { limit: "1000" } });
  const { messages } = (await answer.json()) as { messages: Message[] };
  return messages.filter((message) => JSON.stringify(message).includes(orderId));
}

const stripeUrl = (): string => process.env["STRIPE_API_URL"] ?? `http://127.0.0.1:${Number(process.env["E2E_PORT"]) + 2}`;
const stripeKey = (): Record<string, string> => ({ authorization: `Bearer ${process.env["STRIPE_SECRET_KEY"] ?? "sk_test_standin"}` });

/** A card of Stripe's tests, kept for a customer. @returns its id */
export async function keepCard(request: APIRequestContext, customer: string, card = "pm_card_visa"): Promise<string> {
  const answer = await request.post(`${stripeUrl()}/v1/payment_methods/${card}/attach`, { form: { customer }, headers: stripeKey() });
  if (!answer.ok()) throw new Error(`Stripe: ${answer.status()} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

/** A checkout's card, as the browser confirms it. @returns its id */
export async function confirmCard(request: APIRequestContext, setupIntent: string, card = "pm_card_visa"): Promise<string> {
  const answer = await request.post(`${stripeUrl()}/v1/setup_intents/${setupIntent}/confirm`, { form: { payment_method: card }, headers: stripeKey() });
  if (!answer.ok()) throw new Error(`Stripe: ${answer.status()} ${await answer.text()}`);
  return ((await answer.json()) as { payment_method: string }).payment_method;
}

/** Payments and charges at the cards' side, in any state. */
export async function paymentsAtStripe(request: APIRequestContext, customer: string): Promise<unknown[]> {
  const answer = await request.get(`${stripeUrl()}/v1/payment_intents`, { params: { customer }, headers: stripeKey() });
  if (!answer.ok()) throw new Error(`Stripe: ${answer.status()} ${await answer.text()}`);
  return ((await answer.json()) as { data: unknown[] }).data;
}
