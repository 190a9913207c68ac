/**
 * `npm run due -- [--lang fr|en]`: subscriptions whose next billing date has come, for the hub does not bill the second month and on yet. Needs
 * ERPNEXT_URL, ERPNEXT_API_KEY and ERPNEXT_API_SECRET, from the environment and from `.env`. Exit code 2 when something is due.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { localDate } from "@gigafibre/contracts/dates";
import { dueOn, linesOf } from "./features/billing/due.ts";
import { ErpnextClient } from "./plugins/erpnext.ts";

const { values } = parseArgs({ options: { lang: { type: "string" } } });
const language = (values.lang ?? process.env["LC_ALL"] ?? process.env["LANG"] ?? "fr").startsWith("en") ? "en" : "fr";
if (existsSync(".env")) process.loadEnvFile(".env");
const settings = z.object({ ERPNEXT_URL: z.url(), ERPNEXT_API_KEY: z.string().min(1), ERPNEXT_API_SECRET: z.string().min(1) }).parse(process.env);

const erpnext = new ErpnextClient({ url: settings.ERPNEXT_URL, apiKey: settings.ERPNEXT_API_KEY, apiSecret: settings.ERPNEXT_API_SECRET });
try {
  const due = await dueOn(erpnext, localDate(new Date()));
  for (const line of linesOf(due, language)) console.log(line);
  process.exitCode = due.subscriptions.length > 0 ? 2 : 0;
} finally {
  await erpnext.close();
}
