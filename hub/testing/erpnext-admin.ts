/** ERPNext as a person with a session sees it. */

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

/** Demo staff, password `demo`. */
export const STAFF = {
  agent: "agent@gigafibre.test",
  dispatcher: "dispatch@gigafibre.test",
  technician: "tech1@gigafibre.test",
} as const;
