/**
 * After a restore: what differs between hub, ERPNext and Stripe, and `--apply` to mend it (docs/backup.md). The hub may run meanwhile.
 *
 *     pnpm reconcile [--apply [--accept]] [--restored postgresql|erpnext|both] [--since 2026-11-25] [--lang fr|en] [--json]
 *
 * Ends with 0 when nothing is left to do, 2 when something is, 1 when it could not be finished.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { language } from "@gigafibre/contracts/language";
import { buildApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { reportOf, unfinished } from "./features/reconcile/report.ts";
import { reconcile } from "./features/reconcile/run.ts";

const { values } = parseArgs({
  options: {
    apply: { type: "boolean", default: false },
    accept: { type: "boolean", default: false },
    restored: { type: "string" },
    since: { type: "string" },
    lang: { type: "string", default: process.env["LANG"]?.startsWith("en") ? "en" : "fr" },
    json: { type: "boolean", default: false },
  },
});
const wish = z
  .object({
    apply: z.boolean(),
    accept: z.boolean(),
    restored: z.enum(["postgresql", "erpnext", "both"]).optional(),
    since: z.coerce.date().optional(),
    lang: language,
    json: z.boolean(),
  })
  .parse(values);

// Built, and never made ready: it listens to nobody and works on no queue. What it logs is kept apart from the report, which a program may read.
const app = await buildApp({ ...readConfig(process.env), LOG_LEVEL: "error" }, process.stderr);
try {
  const run = await reconcile(app, wish);
  console.log(wish.json ? JSON.stringify(run, null, 2) : reportOf(run, wish.lang));
  const left = run.held || run.findings.some(({ outcome }) => outcome === "decide" || !run.applied);
  process.exitCode = left && !(wish.accept && !run.held) ? 2 : 0;
} catch (error) {
  console.error(unfinished(error, wish.lang));
  process.exitCode = 1;
} finally {
  await app.close();
}
