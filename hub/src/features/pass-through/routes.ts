/**
 * Staff's own requests to ERPNext, on the hub's origin: with their own session, so that ERPNext's permissions and its audit trail hold for
 * every click. Frappe's CSRF check is off until its Desk has made a token, so the hub refuses what another site makes a browser send
 * (plugins/access.ts). Guests reach signing in, signing out and the question who they are, and nothing else.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Refusal } from "../../plugins/problems.ts";
import { acceptPassedBodies } from "./body.ts";
import type { PassedBody } from "./body.ts";
import { Forwarder } from "./forward.ts";
import { targetOf } from "./target.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Path and query at ERPNext, once they were checked. */
    erpnextPath: string;
  }
}

/**
 * A session that ERPNext knew is taken for one this long; whether it may do what it asks for, ERPNext says each time. One that has ended
 * meanwhile reaches at most what ERPNext leaves open to guests. Kept by each hub for itself: it saves a question, and decides nothing.
 */
const SESSION_KNOWN_MS = 60_000;
const SESSIONS_KNOWN = 10_000;

class KnownSessions {
  readonly #until = new Map<string, number>();

  has(sid: string): boolean {
    const until = this.#until.get(keyOf(sid));
    return until !== undefined && until > Date.now();
  }

  add(sid: string): void {
    if (this.#until.size >= SESSIONS_KNOWN) this.#until.clear();
    this.#until.set(keyOf(sid), Date.now() + SESSION_KNOWN_MS);
  }

  delete(sid: string): void {
    this.#until.delete(keyOf(sid));
  }
}

const keyOf = (sid: string): string => createHash("sha256").update(sid).digest("base64");

const credentials = z.object({
  usr: z.string().max(140),
  pwd: z.string().max(512),
  /** The second factor: the code, and what the first answer called the attempt. */
  otp: z.string().max(20).optional(),
  tmp_id: z.string().max(140).optional(),
});
const secondFactor = credentials.partial({ usr: true, pwd: true }).required({ otp: true, tmp_id: true });
const signIn = z.union([credentials, secondFactor]);

/**
 * A method may do something even when it is asked by GET: no other site may ask for one, though a link there would carry the cookie.
 * Browsers that do not say where a request comes from still keep the cookie from everything but a link.
 */
async function refuseForeignMethod(request: FastifyRequest): Promise<void> {
  const from = request.headers["sec-fetch-site"];
  if (from === "cross-site" || from === "same-site") throw new Refusal("cross_site_request");
}

const WITH_BODY = ["POST", "PUT", "PATCH", "DELETE"];

function cookiesOf(request: FastifyRequest): Record<string, string> {
  const { sid, preferred_language } = request.cookies;
  return { ...(sid ? { sid } : {}), ...(preferred_language ? { preferred_language } : {}) };
}

export async function passThrough(app: FastifyInstance): Promise<void> {
  const forwarder = new Forwarder({ erpnextUrl: app.config.ERPNEXT_URL, publicUrl: app.config.PUBLIC_URL });
  const known = new KnownSessions();
  app.addHook("onClose", () => forwarder.close());
  app.decorateRequest("erpnextPath", "");
  acceptPassedBodies(app, { uploadLimit: app.config.UPLOAD_LIMIT_MB * 1024 * 1024 });

  const session = async (request: FastifyRequest): Promise<void> => {
    request.erpnextPath = targetOf(request.raw.url ?? "").path;
    const { sid } = request.cookies;
    if (!sid || sid === "Guest") throw new Refusal("sign_in_required");
    if (known.has(sid)) return;
    // Frappe takes an unknown session for a guest, who may call some fifty methods.
    if (!(await app.staffOf(request))) throw new Refusal("sign_in_required");
    known.add(sid);
  };

  const about = { tags: ["ERPNext"], description: "See Frappe's REST reference. Answers 503 `erpnext_unavailable` while ERPNext is away." };

  app.post(
    "/api/method/login",
    {
      config: { access: "public" },
      bodyLimit: 16 * 1024,
      schema: { ...about, summary: "Sign in to ERPNext: { usr, pwd }, then { otp, tmp_id } where a second factor is asked for" },
    },
    async (request, reply) => {
      const fields = signIn.safeParse((request.body as PassedBody | null)?.fields);
      if (!fields.success) throw new Refusal("malformed_body");
      const answer = await forwarder.forward(request, reply, {
        path: "/api/method/login",
        body: Buffer.from(JSON.stringify(fields.data)),
        contentType: "application/json",
        // Not the session of before: a new one is made, whoever was signed in.
        cookies: {},
      });
      request.log.info({ user: fields.data.usr, ip: request.ip, status: reply.statusCode }, "someone signs in");
      return answer;
    },
  );

  for (const [name, summary] of [
    ["logout", "Sign out of ERPNext"],
    ["frappe.auth.get_logged_user", "Who is signed in to ERPNext"],
  ] as const) {
    app.route({
      method: ["GET", "POST"],
      url: `/api/method/${name}`,
      config: { access: "public" },
      bodyLimit: 16 * 1024,
      schema: { ...about, summary },
      onRequest: refuseForeignMethod,
      handler: async (request, reply) => {
        const cookies = cookiesOf(request);
        if (name === "logout" && cookies["sid"]) known.delete(cookies["sid"]);
        return forwarder.forward(request, reply, { path: `/api/method/${name}`, body: null, cookies });
      },
    });
  }

  for (const [url, methods, summary] of [
    ["/api/method/*", ["GET", "HEAD", "POST", "PUT", "DELETE"], "A method of ERPNext, with the person's own session"],
    ["/api/resource/*", ["GET", "HEAD", "POST", "PUT", "DELETE"], "Documents of ERPNext, with the person's own session"],
    ["/api/v2/document/*", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], "Documents of ERPNext (second version of its API)"],
    ["/files/*", ["GET", "HEAD"], "A file kept in ERPNext"],
    ["/private/files/*", ["GET", "HEAD"], "A file kept in ERPNext for those who may see its document"],
  ] as const) {
    app.route({
      method: [...methods],
      url,
      config: { access: "erpnext_session" },
      schema: { ...about, summary },
      onRequest: url === "/api/method/*" ? [refuseForeignMethod, session] : session,
      handler: async (request, reply) => {
        const body = WITH_BODY.includes(request.method) ? (request.body as PassedBody | null | undefined) : null;
        return forwarder.forward(request, reply, {
          path: request.erpnextPath,
          body: body?.content ?? null,
          cookies: cookiesOf(request),
          ...(body ? { contentType: body.contentType } : {}),
        });
      },
    });
  }
}
