import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { findAnswer, findQuery } from "@gigafibre/contracts/find";
import { problem } from "@gigafibre/contracts/problems";
import { isAgent } from "@gigafibre/contracts/session";
import { asPerson, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { doorProbes, doubtfulProbes, isProbe, mayBeAddress, probesFor } from "./question.ts";
import type { Probe } from "./question.ts";
import { best, ranked } from "./ranking.ts";
import type { Ranked } from "./ranking.ts";

const ORDERS = 10;
/** As many as a person reads through. */
const DOORS = 8;
const orderProbe: Probe = { as: "orders", kind: "order", doctype: "Order", looked: ["name"] };

/** Anyone and anything by what is said of it, in one call of ERPNext; a second one where nobody is spelled so. */
export async function find(app: FastifyInstance): Promise<void> {
  async function asked(probes: ReturnType<typeof probesFor>, typed: string, caller: Caller, certain: boolean): Promise<Ranked[]> {
    if (probes.length === 0) return [];
    const { lists } = await app.erpnext.lists(probes, caller);
    return probes.filter(isProbe).flatMap((probe) => ranked(probe, lists[probe.as] ?? [], typed, certain));
  }

  async function orders(typed: string): Promise<Ranked[]> {
    if (!/^[A-Za-z0-9-]{4,40}$/.test(typed)) return [];
    const { rows } = await app.db.query<{ name: string; state: string; customer: string | null }>(
      "select id as name, documents ->> 'customer' as customer from order_intake where id ilike '%' || $1 || '%' order by created_at desc limit $2",
      [typed, ORDERS],
    );
    return ranked(orderProbe, rows, typed, false);
  }

  app.withTypeProvider<ZodTypeProvider>().get(
    "/api/find",
    {
      config: { access: "staff" },
      schema: {
        tags: ["find"],
        summary: "Anyone and anything, by what is said of it",
        description:
          "A name (accents and a slip forgiven), a phone in any spelling or its last digits, an e-mail, an address (as the website's search understands it), an invoice, a serial, a MAC address, " +
          "an order or a legacy id. At most 20, best first, of what the person may read in ERPNext; orders for those who take them.",
        querystring: findQuery,
        response: { 200: findAnswer, 503: problem },
      },
    },
    async (request) => {
      const typed = request.query.q;
      const caller = asPerson(request);
      try {
        const [there, here] = await Promise.all([asked(probesFor(typed), typed, caller, true), request.staff && isAgent(request.staff) ? orders(typed) : []]);
        const found = [...there, ...here];
        if (found.some(({ hit }) => hit.kind === "customer" || hit.kind === "location")) return { hits: best(found) };
        const doors = mayBeAddress(typed) ? await app.addressRegister.suggest(typed, DOORS) : [];
        const meant = await Promise.all([asked(doubtfulProbes(typed), typed, caller, false), asked(doorProbes(doors.map(({ uuid }) => uuid)), typed, caller, true)]);
        return { hits: best([...found, ...meant.flat()]) };
      } catch (error) {
        if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
        throw error;
      }
    },
  );
}
