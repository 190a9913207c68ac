import { createHash, timingSafeEqual } from "node:crypto";
import fp from "fastify-plugin";
import { ROLES } from "@gigafibre/contracts/session";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Refusal } from "./problems.ts";

/**
 * Who may call a route.
 *
 * - `public`: anyone. What the answer holds is public, or the handler asks for more itself.
 * - `staff`: someone signed in to ERPNext with one of our roles; `request.staff` says who.
 * - `agent`: the same, who may take orders by phone.
 * - `order_token`: whoever holds the order's bearer token; the handler compares it.
 * - `webhook`: another system; the handler checks its signature on the raw body.
 * - `erpnext_session`: someone signed in to ERPNext; ERPNext's own permissions decide what they may do.
 * - `acs`: the ACS, by its own token.
 * - `operator`: whoever runs the hub, from the machine itself or by the operators' token.
 */
export type Access = "public" | "staff" | "agent" | "order_token" | "webhook" | "erpnext_session" | "acs" | "operator";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyInstance {
    /** What every route registered on the hub declared, for whoever checks that none was forgotten. */
    declaredAccess: readonly DeclaredRoute[];
    /** The access of a scope's routes that say nothing themselves, for routes that a library registers. */
    accessOfScope?: Access;
  }
  interface FastifyRequest {
    /** Who asks, on routes of access `staff` and `agent`. */
    staff: StaffSession | null;
  }
}

export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const OUR_ROLES: ReadonlySet<string> = new Set([ROLES.agent, ROLES.dispatcher, ROLES.technician, "System Manager"]);

/** Whether someone signed in to ERPNext works here: it has users that hold none of our roles. */
export function isStaff(session: StaffSession): boolean {
  return session.roles.some((role) => OUR_ROLES.has(role));
}

/** Declares the access of every route that a library registers within `scope`. */
export function declareScope(scope: FastifyInstance, access: Access): void {
  scope.decorate("accessOfScope", access);
}

/**
 * Whether a browser says that the request comes from a page of ours. Both headers are the browser's own; no page can forge them.
 */
export function fromOurOrigin(request: FastifyRequest, publicUrl: string): boolean {
  const { origin } = request.headers;
  if (origin === new URL(publicUrl).origin || origin === `${request.protocol}://${request.host}`) return true;
  return request.headers["sec-fetch-site"] === "same-origin";
}

/**
 * Refuses what another site makes a browser send: an unsafe request that carries a cookie must come from a page of ours, and one that names
 * another origin is refused with or without a cookie (it could sign someone in as somebody else).
 */
function refuseCrossSite(request: FastifyRequest, publicUrl: string): void {
  if (SAFE_METHODS.has(request.method)) return;
  if (request.headers.cookie === undefined && request.headers.origin === undefined) return;
  if (!fromOurOrigin(request, publicUrl)) throw new Refusal("cross_site_request");
}

function showsToken(request: FastifyRequest, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ""), digest(`Bearer ${token}`));
}

/** Whoever shows the operators' token; where there is none, a process of this machine that came to us directly. */
function isOperator(request: FastifyRequest, token: string | undefined): boolean {
  if (token !== undefined) return showsToken(request, token);
  const relayed = "x-forwarded-for" in request.headers || "forwarded" in request.headers;
  return !relayed && ["127.0.0.1", "::1", "::ffff:127.0.0.1"].includes(request.socket.remoteAddress ?? "");
}

/**
 * Every route declares who may call it, or is not registered; what can be checked before the handler is checked here. Registered before
 * anything that has routes: one registered earlier would not be looked at.
 */
export const access = fp(
  async (app) => {
    const declared: DeclaredRoute[] = [];
    app.decorate("declaredAccess", declared);
    app.decorateRequest("staff", null);

    app.addHook("onRoute", function (route) {
      const declaration = route.config?.access ?? this.accessOfScope;
      if (!declaration) throw new Error(`${String(route.method)} ${route.url} does not declare who may call it (config.access)`);
      route.config = { ...route.config, access: declaration };
      for (const method of [route.method].flat()) declared.push({ method, url: route.url, access: declaration });
    });

    app.addHook("onRequest", async (request) => {
      if (request.routeOptions.config.access !== "webhook") refuseCrossSite(request, app.config.PUBLIC_URL);
    });

    app.addHook("preValidation", async (request) => {
      switch (request.routeOptions.config.access) {
        case "staff": {
          request.staff = await app.staffOf(request);
          if (!request.staff) throw new Refusal("sign_in_required");
          if (!isStaff(request.staff)) throw new Refusal("not_allowed");
          return;
        }
        case "agent":
          request.staff = await app.requireAgent(request);
          return;
        case "operator":
          if (!isOperator(request, app.config.OPERATOR_TOKEN)) throw new Refusal("not_allowed");
          return;
        case "acs":
          if (app.config.ACS_TOKEN === undefined || !showsToken(request, app.config.ACS_TOKEN)) throw new Refusal("not_allowed");
          return;
        case "order_token":
          if (!request.headers.authorization?.startsWith("Bearer ")) throw new Refusal("order_not_found");
          return;
        default:
      }
    });
  },
  { name: "access" },
);
