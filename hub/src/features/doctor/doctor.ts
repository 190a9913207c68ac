/** Looks at everything between hub and site, in the order in which it would be mended. Writes nothing anywhere. */
import { readSettings } from "../../config.ts";
import type { Config } from "../../config.ts";
import { databaseFindings, notLookedAt } from "./database.ts";
import type { Plant } from "./database.ts";
import { connectionFindings, reportFindings, siteOf } from "./erpnext.ts";
import type { Site } from "./erpnext.ts";
import { both, fine, has, textOf, wrong } from "./findings.ts";
import type { Finding } from "./findings.ts";
import { messageFindings } from "./messages.ts";
import { bookFindings, roundingFindings } from "./money.ts";
import { priceFindings, roleFindings, workFindings } from "./selling.ts";
import { stripeFindings } from "./stripe.ts";

/** `env`: the hub's own settings, and nothing else is needed. */
export async function* examine(env: Readonly<Record<string, string | undefined>>): AsyncGenerator<Finding> {
  const { config, faults } = readSettings(env);
  for (const { setting, message } of faults) {
    const absent = !env[setting];
    yield wrong(
      `settings.${setting}`,
      absent ? both(`Le réglage ${setting} manque`, `The setting ${setting} is missing`) : both(`Le réglage ${setting} est faux: ${message}`, `The setting ${setting} is wrong: ${message}`),
      both("Voyez .env.example.", "See .env.example."),
    );
  }
  if (faults.length === 0) yield fine("settings", both("Les réglages du hub sont complets", "The hub's settings are complete"));

  const plant: Plant = { zones: null };
  if (has(config, "DATABASE_URL")) yield* databaseFindings(config, plant);
  else yield notLookedAt("database", ["DATABASE_URL"]);

  let site: Site | undefined;
  if (has(config, "ERPNEXT_URL", "ERPNEXT_API_KEY", "ERPNEXT_API_SECRET")) {
    site = siteOf(config);
    try {
      if (yield* connectionFindings(config, site)) yield* siteFindings(config, site, plant);
    } catch (error) {
      yield wrong("erpnext.answer", both(`ERPNext a cessé de répondre en cours de route: ${textOf(error)}`, `ERPNext stopped answering on the way: ${textOf(error)}`), both("Recommencez; sinon, voyez les journaux d'ERPNext.", "Try again; else see ERPNext's logs."));
    } finally {
      await site.erpnext.close();
    }
  } else yield notLookedAt("erpnext", ["ERPNEXT_URL", "ERPNEXT_API_KEY", "ERPNEXT_API_SECRET"]);

  if (has(config, "STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "PUBLIC_URL")) yield* stripeFindings(config, site?.report);
  else yield notLookedAt("stripe", ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "PUBLIC_URL"]);
  yield* messageFindings(config);
}

async function* siteFindings(config: Parameters<typeof reportFindings>[0] & Partial<Config>, site: Site, plant: Plant): AsyncGenerator<Finding> {
  yield* reportFindings(config, site);
  const { erpnext, report } = site;
  if (report) {
    yield* roleFindings(report);
    yield* roundingFindings(report);
  }
  yield* bookFindings(erpnext);
  yield* priceFindings(erpnext, plant.zones);
  if (report) yield* workFindings(erpnext, report);
}
