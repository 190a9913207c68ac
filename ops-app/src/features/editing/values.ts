/** A value as a person reads it, as they type it, and back. */
import type { MetaField } from "@gigafibre/contracts/doctype-meta";
import { formatMoney } from "@gigafibre/contracts/format-money";
import { formatPhone, keptPhone } from "@gigafibre/contracts/format-phone";
import type { Bilingual, Language } from "@gigafibre/contracts/language";
import { centsFromDollars } from "@gigafibre/contracts/money";
import type { HeldDocument } from "@gigafibre/contracts/customer-360";
import type { Value } from "./edit-state.ts";

/** How it is edited. */
export type EditorKind = "text" | "lines" | "email" | "phone" | "number" | "choice" | "link" | "check" | "date" | "datetime" | "none";

const KINDS: Readonly<Record<string, EditorKind>> = {
  Data: "text", "Small Text": "lines", Text: "lines", "Long Text": "lines", Select: "choice", Link: "link", Check: "check", Date: "date", Datetime: "datetime",
  Int: "number", Float: "number", Currency: "number", Percent: "number", Phone: "phone", Autocomplete: "text", Barcode: "text",
};
export function editorOf({ fieldtype, options }: MetaField): EditorKind {
  if (fieldtype === "Data" && options === "Email") return "email";
  if (fieldtype === "Data" && options === "Phone") return "phone";
  return KINDS[fieldtype] ?? "none";
}

const NUMBERS = new Set(["Int", "Float", "Currency", "Percent"]);

/** A plain value of a document; rows and objects are none. */
export function valueOf(document: HeldDocument | Readonly<Record<string, unknown>> | undefined, fieldname: string): Value {
  const value = document?.[fieldname];
  return typeof value === "string" || typeof value === "number" ? value : typeof value === "boolean" ? Number(value) : null;
}

const decimal = (value: number, language: Language): string => String(value).replace(".", language === "fr" ? "," : ".");

/** What stands in the editor at first. ERPNext's moments are the company's wall clock, and stay so. */
export function typedOf(field: MetaField, value: Value, language: Language): string {
  if (field.fieldtype === "Check") return String(Number(value ?? 0));
  if (value === null) return "";
  if (field.fieldtype === "Datetime") return String(value).slice(0, 16).replace(" ", "T");
  if (editorOf(field) === "phone") return formatPhone(String(value));
  return typeof value === "number" ? decimal(value, language) : value;
}

const REQUIRED: Bilingual = { fr: "Ce champ ne peut pas rester vide.", en: "This field cannot be left empty." };
const NOT_A_NUMBER: Bilingual = { fr: "Ce n'est pas un nombre.", en: "This is not a number." };
const NOT_WHOLE: Bilingual = { fr: "Il faut un nombre entier.", en: "A whole number is needed." };
const NEGATIVE: Bilingual = { fr: "Ce nombre ne peut pas être négatif.", en: "This number cannot be negative." };
const NO_EMAIL: Bilingual = { fr: "Ce n'est pas une adresse courriel.", en: "This is not an e-mail address." };
const NO_PHONE: Bilingual = { fr: "Ce n'est pas un numéro de téléphone.", en: "This is not a phone number." };
const NOT_OFFERED: Bilingual = { fr: "Choisissez dans la liste.", en: "Choose from the list." };
const NO_DAY: Bilingual = { fr: "Ce n'est pas une date.", en: "This is not a date." };
const tooLong = (length: number): Bilingual => ({ fr: `Au plus ${length} caractères.`, en: `At most ${length} characters.` });

export type Read = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly says: Bilingual };
const no = (says: Bilingual): Read => ({ ok: false, says });
const DATA_LENGTH = 140;

/** What the server would refuse is said before it is asked. */
export function readTyped(field: MetaField, typed: string): Read {
  const text = typed.trim();
  if (field.fieldtype === "Check") return { ok: true, value: Number(text) };
  if (text === "") return field.reqd ? no(REQUIRED) : { ok: true, value: NUMBERS.has(field.fieldtype) ? 0 : "" };
  if (NUMBERS.has(field.fieldtype)) {
    const number = Number(text.replaceAll(/[\s\u00a0$%]/g, "").replace(",", "."));
    if (!Number.isFinite(number)) return no(NOT_A_NUMBER);
    if (field.fieldtype === "Int" && !Number.isInteger(number)) return no(NOT_WHOLE);
    return field.non_negative && number < 0 ? no(NEGATIVE) : { ok: true, value: number };
  }
  const limit = field.length || (field.fieldtype === "Data" ? DATA_LENGTH : 0);
  if (limit > 0 && text.length > limit) return no(tooLong(limit));
  switch (editorOf(field)) {
    case "email":
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? { ok: true, value: text } : no(NO_EMAIL);
    case "phone":
      return /^\+?[\d\s().x-]{7,20}$/.test(text) ? { ok: true, value: keptPhone(text) } : no(NO_PHONE);
    case "choice":
      return field.choices.some(({ value }) => value === text) ? { ok: true, value: text } : no(NOT_OFFERED);
    case "date":
      return /^\d{4}-\d\d-\d\d$/.test(text) ? { ok: true, value: text } : no(NO_DAY);
    case "datetime":
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? { ok: true, value: `${text.replace("T", " ")}${text.length === 16 ? ":00" : ""}` } : no(NO_DAY);
    default:
      return { ok: true, value: text };
  }
}

/** ERPNext says so of some; others are only called so. */
const isPhone = ({ fieldtype, fieldname, options }: MetaField): boolean => options === "Phone" || fieldtype === "Phone" || /(?:^|_)(?:phone|phone_number|mobile_no)$/.test(fieldname);

const YES: Bilingual = { fr: "Oui", en: "Yes" };
const NO: Bilingual = { fr: "Non", en: "No" };

/** For people; empty where there is nothing. */
/** Of Frappe's `_assign`. */
export function usersIn(value: unknown): string[] {
  const users: unknown = typeof value === "string" && value !== "" ? JSON.parse(value) : [];
  return Array.isArray(users) ? users.filter((user) => typeof user === "string") : [];
}

export function shownValue(field: MetaField | undefined, value: Value, language: Language): string {
  if (field?.fieldtype === "Check") return Number(value) === 1 ? YES[language] : NO[language];
  if (value === null || value === "") return "";
  switch (field?.fieldtype) {
    case "Assign":
      return usersIn(value).join(", ");
    case "Select":
      return field.choices.find((choice) => choice.value === value)?.label[language] ?? String(value);
    case "Currency":
      return formatMoney(centsFromDollars(Number(value).toFixed(2)), language);
    case "Percent":
      return `${decimal(Number(value), language)} %`;
    case "Date":
      return new Intl.DateTimeFormat(`${language}-CA`, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${String(value)}T00:00:00Z`));
    case "Datetime":
      return new Intl.DateTimeFormat(`${language}-CA`, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(new Date(`${String(value).slice(0, 19).replace(" ", "T")}Z`));
    default:
      return field && isPhone(field) ? formatPhone(String(value)) : typeof value === "number" ? decimal(value, language) : value;
  }
}
