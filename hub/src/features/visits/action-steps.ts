/** What an action of a visit writes in ERPNext, from what stands there. Nothing here asks or writes anything. */
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import { dollarsFromCents } from "@gigafibre/contracts/money";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { checkLabel, isMeasured, missingFor, missingId } from "@gigafibre/contracts/visits";
import type { Visit, VisitActionBody, VisitStatus } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { erpnextTime } from "../orders/steps.ts";
import { rowsOf } from "./visit-facts.ts";

type Of<Kind extends VisitActionBody["kind"]> = Extract<VisitActionBody, { kind: Kind }>;

/** What follows what; a technician's session may go forward only, one at a time. */
const FORWARD: readonly VisitStatus[] = ["Scheduled", "En Route", "In Progress", "Completed"];
const STAMPS: Readonly<Partial<Record<VisitStatus, string>>> = { "En Route": "en_route_at", "In Progress": "started_at", Completed: "completed_at" };

/** One write of the job; refused when somebody has changed it since it was read. */
function change(job: ErpnextDocument, values: StepValues): Step {
  return { op: "update", doctype: "Dispatch Job", name: job.name, values, expect: { modified: job.modified } };
}

/** From where the job stands to `target`, through what lies between. @param happened_at when the technician did it */
export function moveSteps(job: ErpnextDocument, target: VisitStatus, happened_at: Date, last: StepValues = {}): Step[] {
  const from = FORWARD.indexOf(textOf(job, "status") as VisitStatus);
  if (from < 0) throw new Refusal("visit_not_scheduled");
  const passed = FORWARD.slice(from + 1, FORWARD.indexOf(target) + 1);
  return passed.map((status, index): Step => {
    const stamp = STAMPS[status];
    const values = { status, ...(stamp ? { [stamp]: erpnextTime(happened_at) } : {}), ...(status === target ? last : {}) };
    return index === 0 ? change(job, values) : { op: "update", doctype: "Dispatch Job", name: job.name, values };
  });
}

const withNote = (job: ErpnextDocument, ...lines: readonly string[]): string => [textOf(job, "notes"), ...lines].filter(Boolean).join("\n");

export const noteSteps = (job: ErpnextDocument, { text }: Of<"note">): Step[] => [change(job, { notes: withNote(job, text) })];

/** `50.00 $, comptant` */
export const paymentText = ({ method, amount_cents, reference }: Of<"payment">): string => `${dollarsFromCents(amount_cents).toFixed(2)} $, ${method === "cash" ? "comptant" : "chèque"} ${reference}`.trim();

export const paymentSteps = (job: ErpnextDocument, action: Of<"payment">): Step[] => [change(job, { notes: withNote(job, `Paiement reçu: ${paymentText(action)}`) })];

/** The checklist's other rows stay as they are. @throws Refusal for a measured check that was done without its value */
export function checkSteps(job: ErpnextDocument, { key, done, value }: Of<"check">): Step[] {
  if (done && isMeasured(key) && value === null) throw Refusal.ofFields([fieldProblemOf("action.value", "required")]);
  const label = checkLabel(key);
  const rows = rowsOf(job, "checklist").map((row) => ({
    label: textOf(row, "label"), required: Number(row["required"] ?? 0), done: Number(row["done"] ?? 0), value: textOf(row, "value"),
  }));
  const row = { label, required: 1, done: done ? 1 : 0, value: value ?? "" };
  const known = rows.some((each) => each.label === label);
  return [change(job, { checklist: known ? rows.map((each) => (each.label === label ? { ...row, required: each.required } : each)) : [...rows, row] })];
}

export function signOffSteps(job: ErpnextDocument, { sign_off }: Of<"sign_off">): Step[] {
  // Without a signature the field stays empty: that is what makes the charge wait for a person.
  if ("without_signature" in sign_off) return [change(job, { notes: withNote(job, `Sans signature: ${sign_off.without_signature}`) })];
  return [change(job, { customer_signature: sign_off.signature, sign_off_name: sign_off.name })];
}

/** @throws Refusal `visit_incomplete` for what is missing without a reason */
export function completeSteps(job: ErpnextDocument, visit: Visit, { left_out }: Of<"complete">, happened_at: Date): Step[] {
  const reasons = new Map(left_out.map(({ what, reason }) => [what, reason]));
  const missing = missingFor(visit);
  const unexplained = missing.map(missingId).filter((id) => !reasons.has(id));
  if (unexplained.length > 0) throw new Refusal("visit_incomplete", { details: { missing: unexplained } });
  const lines = missing.map((each) => {
    const called = each.what === "check" ? checkLabel(each.key) : each.what === "scan" ? `Numérisation ${each.equipment_type}` : "Signature du client";
    return `Non fait - ${called}: ${reasons.get(missingId(each)) ?? ""}`;
  });
  return moveSteps(job, "Completed", happened_at, lines.length > 0 ? { notes: withNote(job, ...lines) } : {});
}
