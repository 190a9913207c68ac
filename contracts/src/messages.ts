/** Messages with customers: what came in by SMS, what went out, and what became of it. */
import { z } from "zod";
import { phoneNumber } from "./orders.ts";

export const messageChannel = z.enum(["sms", "email"]);
export type MessageChannel = z.infer<typeof messageChannel>;

/**
 * `waiting` to leave; `sent`: the provider has it; `delivered` or `failed` as the provider says, failed too when it never left; `refused`: the
 * person asked for no more SMS; `expired`: its time passed; `received`: it came in.
 */
export const delivery = z.enum(["waiting", "sent", "delivered", "failed", "refused", "expired", "received"]);
export type Delivery = z.infer<typeof delivery>;

/** What a person may write in one SMS of theirs: four of Twilio's segments. */
export const SMS_MAX = 612;

/** `POST /api/customers/{name}/messages`. `id` names it for ever: sent again, nothing more leaves. Without `to`, the customer's own mobile. */
export const smsByStaff = z.strictObject({
  id: z.uuid(),
  to: phoneNumber.optional(),
  text: z.string().trim().min(1, "required").max(SMS_MAX, "too_long"),
});
export type SmsByStaff = z.infer<typeof smsByStaff>;
/** 202: it is kept, and leaves. `entry` is its id in the thread. */
export const smsAccepted = z.object({ entry: z.string(), to: z.string(), delivery });

/** `POST /api/customers/{name}/notes`: plain text, kept as a Comment of the person's own. */
export const noteByStaff = z.strictObject({ text: z.string().trim().min(1, "required").max(10_000, "too_long") });
export const noteKept = z.object({ name: z.string() });

const STOP = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "ARRET", "ARRETER", "ARRETEZ", "DESABONNER", "END", "QUIT"]);
const START = new Set(["START", "UNSTOP", "REPRENDRE"]);

const YES = new Set(["OUI", "YES", "O", "Y", "OK", "OUI MERCI", "YES PLEASE", "D ACCORD", "CONFIRME", "JE CONFIRME", "CONFIRMED", "CONFIRM"]);

/** The words of a text, without accents or marks. */
const wordsOf = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\p{L}]+/gu, " ").trim().toUpperCase();

/** Whether the whole of a text agrees: "Oui!" does, "oui mais plus tard" does not. */
export const isYes = (text: string): boolean => YES.has(wordsOf(text));

/** What the whole of a text asks for: "Arrêt." does, "arrêtez-vous chez le voisin" does not. */
export function wishOf(text: string): "stop" | "start" | null {
  const word = wordsOf(text);
  return STOP.has(word) ? "stop" : START.has(word) ? "start" : null;
}
