import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { Agent } from "undici";
import type { Dispatcher } from "undici";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Refusal } from "../../plugins/problems.ts";
import { rewriteSetCookie } from "./cookies.ts";

/** What a browser may tell ERPNext. Everything else stays here: its own credentials, who it says to be for, on which site, by which method. */
const REQUEST_HEADERS = [
  "accept",
  "accept-encoding",
  "accept-language",
  "content-length",
  "content-type",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "range",
  "user-agent",
  "x-frappe-csrf-token",
  "x-requested-with",
];

const RESPONSE_HEADERS = [
  "accept-ranges",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "expires",
  "last-modified",
  "retry-after",
  "vary",
];

const SAFE_METHODS = new Set(["GET", "HEAD"]);
/** Failures before a byte of the request was sent. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/** Staff's files come from staff, but a browser that ran one would run it as the person who opens it. */
const FILE_POLICY = [
  "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'",
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
].join("; ");
/** A browser's own viewer of a PDF does not run in a sandbox, and runs nothing of the PDF's as our page. */
const PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'";

export interface Forwarded {
  readonly path: string;
  /** Already checked. A stream is sent as it comes. */
  readonly body: Buffer | Readable | null;
  /** The cookies that reach ERPNext. */
  readonly cookies: Readonly<Record<string, string>>;
  /** Instead of the browser's own. */
  readonly contentType?: string;
}

export class Forwarder {
  readonly #erpnext: URL;
  readonly #publicUrl: URL;
  readonly #agent = new Agent({ connections: 64, headersTimeout: 120_000, bodyTimeout: 120_000, connect: { timeout: 5_000 } });

  constructor(options: { erpnextUrl: string; publicUrl: string }) {
    this.#erpnext = new URL(options.erpnextUrl);
    this.#publicUrl = new URL(options.publicUrl);
  }

  /**
   * Asks ERPNext and answers with what it says, as it comes.
   * @throws Refusal `erpnext_unavailable`, or `erpnext_outcome_unknown` for a change whose answer was lost.
   */
  async forward(request: FastifyRequest, reply: FastifyReply, what: Forwarded): Promise<FastifyReply> {
    const given = new AbortController();
    reply.raw.once("close", () => given.abort());
    let answer: Dispatcher.ResponseData;
    try {
      answer = await this.#agent.request({
        origin: this.#erpnext.origin,
        path: what.path,
        method: request.method,
        headers: this.#headersFor(request, what),
        body: what.body,
        signal: given.signal,
      });
    } catch (error) {
      throw lostAnswer(error, request.method);
    }
    if (answer.statusCode >= 502 && answer.statusCode <= 504) {
      await answer.body.dump();
      throw new Refusal(answer.statusCode === 503 || SAFE_METHODS.has(request.method) ? "erpnext_unavailable" : "erpnext_outcome_unknown");
    }
    this.#answerHeaders(reply, answer.headers);
    return reply.code(answer.statusCode).send(answer.body);
  }

  #headersFor(request: FastifyRequest, what: Forwarded): Record<string, string> {
    const headers: Record<string, string> = {
      "x-frappe-site-name": this.#erpnext.hostname,
      "x-forwarded-for": request.ip,
      "x-forwarded-host": this.#publicUrl.host,
      "x-forwarded-proto": this.#publicUrl.protocol.slice(0, -1),
    };
    for (const name of REQUEST_HEADERS) {
      const value = request.headers[name];
      if (typeof value === "string") headers[name] = value;
    }
    if (what.body === null || Buffer.isBuffer(what.body)) delete headers["content-length"];
    if (what.body === null) delete headers["content-type"];
    if (what.contentType !== undefined) headers["content-type"] = what.contentType;
    const cookies = Object.entries(what.cookies).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    if (cookies.length > 0) headers["cookie"] = cookies.join("; ");
    return headers;
  }

  #answerHeaders(reply: FastifyReply, headers: IncomingHttpHeaders): void {
    for (const name of RESPONSE_HEADERS) {
      const value = headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    if (headers["cache-control"] === undefined) reply.header("cache-control", "private, no-store");
    const location = this.#ownLocation(headers.location);
    if (location !== null) reply.header("location", location);
    for (const cookie of [headers["set-cookie"] ?? []].flat()) {
      const rewritten = rewriteSetCookie(cookie, this.#publicUrl.protocol === "https:");
      if (rewritten !== null) reply.header("set-cookie", rewritten);
    }
    const isPdf = headers["content-type"]?.startsWith("application/pdf") ?? false;
    reply.header("content-security-policy", isPdf ? PDF_POLICY : FILE_POLICY);
    reply.header("x-content-type-options", "nosniff");
  }

  /** A redirect within ERPNext is one within the hub; one to elsewhere is not followed. */
  #ownLocation(location: string | undefined): string | null {
    if (location === undefined) return null;
    const url = URL.parse(location, this.#erpnext.origin);
    return url && url.origin === this.#erpnext.origin ? url.pathname + url.search : null;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function lostAnswer(error: unknown, method: string): unknown {
  // What the body's own guard found goes before the broken request it led to.
  if (error instanceof Refusal) return error;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  const unsent = code !== undefined && NEVER_SENT.has(code);
  return new Refusal(unsent || SAFE_METHODS.has(method) ? "erpnext_unavailable" : "erpnext_outcome_unknown", {}, error);
}
