/** Stripe: the key, whether it takes real money where it must not, and whether Stripe tells us what was paid. */
import Stripe from "stripe";
import { FOLLOWED_EVENTS } from "../payments/stripe-webhook.ts";
import { createStripe } from "../payments/stripe.ts";
import { both, fine, judged, some, textOf, warning, wrong } from "./findings.ts";
import type { Finding, Having } from "./findings.ts";
import type { SiteReport } from "./report.ts";

export type StripeSettings = Having<"STRIPE_SECRET_KEY" | "STRIPE_PUBLISHABLE_KEY" | "PUBLIC_URL">;

const KEYS = both("Copiez la clé du tableau de bord de Stripe: Developers → API keys.", "Copy the key from Stripe's dashboard: Developers → API keys.");
const isLive = (key: string): boolean => /^[a-z]+_live_/.test(key);

export async function* stripeFindings(config: StripeSettings, report: SiteReport | undefined): AsyncGenerator<Finding> {
  const { STRIPE_SECRET_KEY: secret, STRIPE_PUBLISHABLE_KEY: publishable, PUBLIC_URL: url } = config;
  const live = isLive(secret);
  yield judged("stripe.same_mode", isLive(publishable) === live && publishable.startsWith("pk_"), {
    ok: both("Les deux clés de Stripe vont ensemble", "Stripe's two keys go together"),
    says: both("STRIPE_PUBLISHABLE_KEY n'est pas la clé publique de STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY is not the public key of STRIPE_SECRET_KEY"),
    mend: KEYS,
  });
  if (live && (report?.test_site ?? false)) {
    yield wrong("stripe.live", both("Une clé réelle de Stripe sur un site d'essai: de vraies cartes seraient débitées", "A live Stripe key on a test site: real cards would be charged"), both("Mettez une clé sk_test_.", "Use a key sk_test_."));
  } else if (!live && url.startsWith("https:") && report?.test_site === false) {
    yield warning("stripe.live", both("Clé d'essai de Stripe: aucune vraie carte n'est prise", "Stripe's test key: no real card is taken"), both("En production, mettez la clé sk_live_.", "In production, use the key sk_live_."));
  } else yield fine("stripe.live", live ? both("Stripe: vraies cartes", "Stripe: real cards") : both("Stripe: cartes d'essai", "Stripe: test cards"));
  yield* endpointFindings(createStripe(secret, config.STRIPE_API_URL), `${url.replace(/\/$/, "")}/webhooks/stripe`);
}

async function* endpointFindings(stripe: Stripe, url: string): AsyncGenerator<Finding> {
  let endpoints: Stripe.WebhookEndpoint[];
  try {
    endpoints = await stripe.webhookEndpoints.list({ limit: 100 }).autoPagingToArray({ limit: 100 });
  } catch (error) {
    const refused = error instanceof Stripe.errors.StripeAuthenticationError || error instanceof Stripe.errors.StripePermissionError;
    if (refused) yield wrong("stripe.key", both(`Stripe refuse STRIPE_SECRET_KEY: ${textOf(error)}`, `Stripe refuses STRIPE_SECRET_KEY: ${textOf(error)}`), KEYS);
    else yield wrong("stripe.reach", both(`Stripe ne répond pas: ${textOf(error)}`, `Stripe does not answer: ${textOf(error)}`), both("Vérifiez la sortie vers api.stripe.com (ou STRIPE_API_URL).", "Check the way out to api.stripe.com (or STRIPE_API_URL)."));
    return;
  }
  yield fine("stripe.key", both("Stripe connaît notre clé", "Stripe knows our key"));
  const endpoint = endpoints.find((candidate) => candidate.url === url);
  yield judged("stripe.webhook", endpoint?.status === "enabled", {
    ok: both("Stripe annonce les paiements au hub", "Stripe tells the hub of payments"),
    says: both(`Stripe n'annonce rien à ${url}${endpoint ? " (désactivé)" : ""}`, `Stripe tells nothing to ${url}${endpoint ? " (disabled)" : ""}`),
    mend: both(`Stripe → Developers → Webhooks: ajoutez ${url}, puis copiez son secret dans STRIPE_WEBHOOK_SECRET.`, `Stripe → Developers → Webhooks: add ${url}, then copy its secret into STRIPE_WEBHOOK_SECRET.`),
  });
  if (endpoint?.status !== "enabled") return;
  const lacking = FOLLOWED_EVENTS.filter((event) => !endpoint.enabled_events.includes(event) && !endpoint.enabled_events.includes("*"));
  yield judged("stripe.events", lacking.length === 0, {
    ok: both("Stripe annonce tout ce qu'il faut", "Stripe tells all that is needed"),
    says: both(`Stripe n'annonce pas: ${some(lacking)}`, `Stripe does not tell: ${some(lacking)}`),
    mend: both("Ajoutez ces événements au webhook, dans Stripe.", "Add these events to the webhook, in Stripe."),
  });
}
