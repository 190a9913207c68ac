/** A ticket is opened, answered where the customer reads it, and made a visit of. */
import { z } from "zod";
import { callId, documentName } from "./calls.ts";
import { isoDate } from "./dates.ts";

const written = (max: number) => z.string().trim().min(1, "required").max(max, "too_long");

/** `POST /api/calls/tickets` */
export const ticketRequest = z.strictObject({
  id: callId,
  customer: documentName,
  location: documentName.optional(),
  equipment: documentName.optional(),
  subject: written(140),
  text: written(4_000),
});

/** `POST /api/calls/answers`. By SMS the text is cut to what one takes. */
export const ticketAnswerRequest = z.strictObject({ id: callId, issue: documentName, by: z.enum(["sms", "email", "both"]), text: written(4_000), close: z.boolean() });

/** `POST /api/calls/repairs` */
export const repairRequest = z.strictObject({ id: callId, issue: documentName, location: documentName.optional(), notes: z.string().trim().max(2_000, "too_long"), preferred_dates: z.array(isoDate).max(3) });

/** `GET /api/tickets/people`: who may be given one. */
export const ticketPeople = z.array(z.object({ user: z.string(), full_name: z.string() }));
export type TicketPeople = z.infer<typeof ticketPeople>;
/** `PUT /api/tickets/{issue}/assignee`: to one person, in the place of whoever had it; null gives it to nobody. */
export const ticketAssignee = z.strictObject({ user: z.email().max(140).nullable() });
export const ticketAssigned = z.object({ issue: z.string(), assigned: z.array(z.string()) });

/** `POST /api/calls/merge`: all that is `from`'s becomes `into`'s, and `from` is no more. */
export const mergeRequest = z.strictObject({ from: documentName, into: documentName, keep_card: z.enum(["from", "into"]).optional() });
export const mergeAnswer = z.object({ customer: z.string(), replayed: z.boolean() });
