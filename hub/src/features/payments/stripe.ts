import fp from "fastify-plugin";
import Stripe from "stripe";
import { Refusal } from "../../plugins/problems.ts";

declare module "fastify" {
  interface FastifyInstance {
    stripe: Stripe;
  }
}

const TIMEOUT_MS = 8_000;

/** Stripe's client, pointed at `STRIPE_API_URL` where that is set. */
export function createStripe(secretKey: string, apiUrl: string | undefined): Stripe {
  const options = { timeout: TIMEOUT_MS, maxNetworkRetries: 2, telemetry: false };
  if (apiUrl === undefined) return new Stripe(secretKey, options);
  const { protocol, hostname, port } = new URL(apiUrl);
  return new Stripe(secretKey, {
    ...options,
    host: hostname,
    port: port || (protocol === "http:" ? 80 : 443),
    protocol: protocol === "http:" ? "http" : "https",
  });
}

/** Whether Stripe said no to this very request. Anything else (no answer, 5xx, too busy, our key refused) says nothing about it. */
export function refusedByStripe(error: unknown): error is Stripe.errors.StripeInvalidRequestError {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode !== 409 && error.statusCode !== 429;
}

/** A question to Stripe; `stripe_unavailable` when it does not answer to the point. */
export async function askStripe<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError && !refusedByStripe(error)) throw new Refusal("stripe_unavailable", {}, error);
    throw error;
  }
}

export const stripe = fp(
  async (app) => {
    app.decorate("stripe", createStripe(app.config.STRIPE_SECRET_KEY, app.config.STRIPE_API_URL));
  },
  { name: "stripe" },
);
