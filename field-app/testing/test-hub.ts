/** A hub for tests: what it answers to the phone, by the rules of contracts/src/visits.ts, on a network that fails as it is told. */
import { problemOf } from "@gigafibre/contracts/problems";
import type { ReasonName } from "@gigafibre/contracts/problems";
import { visitAction } from "@gigafibre/contracts/visits";
import type { VisitAction } from "@gigafibre/contracts/visits";

/** What becomes of one request. `cut_after`: the hub has done it, and its answer is lost. */
export type Fate = "well" | "cut_before" | "cut_after" | "unavailable" | "busy" | "signed_out" | "welcome_page" | "proxy_error";

/** A note of this text is refused, one of a job of this name is kept for dispatch. */
export const REFUSED_TEXT = "refuse";
export const MOVED_JOB = "JOB-MOVED";

interface Photo {
  readonly size: number;
  content: Uint8Array[];
}

export class TestHub {
  /** In the order in which they took effect. */
  readonly applied: VisitAction[] = [];
  readonly #outcomes = new Map<string, "applied" | "kept_for_dispatch">();
  readonly #photos = new Map<string, Photo>();
  #fates: Fate[] = [];
  requests = 0;
  signedIn = true;

  /** What becomes of the next requests; after them all is well. */
  fate(...fates: Fate[]): void {
    this.#fates = fates;
  }

  forget(...ids: string[]): void {
    for (const id of ids) this.#outcomes.delete(id);
  }

  contentOf(photo: string): Uint8Array | undefined {
    const found = this.#photos.get(photo);
    return found && new Uint8Array(found.content.flatMap((piece) => [...piece]));
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    this.requests += 1;
    const fate = this.#fates.shift() ?? "well";
    await new Promise((resolve) => setImmediate(resolve));
    if (init.signal?.aborted) throw new DOMException("aborted", "AbortError");
    switch (fate) {
      case "cut_before":
        throw new TypeError("Failed to fetch");
      case "unavailable":
        return refusal("erpnext_unavailable");
      case "busy":
        return refusal("too_many_requests", { "retry-after": "0" });
      case "welcome_page":
        return new Response("<html>Bienvenue au café</html>", { status: 200, headers: { "content-type": "text/html" } });
      case "proxy_error":
        return new Response("<html>Forbidden</html>", { status: 403 });
      case "signed_out":
        this.signedIn = false;
        return refusal("sign_in_required");
      case "cut_after":
        await this.#answer(url, init);
        throw new TypeError("Failed to fetch");
      case "well":
        return this.#answer(url, init);
    }
  };

  async #answer(url: string, init: RequestInit): Promise<Response> {
    if (!this.signedIn) return refusal("sign_in_required");
    if (url === "/api/field/actions") return this.#take(visitAction.parse(await new Response(init.body).json()));
    const photo = url.split("/").at(-1) ?? "";
    return this.#photo(photo, init);
  }

  #take(action: VisitAction): Response {
    const known = this.#outcomes.get(action.id);
    if (known) return Response.json({ id: action.id, outcome: known, replayed: true, visit: null });
    if (action.after !== null && !this.#outcomes.has(action.after)) return refusal("earlier_action_first");
    if (action.action.kind === "note" && action.action.text === REFUSED_TEXT) return refusal("action_refused");
    const outcome = action.job === MOVED_JOB ? "kept_for_dispatch" : "applied";
    this.#outcomes.set(action.id, outcome);
    this.applied.push(action);
    if (action.action.kind === "photo") this.#photos.set(action.action.photo, { size: action.action.size, content: [] });
    return Response.json({ id: action.id, outcome, replayed: false, visit: null });
  }

  async #photo(id: string, init: RequestInit): Promise<Response> {
    const photo = this.#photos.get(id);
    if (!photo) return refusal("photo_not_announced");
    const received = photo.content.reduce((sum, { length }) => sum + length, 0);
    if (init.method === "HEAD") return new Response(null, { headers: { "upload-offset": String(received), "upload-length": String(photo.size) } });
    const offset = Number(new Headers(init.headers).get("upload-offset"));
    if (offset !== received) return refusal("photo_offset");
    const piece = new Uint8Array(await new Response(init.body).arrayBuffer());
    photo.content.push(piece);
    return Response.json({ id, size: photo.size, received: received + piece.length });
  }
}

function refusal(reason: ReasonName, headers: Record<string, string> = {}): Response {
  const body = problemOf(reason);
  return new Response(JSON.stringify(body), { status: body.status, headers: { "content-type": "application/problem+json", ...headers } });
}
