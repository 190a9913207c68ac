/**
 * The one write into ERPNext: steps that all happen, or none. `POST /api/method/gigafibre_fsm.api.unit_of_work.commit`.
 */
import { z } from "zod";

const name = z.string().min(1);

/** A field's value: plain, a field of an earlier step, or a text composed of such fields. Child tables are arrays of rows of the same. */
export type StepValue =
  | string
  | number
  | boolean
  | null
  | { $ref: string }
  | { $format: string }
  | readonly { readonly [field: string]: StepValue }[];
export type StepValues = { readonly [field: string]: StepValue };

const stepValue: z.ZodType<StepValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.strictObject({ $ref: z.string() }),
    z.strictObject({ $format: z.string() }),
    z.array(z.record(z.string(), stepValue)),
  ]),
);
const stepValues: z.ZodType<StepValues> = z.record(z.string(), stepValue);
const documentName = z.union([name, z.strictObject({ $ref: z.string() })]);

export const step = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("insert"), doctype: name, values: stepValues, as: name.optional() }),
  z.strictObject({ op: z.literal("update"), doctype: name, name: documentName, values: stepValues, expect: stepValues.optional() }),
  z.strictObject({ op: z.enum(["submit", "cancel"]), doctype: name, name: documentName }),
  z.strictObject({ op: z.literal("expect"), doctype: name, filters: stepValues, count: z.int().min(0) }),
]);
export type Step = z.infer<typeof step>;

export const unitOfWork = z.strictObject({ key: name, on_behalf_of: z.string().optional(), steps: z.array(step).min(1) });
export type UnitOfWork = z.infer<typeof unitOfWork>;

export const committed = z.object({
  key: z.string(),
  replayed: z.boolean(),
  documents: z.array(z.object({ as: z.string().nullish(), doctype: z.string(), name: z.string() })),
});
export type Committed = z.infer<typeof committed>;

/** Which step failed and why; everything was rolled back. */
export const failedStep = z.object({
  index: z.int(),
  op: z.string(),
  doctype: z.string(),
  as: z.string().nullish(),
  exc_type: z.string(),
  field: z.string().nullish(),
  message: z.string(),
});
export type FailedStep = z.infer<typeof failedStep>;
