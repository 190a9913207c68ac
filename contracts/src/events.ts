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
