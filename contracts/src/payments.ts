/** The charge of an invoice to the card on file. */
import { z } from "zod";

export const chargeState = z.enum(["waiting", "held", "confirming", "charged", "declined", "not_charged"]);

/** `POST /api/invoices/{invoice}/charge` */
export const chargeAnswer = z.object({ invoice: z.string(), state: chargeState, reason: z.string().nullable() });
export type ChargeAnswer = z.infer<typeof chargeAnswer>;
