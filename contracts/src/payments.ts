/** The charge of an invoice to the card on file. */
import { z } from "zod";
import { cents } from "./money.ts";

/** Stripe takes nothing smaller. */
export const SMALLEST_CHARGE_CENTS = 50;

export const chargeState = z.enum(["waiting", "held", "confirming", "charged", "declined", "not_charged"]);

/** `POST /api/invoices/{invoice}/charge` */
export const chargeAnswer = z.object({ invoice: z.string(), state: chargeState, reason: z.string().nullable() });
export type ChargeAnswer = z.infer<typeof chargeAnswer>;

/** `POST /api/invoices/{invoice}/payment-link`. `id` names it for ever: sent again, nothing more leaves. */
export const paymentLinkRequest = z.strictObject({ id: z.uuid(), by: z.enum(["email", "sms", "both"]) });
/** 202: kept, and leaves by the outbox. `order_id`: all that it owes is paid by the link; null where it pays the one invoice, which no order made. */
export const paymentLinkSent = z.object({ invoice: z.string(), order_id: z.string().nullable(), owed_cents: cents, sent: z.array(z.enum(["email", "sms"])) });
export type PaymentLinkSent = z.infer<typeof paymentLinkSent>;
