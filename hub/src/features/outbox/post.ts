import { request } from "undici";
import type { Outcome } from "./channel.ts";

const TIMEOUT_MS = 15_000;
const NEVER_LEFT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Posts JSON to another system, and says what its answer means for the message. */
export async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<Outcome> {
  try {
    const answer = await request(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await answer.body.text()).slice(0, 200);
    const { statusCode } = answer;
    if (statusCode < 300) return { result: "sent" };
    const error = `answered ${statusCode}: ${text}`;
    if (statusCode >= 500) return { result: "uncertain", error };
    // A refusal may be mended over there (a workflow switched on again, a limit that passes), so it is tried like any other.
    return { result: "not_sent", error };
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    const text = `no answer: ${code || String(error)}`;
    return NEVER_LEFT.has(code) ? { result: "not_sent", error: text } : { result: "uncertain", error: text };
  }
}
