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
  /** Somebody has it tried again. */
  "order.retried",
  "order.cancelled",
  "lead.created",
  "document.changed",
  /** It has another name now, under which it is told as changed. */
  "document.renamed",
  "document.deleted",
  "visit.changed",
  "visit.kept_for_dispatch",
  /** A dispatcher has it in hand, or let go of it. */
  "visit.held",
  /** The customer said yes to its date. */
  "visit.confirmed",
  "port.activation",
  "outbox.dead",
  /** Somebody sends it again, or lets it be. */
  "outbox.handled",
  "payment.received",
  /** Somebody lets the card be asked again. */
  "payment.retried",
  /** It needs no card any more: paid otherwise, or cancelled. */
  "payment.settled",
  "device.online",
  "device.offline",
  "device.outage",
  /** Nobody knows it: a "Device" by its serial. */
  "device.unknown",
  "device.matched",
  "payment.held",
  "payment.declined",
  "payment.refunded",
  "payment.disputed",
  /** An SMS came in: of the Customer, or an "Inbound Message" of nobody known. */
  "message.received",
  /** Somebody answered it, set it aside or took that back, or said whose it is. */
  "message.handled",
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
export const touched = z.enum(["orders", "outbox", "device", "outages", "port-activations", "conversations", "thread", "billing", "queues"]);
export type Touched = z.infer<typeof touched>;

/**
 * What to ask again after each kind. All of them touch the document they name; `document.*` touch its lists too. A page that holds a customer's
 * overview asks for it again when a document it shows is named.
 */
export const TOUCHES = {
  "order.received": ["orders"],
  "order.created": ["orders", "queues"],
  "order.scheduled": ["orders"],
  "order.en_route": ["orders"],
  "order.in_progress": ["orders"],
  "order.awaiting_proof": ["orders", "queues"],
  "order.unproven": ["orders", "queues"],
  "order.live": ["orders", "queues"],
  "order.needs_attention": ["orders", "queues"],
  "order.retried": ["orders", "queues"],
  "order.cancelled": ["orders", "queues"],
  "lead.created": [],
  "document.changed": [],
  "document.renamed": [],
  "document.deleted": [],
  "visit.changed": [],
  "visit.kept_for_dispatch": [],
  "visit.held": [],
  "visit.confirmed": ["thread"],
  "port.activation": ["port-activations", "queues"],
  "outbox.dead": ["outbox", "thread", "conversations", "queues"],
  "outbox.handled": ["outbox", "thread", "conversations", "queues"],
  "payment.received": ["billing", "queues"],
  "payment.retried": ["billing", "queues"],
  "payment.settled": ["billing", "queues"],
  "device.online": ["device"],
  "device.offline": ["device"],
  "device.outage": ["outages", "device"],
  "device.unknown": ["queues"],
  "device.matched": ["device", "queues"],
  "payment.held": ["billing", "queues"],
  "payment.declined": ["billing", "queues"],
  "payment.refunded": ["billing"],
  "payment.disputed": ["billing"],
  "message.received": ["thread", "conversations", "queues"],
  "message.handled": ["thread", "conversations", "queues"],
  "message.failed": ["thread", "conversations", "outbox", "queues"],
  "message.delivered": ["thread", "conversations"],
} as const satisfies Record<EventKind, readonly Touched[]>;
