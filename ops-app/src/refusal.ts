/** Whatever did not succeed, with its reason, what was kept and what to do next. */
import type { Bilingual } from "@gigafibre/contracts/language";
import { problem } from "@gigafibre/contracts/problems";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import { z } from "zod";

export interface Refused {
  /** 0 when no answer came. */
  readonly status: number;
  /** The hub's name for it, or ERPNext's `exc_type`. */
  readonly reason: string;
  readonly said: Bilingual;
  readonly fields?: readonly FieldProblem[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;
  readonly said: Bilingual;
  readonly fields: readonly FieldProblem[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ status, reason, said, fields = [], details = {}, cause }: Refused) {
    super(reason, { cause });
    this.name = "Refusal";
    this.status = status;
    this.reason = reason;
    this.said = said;
    this.fields = fields;
    this.details = details;
  }
}

const NO_ANSWER: Bilingual = {
  fr: "Pas de réponse du serveur. Rien de ce que vous avez écrit n'est perdu; réessayez dans un instant.",
  en: "No answer from the server. Nothing you typed is lost; try again in a moment.",
};
const UNKNOWN: Bilingual = {
  fr: "Le serveur a mal répondu. Rien de ce que vous avez écrit n'est perdu; réessayez dans un instant.",
  en: "The server answered badly. Nothing you typed is lost; try again in a moment.",
};

export const noAnswer = (cause: unknown): Refusal => new Refusal({ status: 0, reason: "network_lost", said: NO_ANSWER, cause });

const erpnextError = z.looseObject({ exc_type: z.string().optional(), exception: z.string().optional(), message: z.string().optional().catch(undefined), _server_messages: z.string().optional() });

/** Frappe sends JSON strings in a JSON string, with markup meant for its own page. */
function serverMessages(text: string | undefined): string[] {
  if (text === undefined) return [];
  const one = z.looseObject({ message: z.string() });
  return z
    .array(z.string())
    .parse(JSON.parse(text))
    .map((each) => one.parse(JSON.parse(each)).message)
    .map((message) => new DOMParser().parseFromString(message, "text/html").body.textContent.trim());
}

/** What an answer that is not 2xx says: the hub's problem, or ERPNext's own words. */
export function refusalOf(status: number, body: unknown, cause?: unknown): Refusal {
  if (status === 0) return noAnswer(cause);
  const ours = problem.safeParse(body);
  if (ours.success) return new Refusal({ status, reason: ours.data.reason, said: ours.data.message, fields: ours.data.fields ?? [], details: ours.data.details ?? {}, cause });
  const theirs = erpnextError.safeParse(body);
  if (theirs.success && theirs.data.exc_type !== undefined) {
    const { exc_type, exception, _server_messages } = theirs.data;
    const text = serverMessages(_server_messages).join(" ") || (exception?.split(": ").slice(1).join(": ") ?? "") || exc_type;
    return new Refusal({ status, reason: exc_type, said: { fr: text, en: text }, details: theirs.data, cause });
  }
  return new Refusal({ status, reason: "unexpected_answer", said: UNKNOWN, cause });
}

export const unreadable = (cause: unknown): Refusal => new Refusal({ status: 0, reason: "unexpected_answer", said: UNKNOWN, cause });
