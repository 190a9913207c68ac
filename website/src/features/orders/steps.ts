/** The steps of an order, each one question, each an address of its own so that the back button goes one step back. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";
import type { Language } from "../../language.ts";

export const STEPS = ["plan", "tv", "phone", "contact", "dates", "card"] as const;
export type Step = (typeof STEPS)[number];

const WORDS: Readonly<Record<Language, { readonly step: string } & Readonly<Record<Step, string>>>> = {
  fr: { step: "etape", plan: "forfait", tv: "tele", phone: "telephone", contact: "coordonnees", dates: "dates", card: "carte" },
  en: { step: "step", plan: "plan", tv: "tv", phone: "phone", contact: "contact", dates: "dates", card: "card" },
};

/** A place whose connection is yet to be built has no dates to choose. */
export function stepsFor(on_request: boolean): readonly Step[] {
  return on_request ? STEPS.filter((step) => step !== "dates") : STEPS;
}

export function stepOf(query: LocationQuery, language: Language): Step | undefined {
  const words = WORDS[language];
  return STEPS.find((step) => words[step] === query[words.step]);
}

export function queryOf(step: Step, language: Language): LocationQueryRaw {
  return { [WORDS[language].step]: WORDS[language][step] };
}

/** A query said in the other language; what is not a step stays as it is. */
export function translateQuery(query: LocationQuery, from: Language, to: Language): LocationQueryRaw {
  const step = stepOf(query, from);
  const { [WORDS[from].step]: _step, ...rest } = query;
  return step ? { ...rest, ...queryOf(step, to) } : rest;
}
