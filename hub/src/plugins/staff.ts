import fp from "fastify-plugin";
import { isAgent, staffSession } from "@gigafibre/contracts/session";
import type { StaffSession } from "@gigafibre/contracts/session";
import { ErpnextRefused, ErpnextUnavailable } from "./erpnext.ts";
import { Refusal } from "./problems.ts";

declare module "fastify" {
  interface FastifyInstance {
    /**
     * Who asks, by their ERPNext session's cookie; null without one.
     * @throws Refusal `erpnext_unavailable` when ERPNext cannot be asked.
     */
    staffOf(request: FastifyRequest): Promise<StaffSession | null>;
    /** @throws Refusal `sign_in_required`, `not_allowed` or `erpnext_unavailable`. */
    requireAgent(request: FastifyRequest): Promise<StaffSession>;
  }
}

/** Sessions are ERPNext's; the hub asks it each time, so that a role taken away is gone at once. */
export const staff = fp(
  async (app) => {
    app.decorate("staffOf", async (request) => {
      const sid = request.cookies["sid"];
      if (!sid || sid === "Guest") return null;
      try {
        const { message } = await app.erpnext.call("GET", "/api/method/gigafibre_fsm.api.session.whoami", {
          caller: { cookie: `sid=${encodeURIComponent(sid)}` },
          timeoutMs: 5_000,
        });
        return staffSession.parse(message);
      } catch (error) {
        if (error instanceof ErpnextRefused && (error.status === 401 || error.status === 403)) return null;
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
    });
    app.decorate("requireAgent", async (request) => {
      const session = await app.staffOf(request);
      if (!session) throw new Refusal("sign_in_required");
      if (!isAgent(session)) throw new Refusal("not_allowed");
      return session;
    });
  },
  { name: "staff", dependencies: ["erpnext", "@fastify/cookie"] },
);
