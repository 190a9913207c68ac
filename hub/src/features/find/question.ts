/** What a person may mean by a few words, as lists to ask ERPNext for. */
import type { FindKind } from "@gigafibre/contracts/find";
import type { AskedList, Row } from "../../plugins/erpnext.ts";

/** A list whose rows are hits of one kind. */
export interface Probe extends AskedList {
  readonly kind: FindKind;
  /** Fields in which it was looked for, the likeliest first. */
  readonly looked: readonly string[];
}

const LIMIT = 30;
const WORDS = 5;

const FIELDS = {
  customer: ["name", "customer_name", "customer_group", "mobile_no", "email_id", "legacy_customer_id", "disabled"],
  location: ["name", "customer", "customer_name", "address_line", "city", "postal_code", "status", "fibre_id"],
  equipment: ["name", "customer", "equipment_type", "brand", "model", "serial_number", "gpon_sn", "mac_address", "status", "service_location"],
  invoice: ["name", "customer", "customer_name", "posting_date", "status", "grand_total", "order_id"],
  job: ["name", "customer", "customer_name", "job_type", "status", "scheduled_start", "order_id", "city"],
  issue: ["name", "customer", "subject", "status"],
  lead: ["name", "lead_name", "email_id", "mobile_no", "phone", "city", "status"],
  subscription: ["name", "customer", "item_name", "status", "phone_number", "order_id"],
} as const;
const DOCTYPES = {
  customer: "Customer", location: "Service Location", equipment: "Service Equipment", invoice: "Sales Invoice", job: "Dispatch Job", issue: "Issue",
  lead: "Lead", subscription: "Service Subscription",
} as const;
type Kind = keyof typeof DOCTYPES;

/** Without what means something to `like`. */
const plain = (text: string): string => text.replaceAll(/[%_\\]/g, " ").trim();
const within = (text: string): string => `%${plain(text)}%`;

export const digitsOf = (text: string): string => text.replaceAll(/\D/g, "");
export const identityOf = (text: string): string => text.replaceAll(/[\s:.-]/g, "").toUpperCase();
export const wordsOf = (text: string): string[] => plain(text).split(/[\s,]+/).filter(Boolean).slice(0, WORDS);

/** A number's digits however they are set apart: what stands between its groups is anything. Last digits, or first ones. */
export function phonePatterns(typed: string): string[] {
  const digits = digitsOf(typed).replace(/^1(?=\d{10}$)/, "");
  const last = [digits.slice(0, -7), digits.slice(-7, -4), digits.slice(-4)].filter(Boolean).join("%");
  const first = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)].filter(Boolean).join("%");
  return digits.length >= 10 ? [`%${last}%`] : [`%${last}`, `%${first}%`];
}

function probe(as: string, kind: Kind, looked: readonly string[], asked: Pick<AskedList, "filters" | "or_filters">): Probe {
  return { as, kind, looked, doctype: DOCTYPES[kind], fields: FIELDS[kind], order_by: "modified desc", limit: LIMIT, ...asked };
}

/** People by what a Contact of theirs holds: their contacts, the links of those, and whom they lead to. */
function throughContacts(looked: string, or_filters: readonly (readonly unknown[])[]): (AskedList | Probe)[] {
  return [
    { as: "contacts", doctype: "Contact", fields: ["name", "email_id", "phone", "mobile_no"], or_filters, order_by: "`tabContact`.modified desc", limit: LIMIT },
    { as: "links", doctype: "Dynamic Link", parent: "Contact", fields: ["parent", "link_doctype", "link_name"], filters: [["parent", "in", { $names: "contacts" }], ["link_doctype", "=", "Customer"]], order_by: "idx asc" },
    probe("of contacts", "customer", [looked], { filters: [["name", "in", { $names: "links", field: "link_name" }]] }),
  ];
}

/** The words begin with the street's line and may end with the city. */
function addressProbes(words: readonly string[]): Probe[] {
  const line = (part: readonly string[]): readonly unknown[] => ["address_line", "like", `%${part.join("%")}%`];
  const splits = [words.length, words.length - 1, words.length - 2].filter((count) => count >= 1);
  return splits.map((count) => {
    const city = words.slice(count);
    return probe(`address ${count}`, "location", ["address_line"], { filters: [line(words.slice(0, count)), ...(city.length > 0 ? [["city", "like", `%${city.join("%")}%`]] : [])] });
  });
}

/** Places at doors of the register, which knows what people mean by "2862 rte 138" or a street that is misspelt. */
export function doorProbes(uuids: readonly string[]): Probe[] {
  return uuids.length === 0 ? [] : [probe("doors", "location", ["address_line"], { filters: [["rqa_uuid", "in", uuids]] })];
}

/** A number and a word: it may be a door. */
export const mayBeAddress = (typed: string): boolean => /\d/.test(typed) && /\p{L}{2}/u.test(typed) && !typed.includes("@");

const anyOf = (fields: readonly string[], pattern: string): unknown[][] => fields.map((field) => [field, "like", pattern]);

export function probesFor(typed: string): (AskedList | Probe)[] {
  const words = wordsOf(typed);
  if (words.length === 0) return [];
  if (typed.includes("@")) {
    return [...throughContacts("email_id", [["Contact Email", "email_id", "like", within(typed)]]), probe("leads", "lead", ["email_id"], { filters: [["email_id", "like", within(typed)]] })];
  }
  const digits = digitsOf(typed);
  const number = within(typed);
  const documents = [
    probe("invoices", "invoice", ["name", "order_id"], { or_filters: anyOf(["name", "order_id"], number) }),
    probe("jobs", "job", ["name", "order_id"], { or_filters: anyOf(["name", "order_id"], number) }),
    probe("issues", "issue", ["name", "subject"], { or_filters: anyOf(["name", "subject"], number) }),
    probe("legacy", "customer", ["legacy_customer_id"], { filters: [["legacy_customer_id", "=", plain(typed)]] }),
  ];
  const ofPhone = /^[\d\s().+-]+$/.test(typed) && digits.length >= 4;
  const identity = identityOf(typed);
  const device = identity.length >= 4 && /^[A-Z0-9]+$/.test(identity) && (digits.length > 0 || identity.length >= 6) && words.length <= 6
    ? [probe("equipment", "equipment", ["serial_number", "gpon_sn", "mac_address"], { or_filters: [within(identity), number].flatMap((pattern) => anyOf(["serial_number", "gpon_sn", "mac_address"], pattern)) })]
    : [];
  if (ofPhone) {
    const patterns = phonePatterns(typed);
    return [
      ...throughContacts("mobile_no", patterns.map((pattern) => ["Contact Phone", "phone", "like", pattern])),
      probe("leads", "lead", ["mobile_no", "phone"], { or_filters: patterns.flatMap((pattern) => anyOf(["mobile_no", "phone"], pattern)) }),
      probe("lines", "subscription", ["phone_number"], { or_filters: patterns.flatMap((pattern) => anyOf(["phone_number"], pattern)) }),
      ...device,
      ...documents,
      ...(digits.length < 7 ? addressProbes(words) : []),
    ];
  }
  const named = [
    probe("names", "customer", ["customer_name"], { filters: words.map((word) => ["customer_name", "like", within(word)]) }),
    probe("leads", "lead", ["lead_name"], { filters: words.map((word) => ["lead_name", "like", within(word)]) }),
  ];
  if (digits.length === 0) return [...named, ...addressProbes(words), ...device, probe("issues", "issue", ["subject"], { filters: [["subject", "like", number]] })];
  const places = probe("places", "location", ["name", "fibre_id", "postal_code"], { or_filters: anyOf(["name", "fibre_id", "postal_code"], number) });
  return [...named, places, ...addressProbes(words), ...device, ...documents];
}

/**
 * Names that are one slip away: of a word cut in two, one half is spelled right. Each word is doubted in its turn, the others are as they were typed.
 */
export function doubtfulProbes(typed: string): Probe[] {
  const words = wordsOf(typed);
  if (/[\d@]/.test(typed)) return [];
  return words.flatMap((word, doubted) => {
    if (word.length < 4) return [];
    const half = Math.floor(word.length / 2);
    const pieces = [word.slice(0, half), word.slice(half)];
    const others = words.filter((_, index) => index !== doubted);
    return (["customer", "lead"] as const).map((kind) => {
      const field = kind === "customer" ? "customer_name" : "lead_name";
      const asked = { filters: others.map((other) => [field, "like", within(other)]), or_filters: pieces.map((piece) => [field, "like", within(piece)]) };
      return { ...probe(`${kind} ${doubted}`, kind, [field], asked), limit: 500 };
    });
  });
}

export const isProbe = (asked: AskedList | Probe): asked is Probe => "kind" in asked;
export const textOf = (row: Row, field: string): string => {
  const value = row[field];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
};
