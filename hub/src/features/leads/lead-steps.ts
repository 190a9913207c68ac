/** A wish as the steps of a unit of work: a Lead for someone new, one more note on the Lead of someone known. */
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import { formatPhone } from "@gigafibre/contracts/format-phone";
import type { LeadRequest } from "@gigafibre/contracts/leads";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";

/** What staff read: they work in French. */
const WISHES: Readonly<Record<LeadRequest["interest"], string>> = {
  Notify: "À aviser quand la fibre sera offerte",
  "Move-in": "Emménage: l'adresse est déjà branchée au nom de quelqu'un d'autre",
  Mistake: "Dit que l'adresse est indiquée comme branchée par erreur",
};

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The same number as staff may have typed it. */
export function phoneSpellings(digits: string): string[] {
  const [area, exchange, line] = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
  return [digits, `1${digits}`, `+1${digits}`, `${area} ${exchange}-${line}`, `${area}-${exchange}-${line}`, `(${area}) ${exchange}-${line}`];
}

function noteOf(wish: LeadRequest, address: AddressDetails): string {
  const lines = [
    wish.name,
    wish.email,
    wish.phone && formatPhone(wish.phone),
    `${address.label} (${address.uuid})`,
    wish.message,
  ];
  const text = lines.filter((line): line is string => Boolean(line)).map(escaped);
  return `<p><strong>${escaped(WISHES[wish.interest])}</strong><br>${text.join("<br>").replaceAll("\n", "<br>")}</p>`;
}

const placeOf = (wish: LeadRequest, address: AddressDetails): StepValues => ({
  interest: wish.interest,
  municipality: address.ville,
  rqa_uuid: address.uuid,
});

/** ERPNext names a Contact after a Lead, and refuses angle brackets in names. */
const nameable = (name: string | undefined): string => (name ?? "").replace(/[<>]/g, " ").replace(/\s+/g, " ").trim();

export function newLead(wish: LeadRequest, address: AddressDetails): Step[] {
  const values: StepValues = {
    first_name: nameable(wish.name) || (wish.email ?? formatPhone(wish.phone ?? "")),
    type: "Client",
    ...(wish.email ? { email_id: wish.email } : {}),
    ...(wish.phone ? { mobile_no: wish.phone } : {}),
    ...(wish.language ? { language: wish.language } : {}),
    city: address.ville,
    ...placeOf(wish, address),
    notes: [{ note: noteOf(wish, address) }],
  };
  return [{ op: "insert", doctype: "Lead", values, as: "lead" }];
}

/**
 * The Lead says what was wished last; its notes say everything. Refused when someone has changed it meanwhile. A phone that another Lead already
 * answers to stays with that one, and is told in the note alone.
 */
export function extendedLead(lead: ErpnextDocument, wish: LeadRequest, address: AddressDetails, { phoneIsAnothers = false } = {}): Step[] {
  const notes = Array.isArray(lead["notes"]) ? (lead["notes"] as { name: string }[]) : [];
  const values: StepValues = {
    ...placeOf(wish, address),
    ...(wish.email && !lead["email_id"] ? { email_id: wish.email } : {}),
    ...(wish.phone && !lead["mobile_no"] && !phoneIsAnothers ? { mobile_no: wish.phone } : {}),
    notes: [...notes.map(keptNote), { note: noteOf(wish, address) }],
  };
  return [{ op: "update", doctype: "Lead", name: lead.name, values, expect: { modified: lead.modified } }];
}

export interface SmsWish {
  /** Ten digits. */
  readonly digits: string;
  readonly name: string | undefined;
  readonly text: string;
}

const smsNote = ({ digits, name, text }: SmsWish): string =>
  `<p><strong>A écrit par SMS</strong><br>${[name, formatPhone(digits), text].filter((line): line is string => Boolean(line)).map(escaped).join("<br>").replaceAll("\n", "<br>")}</p>`;

/** Somebody who wrote to us, at no address yet. */
export const smsLead = (wish: SmsWish): Step[] => [
  { op: "insert", doctype: "Lead", values: { first_name: nameable(wish.name) || formatPhone(wish.digits), type: "Client", mobile_no: wish.digits, notes: [{ note: smsNote(wish) }] }, as: "lead" },
];

/** What they wrote since, unless it stands there; nothing then. */
export function notedOnce(lead: ErpnextDocument, wish: SmsWish): Step[] {
  const notes = Array.isArray(lead["notes"]) ? (lead["notes"] as { name: string; note?: unknown }[]) : [];
  const words = escaped(wish.text).replaceAll("\n", "<br>");
  if (notes.some(({ note }) => String(note).includes(words))) return [];
  return [{ op: "update", doctype: "Lead", name: lead.name, values: { notes: [...notes.map(keptNote), { note: smsNote(wish) }] }, expect: { modified: lead.modified } }];
}

/** A row that is there already, as ERPNext keeps it: what is left out of a row is emptied. */
function keptNote(row: { name: string; note?: unknown; added_by?: unknown; added_on?: unknown }): StepValues {
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return { name: row.name, note: text(row.note), added_by: text(row.added_by), added_on: text(row.added_on) };
}
