/** An agent who has something done in one action, from the outside. */
import { randomUUID } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import type { CallAnswer, CallState } from "@gigafibre/contracts/calls";
import { STAFF } from "./erpnext-admin.ts";
import { eventually } from "./world.ts";
import type { World } from "./world.ts";

export class Agent {
  readonly #world: World;
  readonly headers: Record<string, string>;

  private constructor(world: World, sid: string) {
    this.#world = world;
    this.headers = { cookie: `sid=${sid}`, origin: world.hubUrl };
  }

  static async of(world: World, user: string = STAFF.agent): Promise<Agent> {
    return new Agent(world, await world.erpnext.admin.sessionFor(user));
  }

  async get<T>(url: string): Promise<T> {
    const answer = await this.#world.app.inject({ url, headers: this.headers });
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
    return answer.json<T>();
  }

  /** By an id of its own, unless one is given. */
  async asks(what: string, body: object): Promise<LightMyRequestResponse> {
    return this.#world.app.inject({ method: "POST", url: `/api/calls/${what}`, headers: this.headers, payload: JSON.parse(JSON.stringify({ id: randomUUID(), ...body })) as object });
  }

  async done(answer: LightMyRequestResponse): Promise<CallState> {
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.body}`);
    const { id } = answer.json<CallAnswer>();
    return eventually("what was asked for to be done", async () => {
      await this.#world.hurry();
      const now = await this.get<CallState>(`/api/calls/${id}`);
      return now.state !== "under_way" && now;
    }, 60_000);
  }
}
