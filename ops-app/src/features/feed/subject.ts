/** What an event is about, as people call it, and where it is seen to: events name documents by their numbers alone. */
import type { EventKind, LiveEvent } from "@gigafibre/contracts/events";
import type { QueueName } from "@gigafibre/contracts/queues";
import type { RouteLocationRaw, Router } from "vue-router";
import { said } from "@gigafibre/theme/language.ts";
import { gathered } from "../../gathered.ts";
import { queryClient } from "../../query-client.ts";
import { keys } from "../../query-keys.ts";
import { Refusal } from "../../refusal.ts";
import { askMeta } from "../editing/meta.ts";
import { opens } from "../find/opens.ts";
import { KINDS } from "../lists/kinds.ts";
import { initialState, writtenState } from "../lists/list-state.ts";
import { readRows } from "../lists/rows.ts";
import { SLUGS } from "../queues/texts.ts";
import { doctypeSaid } from "./texts.ts";

export interface Subject {
  readonly title: string;
  readonly customer: string | null;
}

const PAYMENT = { doctype: "Payment Entry", title: "party_name", customer: "party", searched: [] };
const titled = new Map([...KINDS, PAYMENT].map((kind) => [kind.doctype, kind]));
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** What a person may not read stays a number, and is not asked for. */
async function subjectsOf(doctype: string, names: readonly string[]): Promise<[string, Subject][]> {
  const kind = titled.get(doctype);
  const known = kind && (await queryClient.fetchQuery({ queryKey: keys.meta(doctype), queryFn: () => askMeta(doctype), staleTime: Number.POSITIVE_INFINITY }));
  if (!kind || !known) return [];
  const state = { text: "", filters: [], sort: "-modified", columns: [kind.title] };
  const rows = await readRows({ kind, state, known: new Set([kind.title]), names }, 0, names.length).catch((error: unknown) => {
    if (error instanceof Refusal) return [];
    throw error;
  });
  return rows.map((row) => [`${doctype}/${row.name}`, { title: text(row[kind.title]) ?? row.name, customer: kind.customer === null ? null : text(row[kind.customer]) }]);
}

const subjectOf = gathered<Subject>(async (wanted) => {
  const byDoctype = Map.groupBy(wanted.map((each) => each.split(/\/(.*)/s)), ([doctype = ""]) => doctype);
  return Object.fromEntries((await Promise.all([...byDoctype].map(([doctype, each]) => subjectsOf(doctype, each.map(([, name = ""]) => name))))).flat());
});

/** A document is seldom called otherwise: it is asked for once. */
export const subjectQuery = ({ doctype, name }: Pick<LiveEvent, "doctype" | "name">) => ({
  queryKey: keys.subject(doctype, name),
  queryFn: async () => (await subjectOf(`${doctype}/${name}`)) ?? null,
  staleTime: Number.POSITIVE_INFINITY,
});
/** null, too, when no answer comes. */
export const askSubject = (event: LiveEvent): Promise<Subject | null> =>
  queryClient.fetchQuery(subjectQuery(event)).catch((error: unknown) => {
    if (error instanceof Refusal) return null;
    throw error;
  });

/** What an event is about, in a word: a document by its number where it has no other name, an SMS of nobody known by what it is. */
export const titleOf = ({ doctype, name }: Pick<LiveEvent, "doctype" | "name">, subject: Subject | null | undefined): string => subject?.title ?? (doctype === "Inbound Message" ? said(doctypeSaid(doctype)) : name);

/** Where someone does something about it. */
const QUEUE_OF: Partial<Record<EventKind, QueueName>> = {
  "order.needs_attention": "orders", "order.awaiting_proof": "proof", "order.unproven": "proof", "port.activation": "ports", "payment.held": "charges", "payment.declined": "charges",
  "outbox.dead": "outbox", "device.unknown": "devices",
};

/** null: it is nowhere in this app. */
export function leadsTo(router: Router, { kind, doctype, name }: LiveEvent, subject: Subject | null): RouteLocationRaw | null {
  const queue = QUEUE_OF[kind] ?? (doctype === "Inbound Message" || kind === "message.failed" && doctype === "Outbox" ? "messages" : doctype === "Outbox" ? "outbox" : undefined);
  if (queue) return { name: "queues", params: { queue: SLUGS[queue] } };
  if (doctype === "Order") return visitsOf(name);
  const list = KINDS.find((each) => each.doctype === doctype);
  const customer = subject?.customer ?? (doctype === "Customer" ? name : null);
  if (doctype === "Dispatch Job" || customer !== null) return opens(router, { kind: list?.opens ?? "invoice", doctype, name, customer });
  return null;
}

/** An order is met again in its visit. */
function visitsOf(order: string): RouteLocationRaw | null {
  const kind = KINDS.find(({ opens: hit }) => hit === "job");
  return kind ? { name: "lists", params: { kind: kind.slug }, query: writtenState({ ...initialState(kind), filters: [{ field: "order_id", operator: "=", value: order }] }, kind) } : null;
}
