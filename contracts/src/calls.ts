/**
 * The calls of every day: what is asked for in one action, by an id that the page made. Done once however often it is sent; `under_way` once it is
 * kept and goes on by itself.
 */
import { z } from "zod";

export const callId = z.uuid();
/** Names what a person saw before they pressed: what would happen now is not written if it is something else. */
export const seen = z.string().max(64);
export const reasonText = z.string().trim().max(280, "too_long");
export const documentName = z.string().trim().min(1, "required").max(140, "too_long");

export const callKind = z.enum(["cancellation", "swap", "suspension", "resumption", "plan", "tv_box", "ticket", "answer", "repair", "wifi"]);
export type CallKind = z.infer<typeof callKind>;

export const callAnswer = z.object({
  id: callId,
  kind: callKind,
  state: z.enum(["under_way", "done"]),
  /** What it made in ERPNext, by what each is: `issue`, `job`, `device`, `invoice`. Empty while it is under way. */
  documents: z.record(z.string(), z.string()),
});
export type CallAnswer = z.infer<typeof callAnswer>;

/** `GET /api/calls/{id}`. Refused afterwards: an Issue says why. */
export const callState = callAnswer.extend({ state: z.enum(["under_way", "done", "refused"]), refusal: z.string().nullable() });
export type CallState = z.infer<typeof callState>;
