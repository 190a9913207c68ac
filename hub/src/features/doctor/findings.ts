/** What the doctor says: one line for each thing looked at, in both languages, with how to mend it where it is not right. */
import type { Bilingual, Language } from "@gigafibre/contracts/language";
import type { Config } from "../../config.ts";

/** `wrong`: something does not work. `warning`: it works, but perhaps not as meant. */
export type State = "ok" | "warning" | "wrong";

export interface Finding {
  /** What was looked at, the same in every language: `money.rounding`. */
  readonly id: string;
  readonly state: State;
  readonly says: Bilingual;
  readonly mend?: Bilingual;
}

const MARKS: Readonly<Record<State, string>> = { ok: "✓", warning: "!", wrong: "✗" };

/** `✗ Arrondi: … → comment y remédier` */
export function lineOf({ state, says, mend }: Finding, language: Language): string {
  return `${MARKS[state]} ${says[language]}${mend ? ` → ${mend[language]}` : ""}`;
}

export const both = (fr: string, en: string): Bilingual => ({ fr, en });

export const fine = (id: string, says: Bilingual): Finding => ({ id, state: "ok", says });
export const wrong = (id: string, says: Bilingual, mend: Bilingual): Finding => ({ id, state: "wrong", says, mend });
export const warning = (id: string, says: Bilingual, mend: Bilingual): Finding => ({ id, state: "warning", says, mend });

/** One line either way. */
export function judged(id: string, good: boolean, said: { readonly ok: Bilingual; readonly says: Bilingual; readonly mend: Bilingual; readonly state?: State }): Finding {
  return good ? fine(id, said.ok) : { id, state: said.state ?? "wrong", says: said.says, mend: said.mend };
}

/** Some names, so that a line stays a line. */
export function some(names: readonly string[], shown = 5): string {
  return names.length <= shown ? names.join(", ") : `${names.slice(0, shown).join(", ")}… (${names.length})`;
}

/** Settings of which these are known to be right. */
export type Having<K extends keyof Config> = Partial<Config> & Required<Pick<Config, K>>;

export function has<K extends keyof Config>(config: Partial<Config>, ...settings: readonly K[]): config is Having<K> {
  return settings.every((setting) => config[setting] !== undefined);
}

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
