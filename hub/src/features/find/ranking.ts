/** Which of what was found is meant: the nearest to what was typed first. */
import type { FindHit } from "@gigafibre/contracts/find";
import { FIND_LIMIT } from "@gigafibre/contracts/find";
import { formatPhone } from "@gigafibre/contracts/format-phone";
import type { Row } from "../../plugins/erpnext.ts";
import { editDistance } from "../addresses/similarity.ts";
import { digitsOf, identityOf, textOf, wordsOf } from "./question.ts";
import type { Probe } from "./question.ts";

export interface Ranked {
  readonly hit: FindHit;
  readonly score: number;
}

const PHONES: ReadonlySet<string> = new Set(["phone", "mobile_no", "phone_number"]);
const folded = (text: string): string => text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
const joined = (parts: readonly string[]): string => parts.filter((part) => part !== "").join(" · ");
const addressOf = (row: Row): string => [textOf(row, "address_line"), textOf(row, "city")].filter(Boolean).join(", ");

/** What a row is called, and what tells it from others. */
function shown(kind: Probe["kind"], row: Row): Pick<FindHit, "title" | "detail"> & { readonly says?: readonly string[] } {
  const of = (...fields: string[]): string => joined(fields.map((field) => (PHONES.has(field) ? formatPhone(textOf(row, field)) : textOf(row, field))));
  switch (kind) {
    case "customer":
      return { title: textOf(row, "customer_name"), detail: of("mobile_no", "email_id", "legacy_customer_id") };
    case "location":
      return { title: addressOf(row), detail: of("customer_name", "postal_code"), says: ["status"] };
    case "equipment":
      return { title: [textOf(row, "equipment_type"), textOf(row, "serial_number") || textOf(row, "mac_address")].filter(Boolean).join(" "), detail: of("brand", "model", "customer"), says: ["status"] };
    case "invoice":
      return { title: textOf(row, "name"), detail: of("customer_name"), says: ["posting_date", "status"] };
    case "job":
      return { title: textOf(row, "name"), detail: of("customer_name", "city"), says: ["job_type", "scheduled_start", "status"] };
    case "issue":
      return { title: textOf(row, "subject"), detail: of("name", "customer"), says: ["status"] };
    case "lead":
      return { title: textOf(row, "lead_name"), detail: of("mobile_no", "email_id", "city"), says: ["status"] };
    case "subscription":
      return { title: of("item_name", "phone_number"), detail: of("customer"), says: ["status"] };
    case "order":
      return { title: textOf(row, "name"), detail: of("customer") };
  }
}

/** How near what stands there is to what was typed: 100 the same, 80 begins so, 60 holds it, less for a slip; 0 for something else. */
function nearness(typed: string, field: string, held: string): number {
  if (held === "") return 0;
  const pairs: [string, string][] = [[folded(typed), folded(held)]];
  if (["serial_number", "gpon_sn", "mac_address"].includes(field)) pairs.push([identityOf(typed), identityOf(held)]);
  if (PHONES.has(field)) pairs.push([digitsOf(typed).replace(/^1(?=\d{10}$)/, ""), digitsOf(held).replace(/^1(?=\d{10}$)/, "")]);
  let best = 0;
  for (const [asked, there] of pairs) {
    if (asked === "") continue;
    if (asked === there) return 100;
    if (there.startsWith(asked)) best = Math.max(best, 80);
    else if (there.includes(asked)) best = Math.max(best, 65);
  }
  return best;
}

/** Every typed word stands in the text, or is one slip (two in a long word) from a word of it. @returns 0 when not */
function wordsNear(typed: string, held: string): number {
  const there = folded(held).split(/[\s,.\-']+/).filter(Boolean);
  let slips = 0;
  for (const word of wordsOf(typed).map(folded)) {
    if (there.some((one) => one.startsWith(word) || one.includes(word))) continue;
    const least = Math.min(...there.map((one) => editDistance(word, one)), ...there.filter((one) => one.length > word.length).map((one) => editDistance(word, one.slice(0, word.length))));
    if (least > (word.length >= 8 ? 2 : 1)) return 0;
    slips += least;
  }
  return Math.max(10, 60 - 15 * slips);
}

/** People before what is theirs, where both are as near. */
const WEIGHT: Readonly<Record<Probe["kind"], number>> = { customer: 9, location: 7, equipment: 7, order: 6, invoice: 5, job: 5, issue: 4, subscription: 4, lead: 3 };

/** @param certain what ERPNext found by a value that the row does not show (a second e-mail of a Contact) is taken as found */
export function ranked(probe: Probe, rows: readonly Row[], typed: string, certain: boolean): Ranked[] {
  return rows.flatMap((row): Ranked[] => {
    const fields = probe.looked.map((field) => ({ field, value: textOf(row, field) }));
    const near = fields.map((matched) => ({ matched, score: Math.max(nearness(typed, matched.field, matched.value), wordsNear(typed, matched.value)) })).sort((a, b) => b.score - a.score)[0];
    const score = near && near.score > 0 ? near.score : certain ? 40 : 0;
    if (!near || score === 0) return [];
    const name = textOf(row, "name");
    const { title, detail, says = [] } = shown(probe.kind, row);
    const said = says.map((field) => ({ field, value: textOf(row, field) })).filter(({ value }) => value !== "");
    const hit = { kind: probe.kind, doctype: probe.doctype, name, title, detail, says: said, customer: probe.kind === "customer" ? name : textOf(row, "customer") || null, matched: near.matched };
    return [{ hit, score: score + WEIGHT[probe.kind] - (row["disabled"] ? 20 : 0) }];
  });
}

/** Each document once, by its best reason. */
export function best(found: readonly Ranked[]): FindHit[] {
  const seen = new Set<string>();
  return [...found]
    .sort((a, b) => b.score - a.score || a.hit.title.localeCompare(b.hit.title, "fr"))
    .filter(({ hit }) => {
      const key = `${hit.doctype}\u0000${hit.name}`;
      return !seen.has(key) && Boolean(seen.add(key));
    })
    .slice(0, FIND_LIMIT)
    .map(({ hit }) => hit);
}
