import type { Language } from "./language.ts";

/** `99,95 $` in French, `$99.95` in English. Stands apart from the schemas so that a page can show a price without loading them. */
export function formatMoney(amount: number, lang: Language): string {
  const magnitude = Math.abs(amount);
  const units = Math.floor(magnitude / 100);
  const fraction = String(magnitude % 100).padStart(2, "0");
  const grouped = String(units).replace(/\B(?=(\d{3})+(?!\d))/g, lang === "fr" ? "\u00a0" : ",");
  const sign = amount < 0 ? "\u2212" : "";
  return lang === "fr" ? `${sign}${grouped},${fraction}\u00a0$` : `${sign}$${grouped}.${fraction}`;
}
