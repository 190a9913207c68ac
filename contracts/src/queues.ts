/** What waits for a person in the office: each with why, what it is about, and what can be done. `GET /api/queues`. */
import { z } from "zod";
import { messageToAnswer } from "./conversations.ts";
import { portActivationRequest } from "./devices.ts";
import { cents } from "./money.ts";
import { chargeState } from "./payments.ts";

/** Rows of one queue in an answer; its number counts them all. */
export const QUEUE_LIMIT = 200;
/** A device that is unbound for so long is one that somebody has to look for: until then its scan is on the way. */
export const UNKNOWN_AFTER_MINUTES = 30;
export const PROOF_WITHIN_MINUTES = 120;

const moment = z.iso.datetime();
const told = { order_id: z.string(), customer_name: z.string(), address_label: z.string() };

/** ERPNext refused it, or a document of it is gone. Its port stays held. */
export const orderToSettle = z.object({
  ...told,
  /** In ERPNext's words. */
  reason: z.string(),
  attempt: z.int(),
  /** Its documents were made, and one of them is gone. */
  stood: z.boolean(),
  phone: z.string(),
  email: z.string(),
  notes: z.string(),
  monthly_cents: cents,
  one_time_cents: cents,
  by_agent: z.string().nullable(),
  received_at: moment,
  since: moment,
});
export type OrderToSettle = z.infer<typeof orderToSettle>;

/** `GET /api/orders/{id}/work`: what is sent to ERPNext, as it was frozen; passwords are starred. */
export const orderWork = z.object({ order_id: z.string(), key: z.string(), steps: z.array(z.record(z.string(), z.unknown())) });

/** A visit that is completed while nothing proves that the service works. */
export const proofAwaited = z.object({
  ...told,
  job: z.string(),
  completed_at: moment,
  completed_by: z.string().nullable(),
  /** What the ONTs of the place are called. */
  serials: z.array(z.string()),
  /** The best light that was heard of them since the order. */
  heard: z.object({ serial: z.string(), at: moment, rx_power_dbm: z.number().nullable() }).nullable(),
  critical_dbm: z.number().nullable(),
  /** No proof came in time. */
  late: z.boolean(),
  /** Why ERPNext did not take the activation. */
  reason: z.string().nullable(),
  issue: z.string().nullable(),
});
export type ProofAwaited = z.infer<typeof proofAwaited>;

export const deadMessage = z.object({
  key: z.string(),
  kind: z.enum(["sms", "email", "chat", "webhook"]),
  /** An order, or the Customer it goes to. */
  subject: z.string(),
  state: z.enum(["dead", "expired"]),
  attempts: z.int(),
  last_error: z.string().nullable(),
  created_at: moment,
  settled_at: moment.nullable(),
});
export type DeadMessage = z.infer<typeof deadMessage>;

/** `GET /api/outbox/{key}/content`: what it says, and to whom. */
export const messageContent = z.object({ key: z.string(), to: z.string().nullable(), title: z.string().nullable(), text: z.string() });

/** `POST /api/outbox/{key}/retry`: to another number or address than the one that was wrong. */
export const retryRequest = z.strictObject({ to: z.string().trim().min(3, "required").max(140, "too_long").optional() });

/** A card that was not charged, or may not be yet. */
export const failedCharge = z.object({
  invoice: z.string(),
  /** null: no order made the invoice. */
  order_id: z.string().nullable(),
  customer: z.string(),
  customer_name: z.string(),
  state: chargeState,
  reason: z.string().nullable(),
  owed_cents: cents,
  since: moment,
});
export type FailedCharge = z.infer<typeof failedCharge>;

/** A device that informs its ACS and that no Service Equipment is. */
export const unknownDevice = z.object({
  serial: z.string(),
  mac: z.string().nullable(),
  ip: z.string().nullable(),
  firmware: z.string().nullable(),
  product_class: z.string().nullable(),
  rx_power_dbm: z.number().nullable(),
  online: z.boolean(),
  first_seen: moment,
  last_seen: moment,
  late: z.boolean(),
  issue: z.string().nullable(),
});
export type UnknownDevice = z.infer<typeof unknownDevice>;

/** `waiting` counts what needs someone; rows are oldest first, at most QUEUE_LIMIT. null: not for the one who asks. */
const queueOf = <Row extends z.ZodType>(row: Row) => z.object({ waiting: z.int(), rows: z.array(row) }).nullable();

export const queues = z.object({
  orders: queueOf(orderToSettle),
  proof: queueOf(proofAwaited),
  ports: queueOf(portActivationRequest),
  /** Conversations that wait for an answer, and SMS of ours that did not arrive. */
  messages: queueOf(messageToAnswer),
  /** What could not leave. */
  outbox: queueOf(deadMessage),
  charges: queueOf(failedCharge),
  devices: queueOf(unknownDevice),
});
export type Queues = z.infer<typeof queues>;
export type QueueName = keyof Queues;
