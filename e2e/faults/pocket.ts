/** A technician's phone: it sends each action until it is told yes or no, whatever happens on the way. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { DEMO_PASSWORD } from "@gigafibre/fixtures/demo/site";
import { problem } from "@gigafibre/contracts/problems";
import { visitActionAnswer } from "@gigafibre/contracts/visits";
import type { VisitAction, VisitActionBody } from "@gigafibre/contracts/visits";
import { cookieOf } from "./read-back.ts";
import { openWire } from "./wire.ts";
import type { Wire } from "./wire.ts";
import type { World } from "./world.ts";

export const TECHNICIAN = "tech1@gigafibre.test";
export const OTHER_TECHNICIAN = "tech2@gigafibre.test";

export type Answer =
  | { readonly kind: "applied" | "kept_for_dispatch" }
  | { readonly kind: "refused"; readonly reason: string; readonly missing: readonly string[] };

/** What the phone keeps and sends again. */
const AGAIN = new Set([408, 425, 429]);
const PATIENCE_MS = 180_000;
/** A phone whose clock is years behind. */
const YEARS_MS = 20 * 365 * 86_400_000;

/** What everybody's phones have in common: their way to the hub, and one session, signed in again when it has ended. */
export class Pockets {
  readonly line: Wire;
  readonly #world: World;
  #cookie: Promise<string>;

  private constructor(world: World, line: Wire) {
    this.#world = world;
    this.line = line;
    this.#cookie = this.#signIn();
  }

  static async open(world: World): Promise<Pockets> {
    return new Pockets(world, await openWire(() => world.hub.url));
  }

  #signIn(): Promise<string> {
    return cookieOf(this.#world.erpnextUrl, TECHNICIAN, DEMO_PASSWORD);
  }

  /** One try. @returns null when no answer came */
  async post(action: VisitAction, cookie?: string): Promise<Response | null> {
    try {
      return await fetch(`${this.line.url}/api/field/actions`, {
        method: "POST",
        headers: { "content-type": "application/json", cookie: cookie ?? (await this.#cookie), origin: this.#world.hub.url },
        body: JSON.stringify(action),
        signal: AbortSignal.timeout(60_000),
      });
    } catch {
      return null;
    }
  }

  /** Signs in once for all who were told that the session has ended. */
  async signInAgain(ended: string): Promise<void> {
    if ((await this.#cookie) === ended) this.#cookie = this.#signIn();
    await this.#cookie;
  }

  get cookie(): Promise<string> {
    return this.#cookie;
  }
}

export class Pocket {
  readonly #pockets: Pockets;
  readonly #job: string;
  #sequence = 0;
  #last: string | null = null;

  constructor(pockets: Pockets, job: string) {
    this.#pockets = pockets;
    this.#job = job;
  }

  /** @param clock a phone's clock that is wrong by years, or that is put back before the action is sent */
  make(action: VisitActionBody, clock: "right" | "years_behind" | "put_back" = "right"): VisitAction {
    const now = Date.now() - (clock === "right" ? 0 : YEARS_MS);
    const made = {
      id: randomUUID(), version: 1, sequence: ++this.#sequence, job: this.#job, after: this.#last, action,
      made_at: new Date(now).toISOString(), sent_at: new Date(clock === "put_back" ? now - 3_600_000 : now).toISOString(),
    };
    this.#last = made.id;
    return made;
  }

  /** What follows a refused action does not wait for it. */
  discard(action: VisitAction, before: string | null): void {
    if (this.#last === action.id) this.#last = before;
  }

  get last(): string | null {
    return this.#last;
  }

  async send(action: VisitAction): Promise<Answer> {
    const deadline = Date.now() + PATIENCE_MS;
    for (let pause = 25; Date.now() < deadline; pause = Math.min(pause * 2, 800)) {
      const cookie = await this.#pockets.cookie;
      const answer = await this.#pockets.post(action, cookie);
      const said: unknown = await answer?.json().catch(() => undefined);
      if (answer?.status === 200 && said !== undefined) return { kind: visitActionAnswer.parse(said).outcome };
      if (answer?.status === 401) await this.#pockets.signInAgain(cookie);
      else if (answer && said !== undefined && answer.status < 500 && !AGAIN.has(answer.status)) {
        const { reason, details } = problem.parse(said);
        return { kind: "refused", reason, missing: Array.isArray(details?.["missing"]) ? (details["missing"] as string[]) : [] };
      }
      await wait(pause);
    }
    throw new Error(`${action.action.kind} ${action.id} was not answered within ${PATIENCE_MS / 1000} s`);
  }
}
