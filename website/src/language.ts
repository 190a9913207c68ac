/** The page's language is its address: `/…` is French, `/en/…` is English. */
import type { Language } from "@gigafibre/contracts/language";
import { computed } from "vue";
import type { ComputedRef } from "vue";
import { useRoute } from "vue-router";

export type { Language };

export function useLanguage(): ComputedRef<Language> {
  const route = useRoute();
  return computed(() => route.meta.language ?? "fr");
}

/** A feature's texts in the page's language. */
export function useTexts<T>(texts: Readonly<Record<Language, T>>): ComputedRef<T> {
  const language = useLanguage();
  return computed(() => texts[language.value]);
}
