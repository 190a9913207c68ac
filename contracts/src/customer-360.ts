/**
 * A customer as one page shows them, in one answer. `GET /api/customers/{name}/overview`, and `GET /api/customers/{name}/thread` for more of the
 * thread. Read as the person who asks: a panel that their role may not read is null, and `absent` says why.
 */
import { z } from "zod";
import { signalQuality } from "./devices.ts";
import { delivery, messageChannel } from "./messages.ts";
import { cents } from "./money.ts";
import { orderState } from "./orders.ts";
import { chargeState } from "./payments.ts";

/** A document as ERPNext holds it, by its own field names; sent back with `modified`, two people's edits never overwrite each other. */
export const heldDocument = z.looseObject({ name: z.string(), modified: z.string() });
export type HeldDocument = z.infer<typeof heldDocument>;

/** So many rows come at first, and with each further page. */
export const PANEL_PAGE = 50;

export const heldContact = heldDocument.extend({
  /** The rows that hold e-mails and phones, which are edited here and nowhere else. */
  email_ids: z.array(z.looseObject({ name: z.string(), email_id: z.string() })),
  phone_nos: z.array(z.looseObject({ name: z.string(), phone: z.string(), /** They asked for no more SMS there. */ sms_stopped: z.boolean() })),
});

/** What is open, by the days since it was due. `not_due` is no part of the four. */
export const balance = z.object({
  balance_cents: cents,
  /** Paid and not yet put against an invoice: taken off the balance. */
  unallocated_cents: cents,
  overdue_cents: cents,
  not_due_cents: cents,
  days_0_30_cents: cents,
  days_31_60_cents: cents,
  days_61_90_cents: cents,
  days_over_90_cents: cents,
});
export type Balance = z.infer<typeof balance>;

export const savedCard = z.object({ brand: z.string(), last4: z.string(), exp_month: z.int(), exp_year: z.int() });
export type SavedCard = z.infer<typeof savedCard>;

/** What a device last said, from the hub; null when it never spoke. Of one device all: `GET /api/devices/{serial}`. */
export const lastKnown = z.object({
  serial: z.string(),
  online: z.boolean(),
  ip: z.string().nullable(),
  firmware: z.string().nullable(),
  rx_power_dbm: z.number().nullable(),
  signal: signalQuality,
  last_inform: z.iso.datetime(),
});

export const heldEquipment = heldDocument.extend({ device: lastKnown.nullable() });

/** The fibre drop of a place, as the plant has it. */
export const heldDrop = z.object({
  id: z.string(),
  address: z.string(),
  olt_name: z.string(),
  olt_ip: z.string(),
  frame: z.int(),
  slot: z.int(),
  port: z.int(),
  ontid: z.int(),
  max_speed: z.int(),
  state: z.enum(["free", "reserved", "occupied"]),
  /** The order it is reserved for, or the serial of the ONT on it. */
  by: z.string().nullable(),
});

/** What hangs on a place; null what the person may not read, as `absent` says. What names no place is under `elsewhere`. */
const ofPlace = { subscriptions: z.array(heldDocument).nullable(), equipment: z.array(heldEquipment).nullable() };
export const heldLocation = heldDocument.extend({ drop: heldDrop.nullable(), ...ofPlace });
export type HeldLocation = z.infer<typeof heldLocation>;

export const invoiceRow = z.object({
  name: z.string(),
  modified: z.string(),
  status: z.string(),
  docstatus: z.int(),
  posting_date: z.string(),
  due_date: z.string().nullable(),
  grand_total_cents: cents,
  outstanding_cents: cents,
  order_id: z.string().nullable(),
  /** What becomes of its charge to the card on file, until that is settled. */
  charge: z.object({ state: chargeState, reason: z.string().nullable() }).nullable(),
});
export type InvoiceRow = z.infer<typeof invoiceRow>;

export const paymentRow = z.object({
  name: z.string(),
  modified: z.string(),
  docstatus: z.int(),
  /** `Receive`, or `Pay` for a refund. */
  payment_type: z.string(),
  posting_date: z.string(),
  mode_of_payment: z.string().nullable(),
  amount_cents: cents,
  unallocated_cents: cents,
  reference_no: z.string().nullable(),
});
export type PaymentRow = z.infer<typeof paymentRow>;

/** `count` and the totals are of all of them, drafts and cancelled ones left out of the totals. More: the document's list, from `rows.length` on. */
export const invoicesPanel = z.object({ rows: z.array(invoiceRow), count: z.int(), total_cents: cents, outstanding_cents: cents });
/** Refunds count against the total. */
export const paymentsPanel = z.object({ rows: z.array(paymentRow), count: z.int(), total_cents: cents });

export const threadKind = z.enum(["issue", "job", "message", "comment", "change"]);
export type ThreadKind = z.infer<typeof threadKind>;

const entry = {
  /** Of no other entry. */
  id: z.string(),
  /** What a click opens. */
  doctype: z.string(),
  name: z.string(),
  at: z.iso.datetime(),
  /** A user of ERPNext, or who wrote to us. */
  by: z.string().nullable(),
};

export const threadEntry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("issue"), ...entry, subject: z.string(), status: z.string(), priority: z.string().nullable(), /** Users it is given to. */ assigned: z.array(z.string()) }),
  z.object({ kind: z.literal("job"), ...entry, job_type: z.string(), status: z.string(), scheduled_start: z.string().nullable(), technician: z.string().nullable() }),
  z.object({
    kind: z.literal("message"),
    ...entry,
    direction: z.enum(["in", "out"]),
    channel: messageChannel,
    /** Whom it went to, or whom it came from. */
    address: z.string().nullable(),
    subject: z.string().nullable(),
    /** Plain text. */
    text: z.string(),
    delivery,
    /** Why it did not arrive. */
    error: z.string().nullable(),
  }),
  /** `content` is what a person wrote in Desk, as HTML: to be shown sanitised. `on` is the document it stands on. */
  z.object({ kind: z.literal("comment"), ...entry, content: z.string(), on: z.object({ doctype: z.string(), name: z.string() }) }),
  z.object({ kind: z.literal("change"), ...entry, fields: z.array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() })) }),
]);
export type ThreadEntry = z.infer<typeof threadEntry>;

/** Newest first. `next` is what `before=` asks the page after it by; null at the end. */
export const threadPage = z.object({ entries: z.array(threadEntry), next: z.string().nullable() });
export type ThreadPage = z.infer<typeof threadPage>;

/** `kinds` is a list with commas; all without. */
export const threadQuery = z.strictObject({
  before: z.string().max(4_000).optional(),
  kinds: z
    .string()
    .max(80)
    .transform((value) => value.split(",").filter(Boolean))
    .pipe(z.array(threadKind).min(1))
    .optional(),
});

export const panelName = z.enum([
  "contacts", "addresses", "balance", "card", "locations", "subscriptions", "equipment", "invoices", "payments", "orders", "issues", "jobs",
]);
export type PanelName = z.infer<typeof panelName>;

/** `unavailable`: somebody outside did not answer in time; ask again. `issues` and `jobs` are what the thread then leaves out. */
export const absence = z.enum(["not_permitted", "unavailable"]);

/** What the person may do with documents of a DocType. */
export const rightsOnType = z.object({ read: z.boolean(), write: z.boolean(), create: z.boolean() });
export type RightsOnType = z.infer<typeof rightsOnType>;

export const customerOverview = z.object({
  customer: heldDocument,
  contacts: z.array(heldContact).nullable(),
  addresses: z.array(heldDocument).nullable(),
  balance: balance.nullable(),
  /** null without reason in `absent`: no card is saved. */
  card: savedCard.nullable(),
  locations: z.array(heldLocation).nullable(),
  elsewhere: z.object(ofPlace),
  invoices: invoicesPanel.nullable(),
  payments: paymentsPanel.nullable(),
  orders: z.array(z.object({ id: z.string(), state: orderState, created_at: z.iso.datetime() })),
  thread: threadPage,
  absent: z.partialRecord(panelName, absence),
  /** By DocType: Customer, Contact, Address, Service Location, Service Subscription, Service Equipment, Sales Invoice, Payment Entry, Issue, Dispatch Job. */
  rights: z.record(z.string(), rightsOnType),
});
export type CustomerOverview = z.infer<typeof customerOverview>;
