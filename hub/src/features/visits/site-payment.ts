/**
 * Cash or a cheque that a technician received: a draft Payment Entry in their name, which holds the card's charge until the office submits or
 * discards it. It is the hub's to write: a technician has no part in the books.
 */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { localDate } from "@gigafibre/contracts/dates";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import type { VisitAction, VisitActionBody } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { raise } from "../issues/raise.ts";
import { owedBy } from "../payments/on-site.ts";
import { paymentText } from "./action-steps.ts";
import { rowsOf } from "./visit-facts.ts";

type Payment = Extract<VisitActionBody, { kind: "payment" }>;

export interface Entered {
  readonly order_id: string | null;
  readonly amount_cents: number;
  readonly payment_entry: string | null;
  readonly issue: string | null;
}

/** Once for an action, however often it is called. @throws ErpnextUnavailable */
export async function enterPayment(app: FastifyInstance, staff: StaffSession, action: VisitAction, payment: Payment, job: ErpnextDocument): Promise<Entered> {
  const entered = { order_id: textOf(job, "order_id") || null, amount_cents: payment.amount_cents };
  const key = `field:${action.id}:payment`;
  try {
    const { documents } = await app.erpnext.commitOnce(key, async () => ({ key, on_behalf_of: staff.user, steps: [await draftStep(app, staff, payment, job)] }));
    return { ...entered, payment_entry: documents[0]?.name ?? "", issue: null };
  } catch (error) {
    if (!(error instanceof ErpnextRefused)) throw error;
    return { ...entered, payment_entry: null, issue: await tellUnentered(app, staff, action, payment, job, error.step?.message ?? error.message) };
  }
}

export async function noteEntered(client: pg.ClientBase, action: string, { order_id, amount_cents, payment_entry, issue }: Entered): Promise<void> {
  await client.query(
    "insert into site_payment (action, order_id, amount_cents, payment_entry, issue) values ($1, $2, $3, $4, $5) on conflict do nothing",
    [action, order_id, amount_cents, payment_entry, issue],
  );
}

/** Against what the order owes, oldest first; before its first invoice it is an advance that says whose order it is. */
async function draftStep(app: FastifyInstance, staff: StaffSession, payment: Payment, job: ErpnextDocument): Promise<Step> {
  const order_id = textOf(job, "order_id");
  const [settings, owed] = await Promise.all([app.erpnext.get("Gigafibre Settings", "Gigafibre Settings"), owedBy(app, order_id ? [order_id] : [])]);
  const company = await app.erpnext.get("Company", textOf(settings, "company"));
  const { mode, account } = await whereItGoes(app, payment.method, company, settings);
  const invoices = owed.get(order_id)?.invoices ?? [];
  let left = payment.amount_cents;
  const references = invoices.flatMap((invoice): StepValues[] => {
    const allocated = Math.min(left, Math.round(invoice.outstanding_amount * 100));
    left -= allocated;
    return allocated > 0 ? [{ reference_doctype: "Sales Invoice", reference_name: invoice.name, allocated_amount: dollarsFromCents(allocated) }] : [];
  });
  const amount = dollarsFromCents(payment.amount_cents);
  const values: Readonly<Record<string, StepValues[string] | undefined>> = {
    payment_type: "Receive",
    party_type: "Customer",
    party: invoices[0]?.customer ?? textOf(job, "customer"),
    company: company?.name,
    paid_from: invoices[0]?.debit_to || textOf(settings, "receivable_account") || textOf(company, "default_receivable_account") || undefined,
    mode_of_payment: mode || undefined,
    paid_to: account || undefined,
    paid_amount: amount,
    received_amount: amount,
    reference_no: payment.reference || order_id || job.name,
    reference_date: localDate(new Date()),
    order_id: order_id || undefined,
    custom_remarks: 1,
    remarks: `Reçu sur place (${paymentText(payment)}) par ${staff.full_name}, visite ${job.name}${order_id ? `, commande ${order_id}` : ""}. À vérifier par le bureau avant de le soumettre.`,
    references: references.length > 0 ? references : undefined,
  };
  return { op: "insert", doctype: "Payment Entry", values: Object.fromEntries(Object.entries(values).filter((entry): entry is [string, StepValues[string]] => entry[1] !== undefined)) };
}

/** The company's own way of taking cash or cheques; the account is the office's to correct on the draft. */
async function whereItGoes(app: FastifyInstance, method: Payment["method"], company: ErpnextDocument | null, settings: ErpnextDocument | null): Promise<{ mode: string; account: string }> {
  const modes = await app.erpnext.list<{ name: string; type: string }>("Mode of Payment", { fields: ["name", "type"], filters: [["enabled", "=", 1]], order_by: "name asc" });
  const found = method === "cash" ? modes.find(({ type }) => type === "Cash") : modes.find(({ name }) => /^ch(e|è)que$/i.test(name));
  const mode = found ? await app.erpnext.get("Mode of Payment", found.name) : null;
  const own = rowsOf(mode, "accounts").find((row) => textOf(row, "company") === company?.name);
  const usual = textOf(company, method === "cash" ? "default_cash_account" : "default_bank_account");
  return { mode: mode?.name ?? "", account: textOf(own ?? null, "default_account") || usual || textOf(settings, "payment_account") };
}

async function tellUnentered(app: FastifyInstance, staff: StaffSession, { id, job: name }: VisitAction, payment: Payment, job: ErpnextDocument, reason: string): Promise<string> {
  const order_id = textOf(job, "order_id");
  return raise(app, `field:${id}:payment`, {
    subject: `Paiement sur place à inscrire ${order_id || name}`,
    ...(order_id ? { order_id } : {}),
    dispatch_job: name,
    lines: [
      `${staff.full_name} (${staff.user}) a reçu ${paymentText(payment)} à la visite ${name}.`,
      `Le brouillon n'a pas pu être écrit: ${reason}`,
      "Inscrivez ce paiement, puis fermez ce billet: la carte du client n'est pas débitée d'ici là.",
    ],
  });
}
