/** The hub and, through it, ERPNext: same origin, one refusal for whatever went wrong, and a session that ended is a pause. */
import { FrappeApp } from "frappe-js-sdk";
import type { z } from "zod";
import { noAnswer, Refusal, refusalOf, unreadable } from "./refusal.ts";

const PATIENCE_MS = 30_000;

/** Asks the person to sign in again; settles once they have, rejects when they rather leave. */
let signInAgain: (() => Promise<void>) | null = null;

export function whenSignedOut(ask: () => Promise<void>): void {
  signInAgain = ask;
}

/** Nothing was done by a request that was refused for want of a session: it is made once more after signing in. */
async function signedIn<Answer>(request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401 || signInAgain === null) throw error;
    await signInAgain();
    return request();
  }
}

/** A request, with how long an answer is waited for where that is more than usual. */
export type Asked = RequestInit & { readonly patienceMs?: number };

/** One request without that pause: signing in itself. @throws Refusal */
export async function askOnce<Schema extends z.ZodType>(schema: Schema, url: string, { patienceMs = PATIENCE_MS, ...init }: Asked = {}): Promise<z.output<Schema>> {
  const response = await fetch(url, {
    ...init,
    headers: { accept: "application/json", ...init.headers },
    cache: "no-store",
    redirect: "error",
    signal: init.signal ?? AbortSignal.timeout(patienceMs),
  }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw noAnswer(error);
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusalOf(response.status, body);
  const answer = schema.safeParse(body);
  if (!answer.success) throw unreadable(answer.error);
  return answer.data;
}

/** @throws Refusal */
export const askHub = <Schema extends z.ZodType>(schema: Schema, url: string, init: Asked = {}): Promise<z.output<Schema>> => signedIn(() => askOnce(schema, url, init));

export const posted = (body: unknown): RequestInit => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const frappe = new FrappeApp(window.location.origin);
frappe.axios.defaults.timeout = PATIENCE_MS;

interface FrappeError {
  readonly httpStatus?: number;
}

/**
 * ERPNext with the person's own session: `erpnext(({ db }) => db.getDoc("Customer", name))`.
 * @throws Refusal
 */
export function erpnext<Answer>(ask: (site: { db: ReturnType<FrappeApp["db"]>; call: ReturnType<FrappeApp["call"]>; file: ReturnType<FrappeApp["file"]> }) => Promise<Answer>): Promise<Answer> {
  return signedIn(() =>
    ask({ db: frappe.db(), call: frappe.call(), file: frappe.file() }).catch((error: FrappeError) => {
      throw refusalOf(error.httpStatus ?? 0, error, error);
    }),
  );
}
