/** `app.addressRegister`: the register and what the plant can do there. */
import fp from "fastify-plugin";
import type pg from "pg";
import type { AddressDetails, AddressSuggestion } from "@gigafibre/contracts/addresses";
import { readDetails } from "./details.ts";
import { AddressSearch } from "./search.ts";

declare module "fastify" {
  interface FastifyInstance {
    addressRegister: {
      /** What can be sold there; null when the register has no such address. With `client`, as the caller's transaction sees it. */
      details(uuid: string, client?: pg.ClientBase): Promise<AddressDetails | null>;
      /** Doors that a text most likely means, best first. */
      suggest(typed: string, limit: number): Promise<AddressSuggestion[]>;
    };
  }
}

export const addresses = fp(
  async (app) => {
    const search = new AddressSearch(app.db);
    app.decorate("addressRegister", {
      details: (uuid, client) => readDetails(client ?? app.db, uuid),
      suggest: (typed, limit) => search.suggest(typed, limit),
    });
  },
  { name: "addresses", dependencies: ["database"] },
);
