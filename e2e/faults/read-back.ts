/**
 * What became of an order, read from where its people would look: ERPNext's REST, the inbox, the cards' side, the live events, the address. Never
 * from the hub's own tables.
 */
import { addressDetails } from "@gigafibre/contracts/addresses";
import type { AddressStatus } from "@gigafibre/contracts/addresses";
import { liveEvent } from "@gigafibre/contracts/events";
import type { LiveEvent } from "@gigafibre/contracts/events";
import { orderStatus } from "@gigafibre/contracts/orders";
import type { OrderStatus } from "@gigafibre/contracts/orders";
import type { Shopper } from "./shopper.ts";

export interface Row {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** `[field, operator, value]`, or `[child DocType, field, operator, value]`. */
export type Filter = readonly [string, string, unknown] | readonly [string, string, string, unknown];

export interface Message {
  readonly id: string;
  /** `sms`, `email`, `slack`, `webhook`. */
  readonly channel: string;
  readonly to: string;
  readonly text: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, unknown>>;
  readonly received_at: string;
}

export interface Found {
  readonly customers: readonly Row[];
  readonly contacts: readonly Row[];
  readonly addresses: readonly Row[];
  readonly locations: readonly Row[];
  readonly subscriptions: readonly Row[];
  readonly equipment: readonly Row[];
  readonly projects: readonly Row[];
  readonly tasks: readonly Row[];
  readonly jobs: readonly Row[];
  readonly invoices: readonly Row[];
  readonly issues: readonly Row[];
  readonly messages: readonly Message[];
  readonly events: readonly LiveEvent[];
  /** Payments and charges at the cards' side, in any state. */
  readonly payments: readonly unknown[];
  readonly address: AddressStatus;
  /** As the person's status page shows it; only for someone who was told that there is an order. */
  readonly status: OrderStatus | undefined;
}

/** What one order writes, by DocType: the documents that are counted over the whole site at the end. */
export const COUNTED = [
  "Customer",
  "Contact",
  "Address",
  "Service Location",
  "Service Subscription",
  "Service Equipment",
  "Project",
  "Task",
  "Dispatch Job",
  "Sales Invoice",
  "Payment Entry",
  "Issue",
] as const;
export type Counts = Record<(typeof COUNTED)[number], number>;

export interface Where {
  readonly hubUrl: string;
  readonly erpnextUrl: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  readonly stripeUrl: string;
  readonly stripeKey: string;
  readonly inboxUrl: string;
}

/** Signs in to ERPNext. */
export async function cookieOf(erpnextUrl: string, user: string, password: string): Promise<string> {
  const answer = await fetch(`${erpnextUrl}/api/method/login`, { method: "POST", body: new URLSearchParams({ usr: user, pwd: password }) });
  const sid = answer.headers.getSetCookie().find((cookie) => cookie.startsWith("sid="))?.split(";", 1)[0];
  if (!answer.ok || sid === undefined) throw new Error(`ERPNext did not let ${user} in: ${answer.status} ${await answer.text()}`);
  return sid;
}

const STREAM_WITHIN_MS = 20_000;
const INBOX_LIMIT = 5_000;
/** Messages kept at the same moment may become visible one after the other. */
const OVERLAP_MS = 30_000;

export class Reader {
  readonly #where: Where;
  readonly #cookie: string;
  readonly #events: LiveEvent[] = [];
  readonly #messages = new Map<string, Message>();
  #newestMessage = OVERLAP_MS;

  private constructor(where: Where, cookie: string) {
    this.#where = where;
    this.#cookie = cookie;
  }

  static async signIn(where: Where): Promise<Reader> {
    return new Reader(where, await cookieOf(where.erpnextUrl, where.adminUser, where.adminPassword));
  }

  async list(doctype: string, filters: readonly Filter[]): Promise<Row[]> {
    const query = new URLSearchParams({ filters: JSON.stringify(filters), fields: JSON.stringify(["*"]), limit_page_length: "0" });
    const { data } = await this.#erpnext<{ data: Row[] }>(`/api/resource/${encodeURIComponent(doctype)}?${query.toString()}`);
    return data;
  }

  async counts(): Promise<Counts> {
    const entries = COUNTED.map(async (doctype): Promise<[string, number]> => {
      const { message } = await this.#erpnext<{ message: number }>(`/api/method/frappe.client.get_count?doctype=${encodeURIComponent(doctype)}`);
      return [doctype, message];
    });
    return Object.fromEntries(await Promise.all(entries)) as Counts;
  }

  /** Writes to ERPNext as a person in Desk would. */
  async write(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(this.#where.erpnextUrl + path, {
      method,
      headers: { cookie: this.#cookie, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  /** Every message so far, oldest or newest first as they were met. */
  async messages(): Promise<readonly Message[]> {
    const since = new Date(this.#newestMessage - OVERLAP_MS).toISOString();
    const answer = await fetch(`${this.#where.inboxUrl}/inbox/api/messages?limit=${INBOX_LIMIT}&since=${since}`);
    if (!answer.ok) throw new Error(`the inbox: ${answer.status}`);
    const { messages } = (await answer.json()) as { messages: Message[] };
    if (messages.length === INBOX_LIMIT) throw new Error("the inbox holds more than it tells");
    for (const message of messages) {
      this.#messages.set(message.id, message);
      this.#newestMessage = Math.max(this.#newestMessage, Date.parse(message.received_at));
    }
    return [...this.#messages.values()];
  }

  /** Every live event so far, as a page that stays open is told them: it resumes where it was cut off. */
  async events(): Promise<readonly LiveEvent[]> {
    const last = await fetch(`${this.#where.hubUrl}/api/events/last`, { headers: { cookie: this.#cookie } });
    if (!last.ok) throw new Error(`/api/events/last: ${last.status} ${await last.text()}`);
    const { id: target } = (await last.json()) as { id: number };
    if (this.#lastEvent() >= target) return this.#events;
    const leave = AbortSignal.timeout(STREAM_WITHIN_MS);
    const answer = await fetch(`${this.#where.hubUrl}/events?after=${this.#lastEvent()}`, { headers: { cookie: this.#cookie }, signal: leave });
    if (!answer.ok || !answer.body) throw new Error(`/events: ${answer.status} ${await answer.text()}`);
    let text = "";
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const frames = (text + part).split("\n\n");
      text = frames.pop() ?? "";
      for (const frame of frames) this.#take(frame);
      if (this.#lastEvent() >= target) break;
    }
    return this.#events;
  }

  #lastEvent(): number {
    return this.#events.at(-1)?.id ?? 0;
  }

  #take(frame: string): void {
    const data = frame.split("\n").find((line) => line.startsWith("data: "));
    if (data === undefined) return;
    if (frame.includes("event: reset")) throw new Error("the event stream began anew");
    const event = liveEvent.parse(JSON.parse(data.slice(6)));
    if (event.id !== this.#lastEvent() + 1) throw new Error(`event ${event.id} came after ${this.#lastEvent()}`);
    this.#events.push(event);
  }

  async addressStatus(uuid: string): Promise<AddressStatus> {
    const answer = await fetch(`${this.#where.hubUrl}/api/address/${uuid}`);
    return addressDetails.parse(await answer.json()).status;
  }

  /** Everything about one person's order. `messages` and `events` are read once for many. */
  async find(shopper: Shopper, all: { readonly messages: readonly Message[]; readonly events: readonly LiveEvent[] }): Promise<Found> {
    const [customers, contacts, addresses, locations] = await Promise.all([
      this.list("Customer", [["customer_name", "=", shopper.name]]),
      this.list("Contact", [["Contact Email", "email_id", "=", shopper.email]]),
      this.list("Address", [["address_title", "=", shopper.name]]),
      this.list("Service Location", [["rqa_uuid", "=", shopper.addressUuid]]),
    ]);
    const names = customers.map(({ name }) => name);
    const theirs = (doctype: string) => (names.length > 0 ? this.list(doctype, [["customer", "in", names]]) : []);
    const [subscriptions, equipment, projects, jobs, invoices, issues] = await Promise.all([
      theirs("Service Subscription"),
      theirs("Service Equipment"),
      theirs("Project"),
      theirs("Dispatch Job"),
      theirs("Sales Invoice"),
      shopper.accepted ? this.list("Issue", [["subject", "like", `%${shopper.accepted.order_id}%`]]) : [],
    ]);
    const orders = [...new Set([...jobs.map((job) => String(job["order_id"])), ...(shopper.accepted ? [shopper.accepted.order_id] : [])])];
    // A job of a restored site may have the number that another order's had before: a message is told by its order, an event has only the job.
    const subjects = new Set([...jobs.map(({ name }) => name), ...orders]);
    return {
      customers,
      contacts,
      addresses,
      locations: locations.filter((location) => names.includes(String(location["customer"]))),
      subscriptions,
      equipment,
      projects,
      tasks: projects.length > 0 ? await this.list("Task", [["project", "in", projects.map(({ name }) => name)]]) : [],
      jobs,
      invoices,
      issues,
      messages: all.messages.filter((message) => {
        const text = `${message.to}\n${message.text ?? ""}`;
        return shopper.isAbout(text) || orders.some((id) => text.includes(id));
      }),
      events: all.events.filter((event) => event.kind === "order.created" && subjects.has(event.name)),
      payments: shopper.stripeCustomer ? await this.#payments(shopper.stripeCustomer) : [],
      address: await this.addressStatus(shopper.addressUuid),
      status: shopper.accepted ? await this.#status(shopper.accepted) : undefined,
    };
  }

  async #status({ order_id, token }: { order_id: string; token: string }): Promise<OrderStatus | undefined> {
    const answer = await fetch(`${this.#where.hubUrl}/api/orders/${order_id}`, { headers: { authorization: `Bearer ${token}` } });
    return answer.ok ? orderStatus.parse(await answer.json()) : undefined;
  }

  async #payments(customer: string): Promise<unknown[]> {
    const list = async (what: string): Promise<unknown[]> => {
      const answer = await fetch(`${this.#where.stripeUrl}/v1/${what}?customer=${customer}`, {
        headers: { authorization: `Bearer ${this.#where.stripeKey}` },
      });
      if (!answer.ok) throw new Error(`the cards' side, ${what}: ${answer.status}`);
      return ((await answer.json()) as { data: unknown[] }).data;
    };
    return [...(await list("payment_intents")), ...(await list("charges"))];
  }

  async #erpnext<T>(path: string): Promise<T> {
    const answer = await fetch(this.#where.erpnextUrl + path, { headers: { cookie: this.#cookie } });
    if (!answer.ok) throw new Error(`ERPNext, ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

