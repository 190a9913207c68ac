/**
 * The hub, as the outbox speaks to it. Only what is certainly the hub's own answer counts: a network's welcome page also says 200, and a proxy
 * 403; whatever is not certain is asked again.
 */
import { photoAnswer, visitActionAnswer } from "@gigafibre/contracts/visits";
import type { PhotoAnswer, VisitAction, VisitActionAnswer } from "@gigafibre/contracts/visits";
import { problem } from "@gigafibre/contracts/problems";
import type { Problem } from "@gigafibre/contracts/problems";
import type { Reason } from "./database.ts";
import { ours } from "./reasons.ts";

export type Verdict<Answer> =
  | { readonly kind: "held"; readonly answer: Answer }
  | { readonly kind: "refused"; readonly reason: Reason }
  | { readonly kind: "sign_in" }
  /** No answer, or one that says later. `everything`: it is not about this one alone. */
  | { readonly kind: "later"; readonly reason: Reason; readonly everything: boolean; readonly waitMs: number };

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const PATIENCE_MS = 30_000;
/** A wrong Retry-After must not hold a day's work back. */
const LONGEST_WAIT_MS = 15 * 60_000;
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

export class Hub {
  readonly #fetch: Fetch;
  readonly #user: string;

  constructor(fetch: Fetch, user: string) {
    this.#fetch = fetch;
    this.#user = user;
  }

  async send(action: VisitAction, signal: AbortSignal): Promise<Verdict<VisitActionAnswer>> {
    const body = JSON.stringify(action);
    return this.#ask("/api/field/actions", { method: "POST", headers: { "content-type": "application/json" }, body }, signal, (answer) => {
      const parsed = visitActionAnswer.safeParse(answer);
      // A newer hub may say more of the visit than this app knows; what counts is which action it holds.
      return parsed.success && parsed.data.id === action.id ? parsed.data : undefined;
    });
  }

  async putPiece(photo: string, offset: number, piece: ArrayBuffer, signal: AbortSignal): Promise<Verdict<PhotoAnswer>> {
    const headers = { "content-type": "application/octet-stream", "upload-offset": String(offset) };
    return this.#ask(`/api/field/photos/${photo}`, { method: "PUT", headers, body: piece }, signal, (answer) => {
      const parsed = photoAnswer.safeParse(answer);
      return parsed.success && parsed.data.id === photo ? parsed.data : undefined;
    });
  }

  /** How much of a photo has arrived; null where it was not announced. An answer to HEAD has no words of its own. */
  async received(photo: string, signal: AbortSignal): Promise<Verdict<number | null>> {
    return this.#request<number | null>(`/api/field/photos/${photo}`, { method: "HEAD" }, signal, async (response) => {
      const offset = response.headers.get("upload-offset");
      if (response.ok && offset !== null && /^\d+$/.test(offset)) return { kind: "held", answer: Number(offset) };
      if (response.status === 404) return { kind: "held", answer: null };
      return response.status === 401 ? { kind: "sign_in" } : later(response, ours("unexpected_answer"));
    });
  }

  async #ask<Answer>(url: string, init: RequestInit, signal: AbortSignal, read: (body: unknown) => Answer | undefined): Promise<Verdict<Answer>> {
    return this.#request<Answer>(url, init, signal, async (response) => {
      const body = parsed(await response.text());
      if (response.ok) {
        const answer = read(body);
        return answer === undefined ? later(response, ours("unexpected_answer")) : { kind: "held", answer };
      }
      const said = problem.safeParse(body);
      if (!said.success || said.data.status !== response.status) return later(response, ours("unexpected_answer"));
      if (response.status === 401) return { kind: "sign_in" };
      if (response.status >= 500 || LATER.has(response.status)) return later(response, reasonOf(said.data));
      return { kind: "refused", reason: reasonOf(said.data) };
    });
  }

  async #request<Answer>(url: string, init: RequestInit, signal: AbortSignal, read: (response: Response) => Promise<Verdict<Answer>>): Promise<Verdict<Answer>> {
    const patience = new AbortController();
    const stop = () => patience.abort();
    const timer = setTimeout(stop, PATIENCE_MS);
    signal.addEventListener("abort", stop);
    try {
      const response = await this.#fetch(url, {
        ...init,
        credentials: "same-origin",
        cache: "no-store",
        // A network's welcome page sends elsewhere; the hub never does.
        redirect: "error",
        headers: { ...init.headers, accept: "application/json", "field-user": encodeURIComponent(this.#user) },
        signal: patience.signal,
      });
      return await read(response);
    } catch (error) {
      // `fetch` has one error for every way to lose a network, and one for our own impatience.
      if (error instanceof TypeError || patience.signal.aborted) return { kind: "later", reason: ours("network_lost"), everything: true, waitMs: 0 };
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function reasonOf({ reason, message, details, fields }: Problem): Reason {
  const more = { ...details, ...(fields ? { fields } : {}) };
  return { name: reason, ...message, ...(Object.keys(more).length > 0 ? { details: more } : {}) };
}

function later(response: Response, reason: Reason): Extract<Verdict<never>, { kind: "later" }> {
  const everything = response.status === 429 || reason.name === "unexpected_answer";
  return { kind: "later", reason, everything, waitMs: retryAfter(response) };
}

/** In seconds only: a date is by a clock that may not be ours. */
function retryAfter(response: Response): number {
  const said = response.headers.get("retry-after");
  return said !== null && /^\d+$/.test(said) ? Math.min(Number(said) * 1000, LONGEST_WAIT_MS) : 0;
}
