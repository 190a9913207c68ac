/** What only a signed-in agent may ask for, and what ERPNext must say about it at intake. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Checkout } from "@gigafibre/contracts/orders";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import type { FieldProblem } from "@gigafibre/contracts/problems";
import { isAgent } from "@gigafibre/contracts/session";
import { ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import type { InvoiceSettings } from "./invoice-steps.ts";
import type { OrderFacts } from "./steps.ts";

/**
 * Who takes the order: an agent's user, or null for the public. A session is asked about only when the order needs one, so that the public
 * can order while ERPNext is away.
 * @throws Refusal naming each field that is not theirs to use, or missing from the website; `sign_in_required`; `erpnext_unavailable`.
 */
export async function takenBy(app: FastifyInstance, request: FastifyRequest, body: Checkout): Promise<string | null> {
  const forAgents: FieldProblem[] = [
    ...(body.payment.method === "invoice_later" ? [fieldProblemOf("payment.method", "method_for_agents")] : []),
    ...(body.discount ? [fieldProblemOf("discount", "discount_for_agents")] : []),
    ...(body.customer.existing === undefined ? [] : [fieldProblemOf("customer.existing", "customer_for_agents")]),
  ];
  const fromWebsite: FieldProblem[] = [
    ...(body.expected ? [] : [fieldProblemOf("expected", "expected_required")]),
    ...(body.consents ? [] : [fieldProblemOf("consents", "consents_required")]),
  ];
  const problems = [...forAgents, ...fromWebsite];
  if (problems.length === 0) return null;
  if (!request.cookies["sid"]) throw Refusal.ofFields(problems);
  const session = await app.staffOf(request);
  if (!session) throw new Refusal("sign_in_required");
  if (!isAgent(session)) throw Refusal.ofFields(problems);
  return session.user;
}

/** Asks ERPNext what an order cannot do without. @throws Refusal `erpnext_unavailable` when it does not answer. */
async function fromErpnext<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    throw error;
  }
}

export interface KnownCustomer {
  readonly existing: NonNullable<OrderFacts["existing"]>;
  /** A customer's first TV box ever is free. */
  readonly free_tv_box: boolean;
}

/** The customer an agent picked. @throws Refusal `unknown_customer` for the field. */
export async function knownCustomer(app: FastifyInstance, name: string, email: string): Promise<KnownCustomer> {
  return fromErpnext(async () => {
    const [customer, boxes] = await Promise.all([
      app.erpnext.get("Customer", name),
      app.erpnext.list("Service Equipment", {
        filters: [
          ["customer", "=", name],
          ["equipment_type", "=", "Décodeur TV"],
        ],
        limit: 1,
      }),
    ]);
    if (!customer) throw Refusal.ofFields([fieldProblemOf("customer.existing", "unknown_customer")]);
    return {
      existing: { name: customer.name, knows_email: textOf(customer, "email_id")?.toLowerCase() === email },
      free_tv_box: boxes.length === 0,
    };
  });
}

/** Where an invoice goes. @throws Refusal `invoicing_not_ready` naming what the settings lack. */
export async function invoiceSettings(app: FastifyInstance): Promise<InvoiceSettings> {
  return fromErpnext(async () => {
    const settings = await app.erpnext.get("Gigafibre Settings", "Gigafibre Settings");
    const company = textOf(settings, "company");
    const tax_template = textOf(settings, "tax_template");
    const template = tax_template ? await app.erpnext.get("Sales Taxes and Charges Template", tax_template) : null;
    const rows = Array.isArray(template?.["taxes"]) ? (template["taxes"] as Record<string, unknown>[]) : [];
    if (!company || !tax_template || rows.length === 0) {
      throw new Refusal("invoicing_not_ready", { details: { company: company ?? null, tax_template: tax_template ?? null, taxes: rows.length } });
    }
    return {
      company,
      tax_template,
      taxes: rows.map((row) => ({
        charge_type: String(row["charge_type"]),
        account_head: String(row["account_head"]),
        description: String(row["description"] ?? row["account_head"]),
        rate: Number(row["rate"]),
      })),
    };
  });
}

function textOf(document: ErpnextDocument | null, field: string): string | undefined {
  const value = document?.[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}
