/** The hub, as this site speaks to it: same origin, JSON, and refusals that name their reason. */
import type { FieldProblem, Problem, ReasonName } from "@gigafibre/contracts/problems";
import type { Bilingual } from "@gigafibre/contracts/language";
import axios from "axios";
import type { AxiosRequestConfig } from "axios";

/** What the browser alone can know: no answer came. Whether the hub did what was asked is then unknown. */
export const NETWORK_LOST = "network_lost";

export type RefusalReason = ReasonName | typeof NETWORK_LOST;

/** Reasons of the 500s by which the hub says that it kept nothing. */
const NOTHING_KEPT: ReadonlySet<RefusalReason> = new Set(["stripe_unavailable", "catalog_unavailable", "erpnext_unavailable", "reconciling"]);

/** A request that did not succeed. `status` is 0 when no answer came. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: RefusalReason;
  readonly said: Bilingual;
  readonly fields: readonly FieldProblem[];
  readonly details: Readonly<Record<string, unknown>>;
  /** Seconds, where the hub said. */
  readonly retry_after: number | null;

  constructor(refused: { status: number; reason: RefusalReason; said: Bilingual; fields?: readonly FieldProblem[]; details?: Readonly<Record<string, unknown>>; retry_after?: number | null }) {
    super(refused.reason);
    this.name = "Refusal";
    this.status = refused.status;
    this.reason = refused.reason;
    this.said = refused.said;
    this.fields = refused.fields ?? [];
    this.details = refused.details ?? {};
    this.retry_after = refused.retry_after ?? null;
  }

  /** No definite answer: the same request, with the same key, must be sent again before anything else is concluded. */
  get uncertain(): boolean {
    return this.status === 0 || (this.status >= 500 && !NOTHING_KEPT.has(this.reason));
  }
}

const LOST: Bilingual = {
  fr: "La connexion a été coupée avant la réponse. Rien n'est perdu: tout ce que vous avez rempli est gardé ici.",
  en: "The connection dropped before the answer. Nothing is lost: everything you filled in is kept here.",
};
const OURS: Bilingual = {
  fr: "Une erreur s'est produite de notre côté. Rien de ce que vous avez rempli n'est perdu; réessayez dans un instant.",
  en: "Something went wrong on our side. Nothing you filled in is lost; try again in a moment.",
};

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "reason" in body && typeof body.reason === "string" && "message" in body && typeof body.message === "object";
}

/** Whatever was thrown, as a refusal. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (!axios.isAxiosError(thrown)) return new Refusal({ status: 500, reason: "internal_error", said: OURS });
  if (!thrown.response) return new Refusal({ status: 0, reason: NETWORK_LOST, said: LOST });
  const { status, headers } = thrown.response;
  const body: unknown = thrown.response.data;
  const retry_after = Number(headers["retry-after"]) || null;
  if (isProblem(body)) {
    // The hub may learn to say reasons that this page does not know yet: they are shown in the hub's words.
    return new Refusal({ status, reason: body.reason as ReasonName, said: body.message, fields: body.fields ?? [], details: body.details ?? {}, retry_after });
  }
  if (status === 429) {
    return new Refusal({ status, reason: "too_many_requests", said: { fr: "Trop de demandes. Réessayez dans un instant.", en: "Too many requests. Try again in a moment." }, retry_after });
  }
  return new Refusal({ status, reason: status === 502 || status === 503 || status === 504 ? "temporarily_unavailable" : "internal_error", said: OURS, retry_after });
}

const client = axios.create({ timeout: 20_000, headers: { Accept: "application/json" } });

/** One request. Throws a `Refusal`, or axios's own cancellation when `signal` was aborted. */
export async function ask<Answer>(request: AxiosRequestConfig): Promise<Answer> {
  try {
    const { data } = await client.request<Answer>(request);
    return data;
  } catch (thrown) {
    if (axios.isCancel(thrown)) throw thrown;
    throw refusalOf(thrown);
  }
}

export function isCancelled(thrown: unknown): boolean {
  return axios.isCancel(thrown);
}
