/**
 * `node hub/src/doctor.ts [--env FILE] [--lang fr|en]`: what is missing or set wrong between hub and site, a line each, and how to mend it.
 * Needs the hub's settings only, from the environment and from `.env`. Exit code 1 where something is wrong.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Language } from "@gigafibre/contracts/language";
import { examine } from "./features/doctor/doctor.ts";
import { lineOf } from "./features/doctor/findings.ts";
import type { State } from "./features/doctor/findings.ts";

const { values } = parseArgs({ options: { env: { type: "string" }, lang: { type: "string" } } });
const language: Language = (values.lang ?? process.env["LC_ALL"] ?? process.env["LANG"] ?? "fr").startsWith("en") ? "en" : "fr";
const file = values.env ?? ".env";
// What the environment says already counts, as for the hub itself.
if (values.env !== undefined || existsSync(file)) process.loadEnvFile(file);

const count: Record<State, number> = { ok: 0, warning: 0, wrong: 0 };
for await (const finding of examine(process.env)) {
  count[finding.state] += 1;
  console.log(lineOf(finding, language));
}
console.log(
  language === "en"
    ? `${count.ok} right, ${count.warning} to look at, ${count.wrong} wrong`
    : `${count.ok} en ordre, ${count.warning} à regarder, ${count.wrong} à corriger`,
);
process.exitCode = count.wrong > 0 ? 1 : 0;
