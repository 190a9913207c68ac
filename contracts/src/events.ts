/**
 * Live events: what happened to which document. Never personal data: whoever may see the document fetches it.
 */
import { z } from "zod";

export const eventKind = z.enum([
  "order.received",
  "order.created",
  "order.scheduled",
  "order.en_route",
  "order.in_progress",
  "order.awaiting_proof",
  "order.unproven",
  "order.live",
  "order.needs_attention",
  "order.cancelled",
  "lead.created",
  "document.changed",
  /** It has another name now, under which it is told as changed. */
  "document.renamed",
  "document.deleted",
  "visit.changed",
  "visit.kept_for_dispatch",
  "port.activation",
  "outbox.dead",
  "payment.received",
  "device.online",
  "device.offline",
  "device.outage",
  "payment.held",
  "payment.declined",
  "payment.refunded",
  "payment.disputed",
  /** An SMS came in: of the Customer, or an "Inbound Message" of nobody known. */
  "message.received",
  /** One of ours did not arrive, or may not leave any more. */
  "message.failed",
  "message.delivered",
]);
export type EventKind = z.infer<typeof eventKind>;

/** The `data` of one server-sent event; its `id` is the sequence number. */
export const liveEvent = z.object({
  id: z.int(),
  kind: eventKind,
  doctype: z.string(),
  name: z.string(),
  at: z.iso.datetime(),
});
export type LiveEvent = z.infer<typeof liveEvent>;

/** What of the hub's own a page may hold and an event touches; everything else is a document of ERPNext's, by its DocType and name. */
export const touched = z.enum(["orders", "outbox", "device", "outages", "port-activations", "inbound-messages", "thread", "billing"]);
export type Touched = z.infer<typeof touched>;

/**
 * What to ask again after each kind. All of them touch the document they name; `document.*` touch its lists too. A page that holds a customer's
 * overview asks for it again when a document it shows is named.
 */
export const TOUCHES = {
  "order.received": ["orders"],
  "order.created": ["orders"],
  "order.scheduled": ["orders"],
  "order.en_route": ["orders"],
  "order.in_progress": ["orders"],
  "order.awaiting_proof": ["orders"],
  "order.unproven": ["orders"],
  "order.live": ["orders"],
  "order.needs_attention": ["orders"],
  "order.cancelled": ["orders"],
  "lead.created": [],
  "document.changed": [],
  "document.renamed": [],
  "document.deleted": [],
  "visit.changed": [],
  "visit.kept_for_dispatch": [],
  "port.activation": ["port-activations"],
  "outbox.dead": ["outbox", "thread"],
  "payment.received": ["billing"],
  "device.online": ["device"],
  "device.offline": ["device"],
  "device.outage": ["outages", "device"],
  "payment.held": ["billing"],
  "payment.declined": ["billing"],
  "payment.refunded": ["billing"],
  "payment.disputed": ["billing"],
  "message.received": ["thread", "inbound-messages"],
  "message.failed": ["thread", "outbox"],
  "message.delivered": ["thread"],
} as const satisfies Record<EventKind, readonly Touched[]>;
