/** What a browser must know before it can take an order. The hub's configuration is the source; nothing here is secret. */
import { z } from "zod";

/** `GET /api/site-config` */
export const siteConfig = z.object({
  stripe_publishable_key: z.string(),
  /** Where Stripe.js comes from, so that the same page runs with Stripe or with a stand-in. */
  stripe_script_url: z.url(),
  /** As people write it: `450 555-0123`. */
  phone_number: z.string(),
  /** The version of the terms that the site shows, sent back as `consents.terms_version`. */
  terms_version: z.string(),
});
export type SiteConfig = z.infer<typeof siteConfig>;
