/** Customers who may be the one on the phone. For agents: the public never learns who exists. */
import type { FastifyInstance } from "fastify";
import type { Caller, Filter } from "../../plugins/erpnext.ts";
import { writtenPhone } from "./steps.ts";

export interface Sought {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Ten digits. */
  readonly phone?: string | undefined;
}

export interface Candidate {
  readonly name: string;
  readonly customer_name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  /** What they share with the one sought, the surest first. */
  readonly same: ("email" | "phone" | "name")[];
}

interface Row extends Record<string, unknown> {
  readonly name: string;
  readonly customer_name: string;
  readonly email_id?: string | null;
  readonly mobile_no?: string | null;
  readonly primary_address?: string | null;
}

const LIMIT = 20;
const digits = (text: string): string => text.replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Asked with the agent's own session, so that ERPNext's permissions hold. */
export async function candidates(app: FastifyInstance, sought: Sought, caller: Caller): Promise<Candidate[]> {
  const or_filters: Filter[] = [];
  if (sought.email) or_filters.push(["email_id", "=", sought.email]);
  if (sought.phone) or_filters.push(["mobile_no", "like", `%${writtenPhone(sought.phone).replaceAll("-", "%")}%`]);
  if (sought.name) or_filters.push(["customer_name", "like", `%${sought.name.replace(/[\\%_]/g, "\\$&").replace(/\s+/g, "%")}%`]);
  if (or_filters.length === 0) return [];
  const rows = await app.erpnext.list<Row>(
    "Customer",
    {
      fields: ["name", "customer_name", "email_id", "mobile_no", "primary_address"],
      filters: [["disabled", "=", 0]],
      or_filters,
      order_by: "modified desc",
      limit: LIMIT,
    },
    caller,
  );
  return rows.map((row) => candidateOf(row, sought)).sort((a, b) => b.same.length - a.same.length);
}

function candidateOf(row: Row, sought: Sought): Candidate {
  const same: Candidate["same"] = [];
  if (sought.email && row.email_id?.toLowerCase() === sought.email) same.push("email");
  if (sought.phone && row.mobile_no && digits(row.mobile_no) === sought.phone) same.push("phone");
  if (sought.name && folded(row.customer_name).includes(folded(sought.name))) same.push("name");
  return {
    name: row.name,
    customer_name: row.customer_name,
    email: row.email_id ?? null,
    phone: row.mobile_no ?? null,
    address: row.primary_address ?? null,
    same,
  };
}
