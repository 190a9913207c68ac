/** A staff app's language: the person's choice in this browser, French until they choose. */
import type { Bilingual, Language } from "@gigafibre/contracts/language";
import { computed, ref, watchEffect } from "vue";
import type { ComputedRef } from "vue";

const KEY = "gigafibre-language";

export const language = ref<Language>(localStorage.getItem(KEY) === "en" ? "en" : "fr");

watchEffect(() => {
  document.documentElement.lang = language.value;
  localStorage.setItem(KEY, language.value);
});

/** A feature's texts in the app's language. */
export function useTexts<T>(texts: Readonly<Record<Language, T>>): ComputedRef<T> {
  return computed(() => texts[language.value]);
}

export const said = (text: Bilingual): string => text[language.value];
