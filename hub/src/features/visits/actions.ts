/**
 * An action of a technician's phone, from its arrival to ERPNext's answer. It is kept first; then its steps are frozen and sent under its own id
 * with the technician's own session, so that it is applied once however often it arrives, and with no more rights than they have.
 */
import type { FastifyInstance } from "fastify";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { Visit, VisitAction, VisitActionAnswer } from "@gigafibre/contracts/visits";
import { textOf } from "../../erpnext-document.ts";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { Caller, ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { beginFollow, endFollow } from "../follow/repository.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { put } from "../outbox/rows.ts";
import { checkSteps, completeSteps, moveSteps, noteSteps, paymentSteps, signOffSteps } from "./action-steps.ts";
import { ageOf } from "./age.ts";
import { setOutOf } from "./effects.ts";
import type { JobLocks } from "./job-locks.ts";
import { showSignature, tellDispatch } from "./kept.ts";
import { announce } from "./photos.ts";
import { actionRow, freeze, frozenOf, hashOf, keep, settle, thaw } from "./repository.ts";
import type { ActionRow, Frozen } from "./repository.ts";
import { numbersOf, scanSteps } from "./scan-steps.ts";
import type { Profile } from "./scan-steps.ts";
import { enterPayment, noteEntered } from "./site-payment.ts";
import { devicesOf, EQUIPMENT_FIELDS, visitsOf } from "./visit-facts.ts";
import type { Device } from "./visit-facts.ts";

export interface Sender {
  readonly staff: StaffSession;
  readonly caller: Caller;
}

/** What was frozen may have been overtaken by somebody's edit; what is refused so often was not. */
const TRIES = 3;

export const keyOf = (id: string): string => `field:${id}`;

/** @throws Refusal, ErpnextUnavailable: the action stays on the phone, and here */
export async function takeAction(app: FastifyInstance, locks: JobLocks, sender: Sender, action: VisitAction): Promise<VisitActionAnswer> {
  // A restored database is compared first: the phone keeps it meanwhile.
  if (!app.restores.mayWork()) throw new Refusal("temporarily_unavailable");
  return locks.holding(action.job, async () => {
    const row = await keep(app.db, app.vault, sender.staff.user, action);
    if (row.username !== sender.staff.user || row.action_hash !== hashOf(action)) throw new Refusal("action_id_reused");
    reached("field.kept", action.id);
    if (row.state !== "received") return { id: row.id, outcome: row.state, replayed: true, visit: null };
    await waitForEarlier(app, sender, action);
    return apply(app, sender, action, row);
  });
}

/** Order holds within a visit, whatever two tabs send first. */
async function waitForEarlier(app: FastifyInstance, { staff, caller }: Sender, { after }: VisitAction): Promise<void> {
  if (after === null) return;
  const earlier = await actionRow(app.db, after);
  if (earlier) {
    if (earlier.state === "received" || earlier.username !== staff.user) throw new Refusal("earlier_action_first", { details: { after } });
    return;
  }
  // A restore may have made the hub forget it; ERPNext has not.
  if (!(await app.erpnext.find(keyOf(after), caller))) throw new Refusal("earlier_action_first", { details: { after } });
}

async function apply(app: FastifyInstance, sender: Sender, action: VisitAction, row: ActionRow): Promise<VisitActionAnswer> {
  let frozen = row.steps === null ? null : frozenOf(app.vault, row.id, row.steps);
  for (let tried = 1; ; tried++) {
    const job = await app.erpnext.get("Dispatch Job", action.job, sender.caller);
    if (frozen === null) {
      const why = await whyNotTheirs(app, job, sender.staff, action);
      if (why !== null) return keepForDispatch(app, sender, action, why);
      frozen = await decide(app, job as ErpnextDocument, action);
      await freeze(app.db, app.vault, row.id, frozen);
      reached("field.frozen", row.id);
    }
    try {
      await commit(app, sender, action, frozen);
      break;
    } catch (error) {
      if (!(error instanceof ErpnextRefused)) throw error;
      // Signed out meanwhile: nothing was written, and the same steps may be sent again.
      if (error.step === undefined && (error.status === 401 || error.status === 403)) throw new Refusal("sign_in_required", {}, error);
      await thaw(app.db, row.id, error.message);
      frozen = null;
      if (tried === TRIES) throw new Refusal("action_refused", { details: { message: error.step?.message ?? error.message } }, error);
    }
  }
  reached("field.committed", row.id);
  await noteApplied(app, sender, action);
  return { id: row.id, outcome: "applied", replayed: false, visit: action.action.kind === "scan" ? await visitNow(app, sender, action.job) : null };
}

/** Null while the job is the sender's to work on. */
async function whyNotTheirs(app: FastifyInstance, job: ErpnextDocument | null, staff: StaffSession, { action, job: name }: VisitAction): Promise<string | null> {
  if (!job || textOf(job, "assigned_to") !== staff.user) {
    // A session that has ended sees nothing either.
    const standing = job ?? (await app.erpnext.get("Dispatch Job", name));
    if (!job && textOf(standing, "assigned_to") === staff.user) throw new Refusal("sign_in_required");
    return standing ? "elle n'est plus la sienne" : "elle n'existe plus";
  }
  const status = textOf(job, "status");
  if (status === "Cancelled") return "elle a été annulée";
  if (status === "Completed" && !["complete", "photo", "payment"].includes(action.kind)) return "elle était déjà complétée";
  return null;
}

async function commit(app: FastifyInstance, { staff, caller }: Sender, { id }: VisitAction, { by, steps }: Frozen): Promise<void> {
  if (steps.length === 0) return;
  const unit = { key: keyOf(id), steps: [...steps], ...(by === "hub" ? { on_behalf_of: staff.user } : {}) };
  try {
    await app.erpnext.commit(unit, by === "hub" ? undefined : caller);
  } catch (error) {
    // The key was used with other steps: the hub has forgotten, by a restore, that this very action landed.
    if (error instanceof ErpnextRefused && error.exc_type === "KeyReusedError") return;
    throw error;
  }
}

async function decide(app: FastifyInstance, job: ErpnextDocument, { action, ...sent }: VisitAction): Promise<Frozen> {
  const happened_at = new Date(Date.now() - (ageOf(sent) ?? 0));
  const steps = (made: Frozen["steps"]): Frozen => ({ by: "technician", steps: made });
  switch (action.kind) {
    case "set_out":
      return steps(moveSteps(job, "En Route", happened_at));
    case "start":
      return steps(moveSteps(job, "In Progress", happened_at));
    case "check":
      return steps(checkSteps(job, action));
    case "note":
      return steps(noteSteps(job, action));
    case "sign_off":
      return steps(signOffSteps(job, action));
    case "complete": {
      const [visit] = textOf(job, "status") === "Completed" ? [] : await visitsOf(app, [job]);
      return steps(visit ? completeSteps(job, visit, action, happened_at) : []);
    }
    case "scan": {
      const [here, holders, profiles] = await Promise.all([devicesAt(app, job), holdersOf(app, numbersOf(action)), profilesOf(app)]);
      return scanSteps(job, action, here, holders, profiles);
    }
    case "photo":
      // The file comes afterwards; what announces it is the hub's to keep.
      return steps([]);
    case "payment":
      // Of a completed visit only the money is entered; what is written there stands.
      return steps(textOf(job, "status") === "Completed" ? [] : paymentSteps(job, action));
  }
}

async function devicesAt(app: FastifyInstance, job: ErpnextDocument): Promise<Device[]> {
  const listed = (job["equipment_list"] as { service_equipment: string }[] | undefined)?.map(({ service_equipment }) => service_equipment) ?? [];
  const found = await app.erpnext.list<Device>("Service Equipment", {
    fields: EQUIPMENT_FIELDS,
    or_filters: [["service_location", "=", textOf(job, "service_location")], ["name", "in", ["", ...listed]]],
    order_by: "creation asc, name asc",
  });
  return devicesOf(job, found);
}

const profilesOf = (app: FastifyInstance): Promise<Profile[]> =>
  app.erpnext.list<Profile>("Device Profile", { fields: ["name", "modified", "brand", "oui"], filters: [["disabled", "=", 0]], order_by: "name asc" });

/** Every device that carries one of these numbers, wherever it is: a technician sees those of their own visits only. */
async function holdersOf(app: FastifyInstance, { serial_number, gpon_sn, mac_address }: ReturnType<typeof numbersOf>): Promise<Device[]> {
  const serials = [serial_number, gpon_sn].filter((each) => each !== null);
  return app.erpnext.list<Device>("Service Equipment", {
    fields: EQUIPMENT_FIELDS,
    or_filters: [
      ...(serials.length > 0 ? ([["serial_number", "in", serials], ["gpon_sn", "in", serials]] as const) : []),
      ...(mac_address === null ? [] : ([["mac_address", "=", mac_address]] as const)),
    ],
  });
}

async function keepForDispatch(app: FastifyInstance, { staff }: Sender, action: VisitAction, why: string): Promise<VisitActionAnswer> {
  const issue = await tellDispatch(app, staff, action, why);
  await showSignature(app, issue, action);
  const order_id = action.action.kind === "payment" ? textOf(await app.erpnext.get("Dispatch Job", action.job), "order_id") || null : null;
  await transaction(app.db, async (client) => {
    if (!(await settle(client, action.id, "kept_for_dispatch", issue))) return;
    // It shows what was done there, whoever the visit is now.
    if (action.action.kind === "photo") await announce(client, action.id, action.job, action.action);
    // Whoever's visit it is now, the money was received: the charge waits while the Issue is open.
    if (action.action.kind === "payment") await noteEntered(client, action.id, { order_id, amount_cents: action.action.amount_cents, payment_entry: null, issue });
    await recordEvent(client, { key: `field:${action.id}:kept`, kind: "visit.kept_for_dispatch", doctype: "Issue", name: issue });
  });
  return { id: action.id, outcome: "kept_for_dispatch", replayed: false, visit: null };
}

/** Settles it in one local transaction with what follows from it. */
async function noteApplied(app: FastifyInstance, sender: Sender, action: VisitAction): Promise<void> {
  const left = await setOutOf(app, action);
  const entered = action.action.kind === "payment" ? await enterPayment(app, sender.staff, action, action.action, await standing(app, action.job)) : null;
  await transaction(app.db, async (client) => {
    if (!(await settle(client, action.id, "applied"))) return;
    if (left) {
      const news = await beginFollow(client, left.departure);
      if (news) await put(app, client, left.message(news), left.afterSeconds);
    }
    if (action.action.kind === "start" || action.action.kind === "complete") await endFollow(client, action.job);
    if (entered) await noteEntered(client, action.id, entered);
    if (action.action.kind === "photo") await announce(client, action.id, action.job, action.action);
    await recordEvent(client, { key: `field:${action.id}`, kind: "visit.changed", doctype: "Dispatch Job", name: action.job, audience: [sender.staff.user] });
  });
}

async function standing(app: FastifyInstance, name: string): Promise<ErpnextDocument> {
  const job = await app.erpnext.get("Dispatch Job", name);
  if (!job) throw new Error(`the visit ${name} is gone`);
  return job;
}

/** The phone has its answer even where this cannot be read. */
async function visitNow(app: FastifyInstance, { caller }: Sender, name: string): Promise<Visit | null> {
  try {
    const job = await app.erpnext.get("Dispatch Job", name, caller);
    return job ? ((await visitsOf(app, [job]))[0] ?? null) : null;
  } catch (error) {
    app.log.info({ err: error }, "a visit could not be read again after an action");
    return null;
  }
}
