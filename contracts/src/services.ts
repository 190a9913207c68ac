/** What is sold at a place changes: it is suspended, taken up again, another internet plan, one more TV box. */
import { z } from "zod";
import { callId, documentName, reasonText, seen } from "./calls.ts";
import { isoDate } from "./dates.ts";
import { cents } from "./money.ts";

export const serviceChange = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("suspension") }),
  z.strictObject({ kind: z.literal("resumption") }),
  z.strictObject({ kind: z.literal("plan"), sku: z.string().min(1).max(40) }),
  /** `visit`: a technician brings it. */
  z.strictObject({ kind: z.literal("tv_box"), visit: z.boolean() }),
]);
export type ServiceChange = z.infer<typeof serviceChange>;

/** `POST /api/calls/services/preview` */
export const serviceChangeAsked = z.strictObject({ location: documentName, change: serviceChange });

/** What it would do today. Below zero, a credit note: it comes off what is owed, or stays as the customer's balance. */
export const serviceChangePreview = z.object({
  from: isoDate,
  /** The first day not billed once it is done; null where nothing recurring changes. */
  billed_until: isoDate.nullable(),
  lines: z.array(z.object({ label: z.object({ fr: z.string(), en: z.string() }), amount_cents: cents })),
  net_cents: cents,
  total_cents: cents,
  /** By the card on file. */
  charged: z.boolean(),
  /** What support is asked at the OLT. */
  olt_task: z.string().nullable(),
  seen,
});
export type ServiceChangePreview = z.infer<typeof serviceChangePreview>;

/** `POST /api/calls/services` */
export const serviceChangeRequest = serviceChangeAsked.extend({ id: callId, seen, reason: reasonText.optional() });
