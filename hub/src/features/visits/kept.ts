/** Work on a visit that is no longer its technician's, or is over: it is kept, and dispatch is told in one Issue for each visit and person. */
import type { FastifyInstance } from "fastify";
import type { StaffSession } from "@gigafibre/contracts/session";
import { checkLabel } from "@gigafibre/contracts/visits";
import type { VisitAction, VisitActionBody } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import { raise } from "../issues/raise.ts";
import { escapeHtml } from "../messages/escape-html.ts";
import { paymentText } from "./action-steps.ts";
import { keptIssue } from "./repository.ts";

/** @returns the Issue that tells of it. Once for an action, however often it is called. */
export async function tellDispatch(app: FastifyInstance, staff: StaffSession, action: VisitAction, why: string): Promise<string> {
  const known = await keptIssue(app.db, action.job, staff.user);
  const line = `${action.made_at.slice(0, 16).replace("T", " ")} UTC (heure de l'appareil): ${described(action.action)}`;
  if (known !== null && (await appended(app, known, action, line))) return known;
  const job = await app.erpnext.get("Dispatch Job", action.job);
  const [order_id, service_location] = [textOf(job, "order_id"), textOf(job, "service_location")];
  return raise(app, `field:${action.id}:kept`, {
    subject: `Travail à vérifier ${action.job}`,
    ...(order_id ? { order_id } : {}),
    ...(service_location ? { service_location } : {}),
    ...(job ? { dispatch_job: job.name } : {}),
    lines: [
      `${staff.full_name} (${staff.user}) a envoyé du travail pour la visite ${action.job}, mais ${why}.`,
      "Rien n'a été inscrit dans la visite. Voyez si ce travail compte, et inscrivez-le où il va.",
      line,
    ],
  });
}

/** @returns false where the Issue is gone: another one has to say it */
async function appended(app: FastifyInstance, name: string, action: VisitAction, line: string): Promise<boolean> {
  const key = `field:${action.id}:kept`;
  if (await app.erpnext.find(key)) return true;
  const issue = await app.erpnext.get("Issue", name);
  if (!issue) return false;
  const description = `${textOf(issue, "description")}<p>${escapeHtml(line)}</p>`;
  try {
    await app.erpnext.commit({ key, steps: [{ op: "update", doctype: "Issue", name, values: { description, status: "Open" }, expect: { modified: issue.modified } }] });
    return true;
  } catch (error) {
    // Somebody writes in it at this moment, or has closed it for good.
    if (error instanceof ErpnextRefused && error.step !== undefined) return false;
    throw error;
  }
}

/** The customer's signature stands beside what is told of it: dispatch decides by it what may be charged. Once for an action, however often it is called. */
export async function showSignature(app: FastifyInstance, issue: string, { id, action }: VisitAction): Promise<void> {
  const [, type = "", content = ""] = (action.kind === "sign_off" && "signature" in action.sign_off && /^data:(image\/[a-z]+);base64,(.*)$/.exec(action.sign_off.signature)) || [];
  if (content === "") return;
  const name = `signature-${id}`;
  const shown = await app.erpnext.list("File", { filters: [["attached_to_doctype", "=", "Issue"], ["attached_to_name", "=", issue], ["file_name", "like", `${name}%`]] });
  if (shown.length > 0) return;
  try {
    await app.erpnext.attach({ doctype: "Issue", name: issue }, { name: `${name}.${type.slice("image/".length)}`, type, content: Buffer.from(content, "base64") });
  } catch (error) {
    if (!(error instanceof ErpnextRefused)) throw error;
    app.log.warn({ err: error, issue }, "a signature could not be shown beside its Issue");
  }
}

function described(action: VisitActionBody): string {
  switch (action.kind) {
    case "set_out":
      return "en route";
    case "start":
      return "travail commencé";
    case "scan":
      return `numérisation ${action.label.equipment_type}: ${[action.label.serial_number, action.label.gpon_sn, action.label.mac_address].filter(Boolean).join(", ")}`;
    case "check":
      return `vérification « ${checkLabel(action.key)} »: ${action.done ? "fait" : "non fait"}${action.value === null ? "" : `, ${action.value}`}`;
    case "note":
      return `note: ${action.text}`;
    case "photo":
      return `photo ${action.caption} (jointe à la visite)`.replace("  ", " ");
    case "sign_off":
      return "without_signature" in action.sign_off ? `sans signature: ${action.sign_off.without_signature}` : `signé par ${action.sign_off.name} (signature jointe à ce billet)`;
    case "payment":
      return `paiement reçu: ${paymentText(action)}`;
    case "complete":
      return ["visite complétée", ...action.left_out.map(({ what, reason }) => `${what}: ${reason}`)].join("; ");
  }
}
