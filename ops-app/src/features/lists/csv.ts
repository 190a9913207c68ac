/** A list as a file for a spreadsheet. */
import type { Language } from "@gigafibre/contracts/language";

/** A spreadsheet knows UTF-8 by it. */
export const BOM = "\uFEFF";
/** As spreadsheets of the language expect it. */
export const separatorOf = (language: Language): string => (language === "fr" ? ";" : ",");

/** What a spreadsheet would take for a formula is kept a text; a number is none. */
function harmless(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?\d+(?:[.,]\d+)?$/.test(text) ? `'${text}` : text;
}

function cell(value: string | number | null | undefined, language: Language): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "number" ? String(value).replace(".", language === "fr" ? "," : ".") : harmless(value);
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvLine = (values: readonly (string | number | null | undefined)[], language: Language): string => `${values.map((value) => cell(value, language)).join(separatorOf(language))}\r\n`;
