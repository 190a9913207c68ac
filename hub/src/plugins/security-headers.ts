import helmet from "@fastify/helmet";
import fp from "fastify-plugin";
import type { Config } from "../config.ts";

interface StripeOrigins {
  readonly script: string[];
  readonly frame: string[];
  readonly connect: string[];
  readonly image: string[];
}

/** Where a page may load Stripe from and send a card to: https://docs.stripe.com/security/guide#content-security-policy, or its stand-in. */
function stripeOrigins(config: Pick<Config, "STRIPE_SCRIPT_URL" | "STRIPE_API_URL">): StripeOrigins {
  const script = new URL(config.STRIPE_SCRIPT_URL).origin;
  if (script === "https://js.stripe.com") {
    const scripts = ["https://js.stripe.com", "https://*.js.stripe.com"];
    return { script: scripts, frame: [...scripts, "https://hooks.stripe.com"], connect: ["https://api.stripe.com"], image: ["https://*.stripe.com"] };
  }
  const own = [...new Set([script, ...(config.STRIPE_API_URL ? [new URL(config.STRIPE_API_URL).origin] : [])])];
  return { script: [script], frame: own, connect: own, image: own };
}

/** What a page of ours may load, and from where. */
export function pagePolicy(config: Pick<Config, "STRIPE_SCRIPT_URL" | "STRIPE_API_URL">): Record<string, string[]> {
  const stripe = stripeOrigins(config);
  return {
    "default-src": ["'self'"],
    "base-uri": ["'none'"],
    "connect-src": ["'self'", ...stripe.connect],
    "font-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'self'"],
    "frame-src": ["'self'", ...stripe.frame],
    "img-src": ["'self'", "data:", ...stripe.image],
    "manifest-src": ["'self'"],
    "object-src": ["'none'"],
    "script-src": ["'self'", ...stripe.script],
    // Stripe's form and our own running numbers set styles on elements.
    "style-src": ["'self'", "'unsafe-inline'"],
    "worker-src": ["'self'"],
  };
}

export const securityHeaders = fp<{ config: Config }>(
  async (app, { config }) => {
    const secure = new URL(config.PUBLIC_URL).protocol === "https:";
    const payment = stripeOrigins(config).frame.filter((origin) => !origin.includes("*"));
    const permissions = `camera=(self), geolocation=(self), microphone=(), payment=(self ${payment.map((origin) => `"${origin}"`).join(" ")})`;
    await app.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: pagePolicy(config) },
      // A bank's own window must be able to answer the page that opened it.
      crossOriginOpenerPolicy: { policy: "same-origin-allow-popups" },
      frameguard: { action: "sameorigin" },
      // Without any referrer a form of ours would be sent with the origin "null", and be taken for another site's.
      referrerPolicy: { policy: "strict-origin-when-cross-origin" },
      strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    });
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("permissions-policy", permissions);
    });
    // What is about a person stays in no cache; a route whose answers may be kept says so.
    app.addHook("onSend", async (request, reply) => {
      if (request.url.startsWith("/api/") && !reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    });
  },
  { name: "security-headers" },
);
