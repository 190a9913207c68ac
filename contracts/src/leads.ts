/** A wish that cannot be an order yet. */
import { z } from "zod";
import { language } from "./language.ts";
import { emailAddress, phoneNumber } from "./orders.ts";

export const leadInterest = z.enum(["Notify", "Move-in", "Mistake"]);

/** `POST /api/leads`: 202 `{ ok: true }`, whether or not the person already had a Lead. */
export const leadRequest = z
  .strictObject({
    address_uuid: z.uuid(),
    interest: leadInterest,
    name: z.string().trim().max(140, "too_long").optional(),
    email: emailAddress.optional(),
    phone: phoneNumber.optional(),
    message: z.string().trim().max(1000, "too_long").optional(),
    language: language.optional(),
  })
  .refine((lead) => lead.email !== undefined || lead.phone !== undefined, { message: "email_or_phone_required", path: ["email"] });
export type LeadRequest = z.infer<typeof leadRequest>;

export const leadAccepted = z.object({ ok: z.literal(true) });
