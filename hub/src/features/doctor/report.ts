/** What the app on the site says of it to us alone (`gigafibre_fsm.api.doctor.report`). */
import { createHmac } from "node:crypto";
import { z } from "zod";

export const siteReport = z.object({
  versions: z.object({ app: z.string(), frappe: z.string(), erpnext: z.string() }),
  clock: z.object({ now: z.iso.datetime({ offset: true }), time_zone: z.string() }),
  test_site: z.boolean(),
  proof: z.string().nullable(),
  hub_url: z.string().nullable(),
  reached: z.object({ status: z.int(), error: z.string().nullable() }).nullable(),
  webhooks: z.array(z.object({ doctype: z.string(), event: z.string(), there: z.boolean(), enabled: z.boolean(), to_hub: z.boolean(), signed: z.boolean() })),
  scheduler: z.string(),
  workers: z.int().nullable(),
  rounding_method: z.string().nullable(),
  disable_rounded_total: z.int(),
  round_row_wise_tax: z.int(),
  roles: z.array(z.object({ name: z.string(), there: z.boolean() })),
  role_profiles: z.array(z.object({ name: z.string(), there: z.boolean(), lacks: z.array(z.string()) })),
  caller_lacks: z.array(z.string()),
  technicians: z.array(z.object({ user: z.string(), enabled: z.boolean(), technician: z.boolean() })),
});
export type SiteReport = z.infer<typeof siteReport>;

/** The version of the app that this hub was written for. */
export const APP_VERSION = "0.2.0";

/** What a site that shares `secret` with us answers to `nonce`. */
export function proofOf(nonce: string, secret: string): string {
  return createHmac("sha256", secret).update(`doctor:${nonce}`).digest("hex");
}
