/** Who writes from a number, as the person who asks may know it. */
import type { FastifyInstance } from "fastify";
import type { WaitingConversation } from "@gigafibre/contracts/conversations";
import type { Caller, Row } from "../../plugins/erpnext.ts";
import { textOf } from "../find/question.ts";
import { phoneSpellings } from "../leads/lead-steps.ts";
import { e164Of, stoppedAmong } from "./stops.ts";

type Whose = Pick<WaitingConversation, "number" | "stopped" | "customer" | "lead">;
interface Numbered {
  readonly number: string;
  readonly customer: string | null;
}

const known = (row: Row | undefined, title: string): Whose["customer"] => (row ? { name: textOf(row, "name"), title: textOf(row, title) || textOf(row, "name") } : null);

/**
 * @returns of each its people; null for those of a customer whom the person may not see
 * @throws ErpnextUnavailable
 */
export async function peopleOf(app: FastifyInstance, of: readonly Numbered[], caller: Caller): Promise<(Whose | null)[]> {
  if (of.length === 0) return [];
  const customers = [...new Set(of.flatMap(({ customer }) => customer ?? []))];
  const spelled = of.flatMap(({ number, customer }) => (customer === null && number.startsWith("+1") ? phoneSpellings(number.slice(2)) : []));
  const [{ lists }, stopped] = await Promise.all([
    app.erpnext.lists(
      [
        { as: "customers", doctype: "Customer", fields: ["name", "customer_name"], filters: [["name", "in", customers]] },
        ...(spelled.length === 0 ? [] : [{ as: "leads", doctype: "Lead", fields: ["name", "lead_name", "mobile_no", "phone"], or_filters: ["mobile_no", "phone"].map((field) => [field, "in", spelled]), order_by: "creation asc" }]),
      ],
      caller,
    ),
    stoppedAmong(app, of.map(({ number }) => number)),
  ]);
  return of.map(({ number, customer }) => {
    const found = known(lists["customers"]?.find((row) => row["name"] === customer), "customer_name");
    if (customer !== null && found === null) return null;
    const lead = customer === null ? lists["leads"]?.find((row) => ["mobile_no", "phone"].some((field) => e164Of(textOf(row, field)) === number)) : undefined;
    return { number, stopped: stopped.has(number), customer: found, lead: known(lead, "lead_name") };
  });
}
