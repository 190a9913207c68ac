/** A person has an open invoice charged to the card on file: a charge that waits or was declined goes on, any other is asked for. */
import type { FastifyInstance } from "fastify";
import { centsFromDollars } from "@gigafibre/contracts/money";
import { SMALLEST_CHARGE_CENTS } from "@gigafibre/contracts/payments";
import type { ChargeAnswer } from "@gigafibre/contracts/payments";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { chargeAtWord, chargeOf, CHARGES, release } from "./charges.ts";
import { tellCharge } from "./failed.ts";

interface ByPerson {
  readonly invoice: string;
  readonly user: string;
}

/** @throws Refusal `not_found` for an invoice that the person may not read, `invoice_not_open`, `nothing_owed`, `charge_too_small`, `no_card_on_file`, `being_cancelled` */
export async function chargeInvoice(app: FastifyInstance, { invoice, user }: ByPerson, caller: Caller): Promise<ChargeAnswer> {
  const known = (await letGoOn(app, { invoice, user })) ?? (await chargeOf(app.db, invoice));
  if (known && known.state !== "not_charged") return { invoice, state: known.state, reason: known.reason };
  const order_id = await requireChargeable(app, invoice, caller);
  const asked = await transaction(app.db, async (client) => {
    if (!(await chargeAtWord(app, client, { invoice, order_id, user }))) return false;
    await tellCharge(client, invoice, "payment.retried");
    return true;
  });
  if (!asked) throw new Refusal("being_cancelled");
  app.workers.wake(CHARGES);
  return { invoice, state: "waiting", reason: null };
}

async function letGoOn(app: FastifyInstance, { invoice, user }: ByPerson) {
  const released = await transaction(app.db, async (client) => {
    const charge = await release(client, invoice, user);
    if (!charge) return undefined;
    await app.workers.enqueue(client, CHARGES, invoice);
    await tellCharge(client, invoice, "payment.retried");
    return charge;
  });
  if (released) app.workers.wake(CHARGES);
  return released;
}

/** @returns the order that it is of, where it is of one */
async function requireChargeable(app: FastifyInstance, invoice: string, caller: Caller): Promise<string | null> {
  try {
    const document = await app.erpnext.get("Sales Invoice", invoice, caller);
    if (!document) throw new Refusal("not_found");
    if (document["docstatus"] !== 1 || document["is_return"] === 1) throw new Refusal("invoice_not_open");
    const owed = centsFromDollars(Number(document["outstanding_amount"] ?? 0));
    if (owed <= 0) throw new Refusal("nothing_owed");
    if (owed < SMALLEST_CHARGE_CENTS) throw new Refusal("charge_too_small");
    const customer = await app.erpnext.get("Customer", textOf(document, "customer"));
    if (!customer || textOf(customer, "stripe_customer_id") === "" || textOf(customer, "stripe_payment_method") === "") throw new Refusal("no_card_on_file");
    return textOf(document, "order_id") || null;
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_unavailable", {}, error);
    if (error instanceof ErpnextRefused) throw new Refusal("not_found", {}, error);
    throw error;
  }
}
