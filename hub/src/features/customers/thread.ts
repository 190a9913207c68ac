/** Everything that happened with a customer, newest first: what ERPNext holds of it, and the messages that the hub sent. */
import { z } from "zod";
import { PANEL_PAGE } from "@gigafibre/contracts/customer-360";
import type { ThreadEntry, ThreadKind, ThreadPage } from "@gigafibre/contracts/customer-360";
import { TIME_ZONE } from "@gigafibre/contracts/dates";
import type { Delivery } from "@gigafibre/contracts/messages";
import type { AskedList, Row } from "../../plugins/erpnext.ts";
import { orNull, textOf } from "./panels.ts";
import type { Lists } from "./panels.ts";

/** How far a source was read: the last moment shown, as the source writes it, and which of that moment were. */
const place = z.object({ at: z.string().max(40), shown: z.array(z.string().max(200)).max(500) });
export const cursor = z.object({ erpnext: place.optional(), hub: place.optional() });
export type Cursor = z.infer<typeof cursor>;

/** An entry with the moment as its source writes it, which is finer than JavaScript's. */
export interface Placed {
  readonly source: keyof Cursor;
  readonly at: string;
  readonly entry: ThreadEntry;
  /** Another entry that says it too, and how it was delivered. */
  readonly copy_of?: string;
}

export const encoded = (where: Cursor): string => Buffer.from(JSON.stringify(where)).toString("base64url");
/** @returns null when it is none of ours */
export function decoded(text: string): Cursor | null {
  try {
    return cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

const wallClock = new Intl.DateTimeFormat("en-US", {
  timeZone: TIME_ZONE, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

/** How far the company's clocks are from UTC at a moment, in milliseconds. */
function offsetAt(moment: number): number {
  const part = Object.fromEntries(wallClock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part["year"] ?? 0, (part["month"] ?? 1) - 1, part["day"], part["hour"], part["minute"], part["second"]) - Math.floor(moment / 1_000) * 1_000;
}

/** A moment as the site writes it, which is the company's time. Of the hour that autumn repeats, the first. */
export function momentOf(local: string): string {
  const asUtc = Date.parse(`${local.slice(0, 23).replace(" ", "T")}Z`);
  const near = asUtc - offsetAt(asUtc);
  return new Date(Math.min(near, asUtc - offsetAt(near - 3_600_000))).toISOString();
}

const ISSUE = ["name", "creation", "owner", "subject", "status", "priority", "_assign"];
const JOB = ["name", "creation", "owner", "job_type", "status", "scheduled_start", "technician_name"];
const SAID = ["name", "creation", "owner", "sender", "phone_no", "recipients", "communication_medium", "sent_or_received", "delivery_status", "subject", "content", "reference_doctype", "reference_name", "message_id"];

/** The newest before a place. The documents they stand beside (`heldLists`) are asked for before them. */
export function threadLists(customer: string, where: Cursor, kinds: ReadonlySet<ThreadKind>): AskedList[] {
  const before = where.erpnext ? [["creation", "<=", where.erpnext.at]] : [];
  const page = { order_by: "creation desc, name desc", limit: PANEL_PAGE + 1 + (where.erpnext?.shown.length ?? 0) };
  const theirs = [["customer", "=", customer]];
  const lists: (AskedList & { readonly of: readonly ThreadKind[] })[] = [
    { of: ["issue"], as: "issues", doctype: "Issue", fields: ISSUE, filters: [...theirs, ...before], ...page },
    { of: ["job"], as: "jobs", doctype: "Dispatch Job", fields: JOB, filters: [...theirs, ...before], ...page },
    { of: ["message", "comment"], as: "all issues", doctype: "Issue", fields: ["name"], filters: theirs, order_by: "creation desc", limit: 1_000 },
    { of: ["comment"], as: "all jobs", doctype: "Dispatch Job", fields: ["name"], filters: theirs, order_by: "creation desc", limit: 1_000 },
    { of: ["message"], as: "said", doctype: "Communication", beside: ["customer", "all issues"], fields: SAID, filters: [["communication_type", "=", "Communication"], ...before], ...page },
    {
      of: ["comment"], as: "notes", doctype: "Comment", beside: ["customer", "locations", "all issues", "all jobs"],
      fields: ["name", "creation", "owner", "content", "reference_doctype", "reference_name"], filters: [["comment_type", "=", "Comment"], ...before], ...page,
    },
    {
      of: ["change"], as: "changes", doctype: "Version", beside: ["customer", "contacts", "addresses", "locations", "subscriptions", "equipment"],
      fields: ["name", "creation", "owner", "ref_doctype", "docname", "data"], filters: before, ...page,
    },
  ];
  return lists.filter(({ of }) => of.some((kind) => kinds.has(kind))).map(({ of: _of, ...list }) => list);
}

const withoutMarkup = (html: string): string =>
  html.replaceAll(/<(br|\/p|\/div)[^>]*>/gi, "\n").replaceAll(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll(/&#x27;|&#39;/g, "'").replaceAll("&nbsp;", " ").replaceAll("&amp;", "&").trim();

const FAILED = new Set(["Bounced", "Rejected", "Error", "Soft-Bounced", "Recipient Unsubscribed"]);

function deliveryOf(row: Row): Delivery {
  if (textOf(row, "sent_or_received") === "Received") return "received";
  const status = textOf(row, "delivery_status");
  return FAILED.has(status) ? "failed" : status === "Expired" ? "expired" : "sent";
}

const versionData = z.object({ changed: z.array(z.tuple([z.string(), z.unknown(), z.unknown()])).catch([]), row_changed: z.array(z.tuple([z.string(), z.unknown(), z.unknown(), z.array(z.tuple([z.string(), z.unknown(), z.unknown()]))])).catch([]) });
const shownValue = (value: unknown): string | null =>
  value === null || value === undefined || value === "" ? null : typeof value === "string" ? value : JSON.stringify(value);

function fieldsOf(row: Row): Extract<ThreadEntry, { kind: "change" }>["fields"] {
  const { changed, row_changed } = versionData.parse(JSON.parse(textOf(row, "data") || "{}"));
  const inRows = row_changed.flatMap(([table, , , fields]) => fields.map(([field, before, after]): [string, unknown, unknown] => [`${table}.${field}`, before, after]));
  return [...changed, ...inRows].map(([field, before, after]) => ({ field, before: shownValue(before), after: shownValue(after) }));
}

function placed(row: Row, opens: { doctype: string; name: string }, id: string, rest: (common: { id: string; doctype: string; name: string; at: string; by: string | null }) => ThreadEntry): Placed {
  const at = textOf(row, "creation");
  return { source: "erpnext", at, entry: rest({ id, ...opens, at: momentOf(at), by: orNull(row, "owner") }) };
}

/** What ERPNext answered, as entries. */
export function entriesOf(lists: Lists): Placed[] {
  const rows = (as: string): readonly Row[] => lists[as] ?? [];
  const itself = (doctype: string, row: Row) => [{ doctype, name: textOf(row, "name") }, `${doctype}:${textOf(row, "name")}`] as const;
  const beside = (row: Row, doctype = "reference_doctype", name = "reference_name") => ({ doctype: textOf(row, doctype), name: textOf(row, name) });
  return [
    ...rows("issues").map((row) => placed(row, ...itself("Issue", row), (common) => ({ kind: "issue", ...common, subject: textOf(row, "subject"), status: textOf(row, "status"), priority: orNull(row, "priority"), assigned: z.array(z.string()).catch([]).parse(JSON.parse(textOf(row, "_assign") || "[]")) }))),
    ...rows("jobs").map((row) =>
      placed(row, ...itself("Dispatch Job", row), (common) => ({
        kind: "job", ...common, job_type: textOf(row, "job_type"), status: textOf(row, "status"), scheduled_start: orNull(row, "scheduled_start"), technician: orNull(row, "technician_name"),
      })),
    ),
    ...rows("said").map((row) => ({
      copy_of: sentAs(textOf(row, "message_id")),
      ...placed(row, beside(row), `Communication:${textOf(row, "name")}`, (common) => ({
        kind: "message", ...common,
        direction: textOf(row, "sent_or_received") === "Received" ? "in" : "out",
        channel: textOf(row, "communication_medium") === "SMS" ? "sms" : "email",
        address: orNull(row, "phone_no") ?? orNull(row, textOf(row, "sent_or_received") === "Received" ? "sender" : "recipients"),
        subject: textOf(row, "communication_medium") === "SMS" ? null : orNull(row, "subject"),
        text: withoutMarkup(textOf(row, "content")), delivery: deliveryOf(row), error: null,
      })),
    })),
    ...rows("notes").map((row) => placed(row, beside(row), `Comment:${textOf(row, "name")}`, (common) => ({ kind: "comment", ...common, content: textOf(row, "content"), on: beside(row) }))),
    ...rows("changes").flatMap((row) => {
      const fields = fieldsOf(row);
      return fields.length === 0 ? [] : [placed(row, beside(row, "ref_doctype", "docname"), `Version:${textOf(row, "name")}`, (common) => ({ kind: "change", ...common, fields }))];
    }),
  ];
}

/** The hub's own entry of a message, by its key in the outbox: what ERPNext is told of it stands beside its document. */
export const sentAs = (key: string): string => `Outbox:${key}`;

/** One page of both sources, and where the next begins. */
export function pageOf(found: readonly Placed[], where: Cursor): ThreadPage {
  const shown = new Set([...(where.erpnext?.shown ?? []), ...(where.hub?.shown ?? [])]);
  const known = new Set(found.map(({ entry }) => entry.id));
  const left = found.filter(({ entry, copy_of }) => !shown.has(entry.id) && !(copy_of !== undefined && (known.has(copy_of) || shown.has(copy_of))));
  // Within a source its own moments tell, which are finer.
  left.sort((a, b) => (a.source === b.source ? compared(b.at, a.at) : compared(b.entry.at, a.entry.at)) || compared(b.entry.id, a.entry.id));
  const taken = left.slice(0, PANEL_PAGE);
  const next: Cursor = { ...where };
  for (const source of ["erpnext", "hub"] as const) {
    const mine = taken.filter((each) => each.source === source);
    const at = mine.at(-1)?.at;
    if (at === undefined) continue;
    const before = where[source]?.at === at ? (where[source]?.shown ?? []) : [];
    next[source] = { at, shown: [...before, ...mine.filter((each) => each.at === at).map(({ entry }) => entry.id)] };
  }
  return { entries: taken.map(({ entry }) => entry), next: left.length > taken.length ? encoded(next) : null };
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
