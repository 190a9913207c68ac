/** What people wrote to us by SMS and wait for, by their number; and what of ours did not reach them. */
import { z } from "zod";
import { threadEntry } from "./customer-360.ts";
import { SMS_MAX } from "./messages.ts";

const moment = z.iso.datetime();
/** A document of ERPNext's, and how it is called. */
const known = z.object({ name: z.string(), title: z.string() });

/** Who writes from a number: a customer, else a lead, else nobody knows. */
const whose = {
  /** E.164. */
  number: z.string(),
  /** It asked for no more SMS. */
  stopped: z.boolean(),
  customer: known.nullable(),
  lead: known.nullable(),
};

/** What became of words; the details of a refusal `already_handled`. */
export const handled = z.object({
  /** `confirms`: a yes to a visit, which waits for nobody. */
  how: z.enum(["answered", "set_aside", "confirms"]),
  /** A user of ERPNext. */
  by: z.string().nullable(),
  at: moment,
});
export type Handled = z.infer<typeof handled>;

/** A number whose newest words nobody has answered or set aside. */
export const waitingConversation = z.object({
  kind: z.literal("conversation"),
  /** Names the number for ever, and says nothing of it. */
  id: z.string(),
  ...whose,
  /** The newest words. */
  text: z.string(),
  /** How many messages wait. */
  count: z.int(),
  since: moment,
  /** The newest of them: what a person has seen who answers. */
  newest: z.string(),
});
export type WaitingConversation = z.infer<typeof waitingConversation>;

/** An SMS of ours that did not arrive, or may not leave while nothing else tells the same. */
export const undeliveredSms = z.object({
  kind: z.literal("undelivered"),
  /** Its key in the outbox. */
  id: z.string(),
  ...whose,
  text: z.string(),
  /** `refused`: the number asked for no more. */
  state: z.enum(["failed", "refused"]),
  error: z.string().nullable(),
  since: moment,
});
export type UndeliveredSms = z.infer<typeof undeliveredSms>;

export const messageToAnswer = z.discriminatedUnion("kind", [waitingConversation, undeliveredSms]);
export type MessageToAnswer = z.infer<typeof messageToAnswer>;

/** `GET /api/conversations/{id}`: what was said with a number both ways, oldest first. */
export const conversation = z.object({
  id: z.string(),
  ...whose,
  count: z.int(),
  newest: z.string().nullable(),
  /** What became of its newest words; null while they wait. */
  handled: handled.nullable(),
  entries: z.array(threadEntry),
});
export type Conversation = z.infer<typeof conversation>;

/** `POST /api/conversations/{id}/messages`. `id` names the SMS for ever; `seen` is the `newest` that it answers, `anyway` though somebody has answered meanwhile. */
export const conversationAnswer = z.strictObject({
  id: z.uuid(),
  text: z.string().trim().min(1, "required").max(SMS_MAX, "too_long"),
  seen: z.string().max(64),
  anyway: z.boolean().optional(),
});

/** `POST /api/conversations/{id}/set-aside`: it needs no answer. What was set aside is taken back by `POST …/take-back`. */
export const setAsideRequest = z.strictObject({ seen: z.string().max(64) });
export const setAside = z.object({ messages: z.array(z.string()) });
export const takeBackRequest = z.strictObject({ messages: z.array(z.string().max(64)).min(1).max(200) });

/** `POST /api/conversations/{id}/customer`: whose it is, said by a person. */
export const conversationCustomer = z.strictObject({ customer: z.string().min(1).max(140) });

/** `POST /api/conversations/{id}/lead`: somebody who may become a customer. */
export const conversationLead = z.strictObject({ name: z.string().trim().max(140, "too_long").optional() });
/** `made`: false where they were one before, and the words were added. */
export const leadOfConversation = z.object({ lead: z.string(), made: z.boolean() });
