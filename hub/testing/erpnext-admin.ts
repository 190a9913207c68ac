/** ERPNext as a person with a session sees it, and what tests put there first: staff and the demo catalogue. */
import { dollarsFromCents } from "@gigafibre/contracts/money";
import { demoCatalog, zones } from "@gigafibre/fixtures/demo/catalog";

export type Document = Record<string, unknown> & { name: string };

export class ErpnextAdmin {
  readonly #url: string;
  #cookie = "";

  constructor(url: string) {
    this.#url = url;
  }

  /** @returns the session's id */
  async signIn(user: string, password: string): Promise<string> {
    const sid = await this.sessionFor(user, password);
    this.#cookie = `sid=${sid}`;
    return sid;
  }

  /** A session of anyone, for the hub's own routes. */
  async sessionFor(user: string, password = "demo"): Promise<string> {
    const answer = await fetch(`${this.#url}/api/method/login`, { method: "POST", body: new URLSearchParams({ usr: user, pwd: password }) });
    const sid = /(?:^|,\s*)sid=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1];
    if (!answer.ok || !sid) throw new Error(`${user} was not let in: ${answer.status} ${await answer.text()}`);
    return sid;
  }

  async call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { cookie: this.#cookie, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  async insert(doctype: string, values: Record<string, unknown>): Promise<Document> {
    return (await this.call("POST", `/api/resource/${encodeURIComponent(doctype)}`, values))["data"] as Document;
  }

  async update(doctype: string, name: string, values: Record<string, unknown>): Promise<Document> {
    return (await this.call("PUT", `/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`, values))["data"] as Document;
  }

  async remove(doctype: string, name: string): Promise<void> {
    await this.call("DELETE", `/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`);
  }

  async get(doctype: string, name: string): Promise<Document> {
    return (await this.call("GET", `/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`))["data"] as Document;
  }

  async list(doctype: string, filters: readonly (readonly [string, string, unknown])[] = []): Promise<Document[]> {
    const query = new URLSearchParams({ fields: '["*"]', filters: JSON.stringify(filters), limit_page_length: "0" });
    return (await this.call("GET", `/api/resource/${encodeURIComponent(doctype)}?${query.toString()}`))["data"] as Document[];
  }
}

export const STAFF = {
  agent: "agent@gigafibre.test",
  dispatcher: "dispatch@gigafibre.test",
  technician: "tech1@gigafibre.test",
} as const;

const PROFILES = { agent: "Ops Agent", dispatcher: "Dispatcher", technician: "Field Technician" } as const;

/** One of each role, password `demo`. */
export async function makeStaff(admin: ErpnextAdmin): Promise<void> {
  for (const [kind, email] of Object.entries(STAFF) as [keyof typeof STAFF, string][]) {
    await admin.insert("User", { email, first_name: kind, role_profile_name: PROFILES[kind], new_password: "demo", send_welcome_email: 0, simultaneous_sessions: 10 });
  }
}

const SERVICE_TYPE = {
  internet: "Internet",
  tv: "TV",
  tv_addon: "TV",
  phone: "Phone",
  phone_fee: "Fee",
  phone_activation: "Fee",
  tv_box: "Fee",
  discount: "Discount",
} as const;

/** The demo catalogue as Items and, for each zone, a Price List with its Item Prices. */
export async function makeCatalog(admin: ErpnextAdmin): Promise<void> {
  for (const item of demoCatalog().items) {
    await admin.insert("Item", {
      item_code: item.sku,
      item_name: item.name,
      item_group: "Services",
      stock_uom: "Nos",
      is_stock_item: 0,
      service_type: SERVICE_TYPE[item.kind],
      tv_addon: item.kind === "tv_addon" ? 1 : 0,
      one_time: item.per === "once" ? 1 : 0,
      prorated: item.prorated ? 1 : 0,
      ...(item.download_mbps === undefined ? {} : { download_mbps: item.download_mbps, upload_mbps: item.upload_mbps, line_profile: item.line_profile }),
    });
  }
  for (const zone of zones) {
    await admin.insert("Price List", { price_list_name: zone, currency: "CAD", selling: 1, enabled: 1 });
    for (const { sku, price_cents } of demoCatalog(zone).items) {
      await admin.insert("Item Price", { item_code: sku, price_list: zone, uom: "Nos", selling: 1, currency: "CAD", price_list_rate: dollarsFromCents(price_cents) });
    }
  }
}
