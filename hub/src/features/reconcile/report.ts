/** What `pnpm reconcile` tells the person at the keyboard. */
import type { Language } from "@gigafibre/contracts/language";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import type { Outcome } from "./findings.ts";
import type { Reconciled } from "./run.ts";

const TITLES: Readonly<Record<Outcome, Record<Language, { done: string; planned: string }>>> = {
  mended: { fr: { done: "Corrigé", planned: "À corriger (--apply)" }, en: { done: "Mended", planned: "To mend (--apply)" } },
  held_back: { fr: { done: "Retenu", planned: "À retenir (--apply)" }, en: { done: "Held back", planned: "To hold back (--apply)" } },
  decide: { fr: { done: "À décider par une personne", planned: "À décider par une personne" }, en: { done: "For a person to decide", planned: "For a person to decide" } },
};

const SIDES = {
  fr: { postgresql: "PostgreSQL (le hub) vient d'une sauvegarde", erpnext: "ERPNext vient d'une sauvegarde", both: "les deux bases viennent de sauvegardes" },
  en: { postgresql: "PostgreSQL (the hub's) comes from a backup", erpnext: "ERPNext comes from a backup", both: "both databases come from backups" },
} as const;

const ENDS = {
  fr: {
    clean: "Rien ne diffère.",
    lifted: "Les files reprennent: messages, commandes, paiements.",
    held: "Tout reste retenu. Réglez ce qui est à décider et recommencez, ou acceptez-le tel quel: pnpm reconcile --apply --accept",
    planned: "Rien n'a été changé. Pour corriger: pnpm reconcile --apply",
    none: "Aucune base n'a été restaurée, à ce que disent les témoins.",
    since: "Comparé depuis",
  },
  en: {
    clean: "Nothing differs.",
    lifted: "The queues go on: messages, orders, payments.",
    held: "Everything is still held back. Settle what is to decide and run again, or accept it as it is: pnpm reconcile --apply --accept",
    planned: "Nothing was changed. To mend: pnpm reconcile --apply",
    none: "No database was restored, as far as the witnesses tell.",
    since: "Compared since",
  },
} as const;

export function reportOf(run: Reconciled, language: Language): string {
  const words = ENDS[language];
  const lines = [run.side === null ? words.none : `${SIDES[language][run.side]} (${run.reason ?? ""}).`, `${words.since} ${run.since}.`];
  for (const outcome of ["mended", "held_back", "decide"] as const) {
    const found = run.findings.filter((finding) => finding.outcome === outcome);
    if (found.length === 0) continue;
    lines.push("", `${TITLES[outcome][language][run.applied ? "done" : "planned"]}: ${found.length}`);
    for (const { text, choice } of found) lines.push(`  - ${text[language]}`, ...(choice ? [`    ${choice[language]}`] : []));
  }
  lines.push("");
  if (run.findings.length === 0) lines.push(words.clean);
  if (run.side !== null && !run.held) lines.push(words.lifted);
  else if (run.held && run.applied) lines.push(words.held);
  else if (!run.applied && (run.findings.length > 0 || run.held)) lines.push(words.planned);
  return lines.join("\n");
}

const AWAY = {
  fr: (who: string) => `${who} ne répond pas, et rien ne peut être comparé sans lui. Ce qui a été corrigé le reste, et tout ce qui était retenu le reste aussi: recommencez quand il répond.`,
  en: (who: string) => `${who} does not answer, and nothing can be compared without it. What was mended stays mended, and what was held back stays held: run this again once it answers.`,
} as const;

/** Why it could not be finished: who was away, or what broke, for whoever mends that. */
export function unfinished(error: unknown, language: Language): string {
  if (error instanceof Refusal && error.reason === "stripe_unavailable") return AWAY[language]("Stripe");
  if (error instanceof ErpnextUnavailable) return AWAY[language]("ERPNext");
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
