/**
 * Why something was refused: a named reason, said in both languages, with what was kept and what to do next.
 * The body of every error answer (RFC 9457 `application/problem+json`).
 */
import { z } from "zod";
import { bilingual } from "./language.ts";
import { BOARD } from "./reasons/board.ts";
import { CALLS } from "./reasons/calls.ts";
import { DEVICES } from "./reasons/devices.ts";
import { FIELD_REASONS } from "./reasons/fields.ts";
import { MESSAGES } from "./reasons/messages.ts";
import { ORDERS } from "./reasons/orders.ts";
import { PAYMENTS } from "./reasons/payments.ts";
import { REQUESTS } from "./reasons/requests.ts";
import { VISITS } from "./reasons/visits.ts";

/** Reasons for a whole request. */
export const REASONS = { ...REQUESTS, ...ORDERS, ...PAYMENTS, ...VISITS, ...DEVICES, ...MESSAGES, ...CALLS, ...BOARD } as const;
export type ReasonName = keyof typeof REASONS;

export { FIELD_REASONS };
export type FieldReason = keyof typeof FIELD_REASONS;

export const fieldProblem = z.object({
  /** Path in the request, `services.0.sku`. */
  field: z.string(),
  reason: z.string(),
  message: bilingual,
});
export type FieldProblem = z.infer<typeof fieldProblem>;

export const problem = z.object({
  type: z.string(),
  status: z.int(),
  reason: z.string(),
  message: bilingual,
  /** One for each field to correct. */
  fields: z.array(fieldProblem).optional(),
  /** What the reason needs to be acted on: a new price, the order that exists. */
  details: z.record(z.string(), z.unknown()).optional(),
  request_id: z.string().optional(),
});
export type Problem = z.infer<typeof problem>;

export function problemOf(reason: ReasonName, more: Pick<Problem, "fields" | "details" | "request_id"> = {}): Problem {
  const { status, message } = REASONS[reason];
  return { type: `/problems/${reason}`, status, reason, message, ...more };
}

export function fieldProblemOf(field: string, reason: FieldReason): FieldProblem {
  return { field, reason, message: FIELD_REASONS[reason] };
}

const isFieldReason = (text: string): text is FieldReason => text in FIELD_REASONS;

/** A schema's complaints, one problem a field. A schema names its own reason by using it as the message. */
export function fieldProblemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    const field = issue.path.join(".");
    if (isFieldReason(issue.message)) return [fieldProblemOf(field, issue.message)];
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => fieldProblemOf([...issue.path, key].join("."), "unknown_field"));
      case "too_big":
        return [fieldProblemOf(field, issue.origin === "string" ? "too_long" : "invalid")];
      case "invalid_type":
        return [fieldProblemOf(field, issue.input === undefined ? "required" : "invalid")];
      default:
        return [fieldProblemOf(field, "invalid")];
    }
  });
}
