/** A real ERPNext in place of the stand-in, for what has to be seen there. fixtures/demo refuses one that is not marked as a test site. */
import { Rest } from "@gigafibre/fixtures/demo/rest";

export interface GivenSite {
  readonly url: string;
  readonly adminUser: string;
  readonly adminPassword: string;
}

/** @throws Error when the environment names a site, and nobody who may fill it. */
export function givenSite(): GivenSite | undefined {
  const { ERPNEXT_URL: url, ERPNEXT_ADMIN_USER: adminUser = "Administrator", ERPNEXT_ADMIN_PASSWORD: adminPassword } = process.env;
  if (!url) return undefined;
  if (!adminPassword) throw new Error("ERPNEXT_URL is set without ERPNEXT_ADMIN_PASSWORD: orders are made only on a test site, by its administrator");
  return { url: url.replace(/\/$/, ""), adminUser, adminPassword };
}

/** @param hubUrl where its notices go; empty takes its webhooks back */
export async function tellWhereTheHubIs(site: { site: string | null; adminUser: string; adminPassword: string; webhookSecret: string }, hubUrl: string): Promise<void> {
  const rest = new Rest(site.site ?? "");
  await rest.login(site.adminUser, site.adminPassword);
  await rest.update("Gigafibre Settings", "Gigafibre Settings", { hub_url: hubUrl, webhook_secret: site.webhookSecret });
}
