import fp from "fastify-plugin";
import type { FastifyRequest } from "fastify";
import { Agent, FormData, request } from "undici";
import { z } from "zod";
import { rightsOnType } from "@gigafibre/contracts/customer-360";
import type { Language } from "@gigafibre/contracts/language";
import { committed, failedStep } from "@gigafibre/contracts/unit-of-work";
import type { Committed, FailedStep, UnitOfWork } from "@gigafibre/contracts/unit-of-work";

declare module "fastify" {
  interface FastifyInstance {
    erpnext: ErpnextClient;
  }
}

/** ERPNext did not answer, or not to the point: whether it did what was asked is unknown. Ask again, with the same key. */
export class ErpnextUnavailable extends Error {
  override readonly name = "ErpnextUnavailable";
}

/** ERPNext answered no: nothing was kept. */
export class ErpnextRefused extends Error {
  override readonly name = "ErpnextRefused";
  readonly status: number;
  readonly exc_type: string;
  readonly step: FailedStep | undefined;

  constructor(status: number, exc_type: string, message: string, step?: FailedStep) {
    super(message);
    this.status = status;
    this.exc_type = exc_type;
    this.step = step;
  }
}

/** Refusals that say "not now" rather than "no". */
const RETRYABLE = new Set(["QueryDeadlockError", "QueryTimeoutError", "TooManyRequestsError", "DocumentLockedError", "SessionStopped"]);

export type Filter = readonly [field: string, operator: string, value: unknown];
export interface ListOptions {
  readonly fields?: readonly string[];
  readonly filters?: readonly Filter[];
  readonly or_filters?: readonly Filter[];
  readonly order_by?: string;
  readonly limit?: number;
  readonly start?: number;
}

/** One of several lists asked for at once. A filter's value may be the names (or another field) of the rows of a list before it. */
export interface AskedList {
  readonly as: string;
  readonly doctype: string;
  readonly fields?: readonly string[];
  readonly filters?: readonly (readonly unknown[])[];
  readonly or_filters?: readonly (readonly unknown[])[];
  readonly order_by?: string;
  readonly limit?: number;
  readonly parent?: string;
  /** Of Comment, Communication or Version: what stands beside the rows of these lists. */
  readonly beside?: readonly string[];
}
export type Row = Readonly<Record<string, unknown>>;
const manyLists = z.object({
  lists: z.record(z.string(), z.array(z.record(z.string(), z.unknown())).nullable()),
  rights: z.record(z.string(), rightsOnType),
});
export type ManyLists = z.infer<typeof manyLists>;

export type ErpnextDocument = { readonly name: string; readonly modified: string } & Readonly<Record<string, unknown>>;

/** Who asks: the hub's own user by default, or a person by the cookie of their session. */
export interface Caller {
  readonly cookie?: string | undefined;
}

/** The person who asks, by the cookie of their session. */
export const asPerson = (request: FastifyRequest): Caller => ({ cookie: `sid=${encodeURIComponent(request.cookies["sid"] ?? "")}` });

/** ERPNext's REST, as `Hub Service` unless a caller is given. */
export class ErpnextClient {
  readonly #url: string;
  readonly #authorization: string;
  readonly #agent = new Agent({ connections: 32, headersTimeout: 60_000, bodyTimeout: 60_000, connect: { timeout: 5_000 } });

  constructor(options: { url: string; apiKey: string; apiSecret: string }) {
    this.#url = options.url.replace(/\/$/, "");
    this.#authorization = `token ${options.apiKey}:${options.apiSecret}`;
  }

  /**
   * One request. Answers the decoded body.
   * @throws ErpnextUnavailable (no answer, 5xx, "not now") or ErpnextRefused (4xx).
   */
  async call(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    options: { body?: unknown; form?: FormData; query?: Record<string, string>; caller?: Caller; timeoutMs?: number } = {},
  ): Promise<Record<string, unknown>> {
    const url = new URL(this.#url + path);
    for (const [key, value] of Object.entries(options.query ?? {})) url.searchParams.set(key, value);
    const cookie = options.caller?.cookie;
    let status: number;
    let text: string;
    try {
      const answer = await request(url, {
        method,
        dispatcher: this.#agent,
        headers: {
          accept: "application/json",
          ...(cookie === undefined ? { authorization: this.#authorization } : { cookie }),
          ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: options.form ?? (options.body === undefined ? null : JSON.stringify(options.body)),
        signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
      });
      status = answer.statusCode;
      text = await answer.body.text();
    } catch (error) {
      throw new ErpnextUnavailable(`${method} ${path}: no answer`, { cause: error });
    }
    const body = parse(text);
    if (status < 400 && body) return body;
    const exc_type = typeof body?.["exc_type"] === "string" ? body["exc_type"] : `HTTP ${status}`;
    // 502 to 504 are said for a site that is away, by its proxy or by itself, whatever reason they carry.
    if (!body || RETRYABLE.has(exc_type) || status === 429 || status > 500 || (status === 500 && !("exc_type" in body))) {
      throw new ErpnextUnavailable(`${method} ${path}: ${exc_type}`);
    }
    const step = failedStep.safeParse(body["step"]);
    if (step.success && RETRYABLE.has(step.data.exc_type)) throw new ErpnextUnavailable(`${method} ${path}: ${step.data.exc_type}`);
    throw new ErpnextRefused(status, exc_type, messageOf(body) ?? exc_type, step.success ? step.data : undefined);
  }

  /** Attaches a private file to a document. It is no part of a unit of work: whoever repeats it looks first whether it is there. */
  async attach(to: { doctype: string; name: string }, file: { name: string; type: string; content: Buffer }): Promise<void> {
    const form = new FormData();
    form.set("doctype", to.doctype);
    form.set("docname", to.name);
    form.set("is_private", "1");
    form.set("file", new Blob([new Uint8Array(file.content)], { type: file.type }), file.name);
    await this.call("POST", "/api/method/upload_file", { form, timeoutMs: 60_000 });
  }

  /** Commits a unit of work, or replays its first answer. */
  async commit(work: UnitOfWork, caller?: Caller): Promise<Committed> {
    const path = "/api/method/gigafibre_fsm.api.unit_of_work.commit";
    const { message } = await this.call("POST", path, { body: work, timeoutMs: 60_000, ...(caller ? { caller } : {}) });
    return committed.parse(message);
  }

  /**
   * Commits what is decided only now, and would be decided otherwise once it has landed: ERPNext is asked for the key first, and again when it
   * says that the key was used for something else.
   */
  async commitOnce(key: string, decide: () => Promise<UnitOfWork>, caller?: Caller): Promise<Committed> {
    const landed = await this.find(key, caller);
    if (landed) return landed;
    try {
      return await this.commit(await decide(), caller);
    } catch (error) {
      const meanwhile = error instanceof ErpnextRefused && error.status === 409 ? await this.find(key, caller) : null;
      if (meanwhile) return meanwhile;
      throw error;
    }
  }

  /** The answer to an earlier key of the caller's, or null when it never landed. */
  async find(key: string, caller?: Caller): Promise<Committed | null> {
    const { message } = await this.call("GET", "/api/method/gigafibre_fsm.api.unit_of_work.find", { query: { key }, ...(caller ? { caller } : {}) });
    return message ? committed.parse(message) : null;
  }

  /** @returns null when there is no such document, or the caller may not see it. */
  async get(doctype: string, name: string, caller?: Caller): Promise<ErpnextDocument | null> {
    try {
      const path = `/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`;
      const { data } = await this.call("GET", path, caller ? { caller } : {});
      return data as ErpnextDocument;
    } catch (error) {
      if (error instanceof ErpnextRefused && (error.status === 404 || error.status === 403)) return null;
      throw error;
    }
  }

  async list<Row extends Record<string, unknown> = ErpnextDocument>(doctype: string, options: ListOptions = {}, caller?: Caller): Promise<Row[]> {
    const query = {
      fields: JSON.stringify(options.fields ?? ["name"]),
      ...(options.filters ? { filters: JSON.stringify(options.filters) } : {}),
      ...(options.or_filters ? { or_filters: JSON.stringify(options.or_filters) } : {}),
      ...(options.order_by ? { order_by: options.order_by } : {}),
      limit_start: String(options.start ?? 0),
      limit_page_length: String(options.limit ?? 0),
    };
    const { data } = await this.call("GET", `/api/resource/${encodeURIComponent(doctype)}`, { query, ...(caller ? { caller } : {}) });
    return data as Row[];
  }

  /** Several lists in one call, each as the caller may read it: null where they may not. `rights` are asked by DocType. */
  async lists(asked: readonly AskedList[], caller: Caller, rights: readonly string[] = []): Promise<ManyLists> {
    const { message } = await this.call("POST", "/api/method/gigafibre_fsm.api.lists.many", { body: { lists: asked, rights }, caller });
    return manyLists.parse(message);
  }

  /**
   * A document as ERPNext prints it, in PDF; null when it cannot print it.
   * @throws ErpnextUnavailable when it does not answer
   */
  async print(doctype: string, name: string, language: Language): Promise<Buffer | null> {
    const url = new URL(`${this.#url}/api/method/frappe.utils.print_format.download_pdf`);
    url.search = new URLSearchParams({ doctype, name, language, _lang: language }).toString();
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: this.#agent,
        headers: { authorization: this.#authorization },
        signal: AbortSignal.timeout(60_000),
      });
      const content = Buffer.from(await body.arrayBuffer());
      if (statusCode === 200 && String(headers["content-type"]).startsWith("application/pdf")) return content;
      if (statusCode !== 429 && statusCode <= 500) return null;
      throw new Error(`HTTP ${statusCode}`);
    } catch (error) {
      throw new ErpnextUnavailable(`print ${doctype} ${name}: no answer`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The text a person would have read in Desk. */
function messageOf(body: Record<string, unknown>): string | undefined {
  try {
    const messages = JSON.parse(String(body["_server_messages"])) as string[];
    const texts = messages.map((entry) => (JSON.parse(entry) as { message?: string }).message).filter(Boolean);
    if (texts.length > 0) return texts.join(" ");
  } catch {
    // Some answers leave `_server_messages` out; the exception's text is next.
  }
  return typeof body["exception"] === "string" ? body["exception"] : undefined;
}

export const erpnext = fp<{ url: string; apiKey: string; apiSecret: string }>(
  async (app, options) => {
    const client = new ErpnextClient(options);
    app.decorate("erpnext", client);
    app.addHook("onClose", () => client.close());
  },
  { name: "erpnext" },
);
