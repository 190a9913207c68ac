/** What the app asks of the hub besides sending actions: same origin, JSON, refusals that name their reason. */
import type { Bilingual } from "@gigafibre/contracts/language";
import { problem } from "@gigafibre/contracts/problems";
import type { z } from "zod";

export class HubRefusal extends Error {
  /** 0 when no answer of the hub's came. */
  readonly status: number;
  readonly said: Bilingual;

  constructor(status: number, reason: string, said: Bilingual, cause?: unknown) {
    super(reason, { cause });
    this.name = "HubRefusal";
    this.status = status;
    this.said = said;
  }
}

const NO_ANSWER: Bilingual = {
  fr: "Pas de réponse du serveur. Tout ce que vous avez fait est gardé dans l'appareil; réessayez quand il y aura du réseau.",
  en: "No answer from the server. All you did is kept on the device; try again when there is a network.",
};
const UNKNOWN: Bilingual = {
  fr: "Le serveur a mal répondu. Tout ce que vous avez fait est gardé dans l'appareil; réessayez dans un instant.",
  en: "The server answered badly. All you did is kept on the device; try again in a moment.",
};

const PATIENCE_MS = 20_000;

/** @throws HubRefusal */
export async function askHub<Schema extends z.ZodType>(schema: Schema, url: string, init: RequestInit = {}): Promise<z.output<Schema>> {
  const response = await fetch(url, {
    ...init,
    headers: { accept: "application/json", ...init.headers },
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    throw new HubRefusal(0, "network_lost", NO_ANSWER, error);
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const refused = problem.safeParse(body);
    if (refused.success) throw new HubRefusal(response.status, refused.data.reason, refused.data.message);
    throw new HubRefusal(response.status, "unexpected_answer", UNKNOWN);
  }
  const answer = schema.safeParse(body);
  // A network's welcome page also says 200.
  if (!answer.success) throw new HubRefusal(0, "unexpected_answer", NO_ANSWER, answer.error);
  return answer.data;
}
