/** A visit moved by a dispatcher: one unit of work, with their own session, if it still stands as they saw it. */
import type { FastifyInstance } from "fastify";
import { changedMeanwhile, dayOf, localTimeAt, minuteOf } from "@gigafibre/contracts/board";
import type { BoardJob, MoveAnswer, MoveRequest } from "@gigafibre/contracts/board";
import { heldUntil } from "@gigafibre/contracts/quiet-hours";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { erpnextTime } from "../orders/steps.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { jobNow } from "./facts.ts";
import { letGo } from "./holds.ts";
import { askNotice, noteMoved, noticeRow, NOTICES } from "./notice-rows.ts";

const MOVABLE: ReadonlySet<string> = new Set(["Open", "Scheduled"]);

/** From what is asked only, so that a repeat sends the same bytes. */
export function stepOf(name: string, { technician, start, minutes, modified }: Pick<MoveRequest, "technician" | "start" | "minutes" | "modified">): Step {
  const values =
    technician === null || start === null
      ? { status: "Open", assigned_to: null, scheduled_start: null, scheduled_end: null }
      : { status: "Scheduled", assigned_to: technician, scheduled_start: `${start}:00`, scheduled_end: `${localTimeAt(dayOf(start), Math.min(minuteOf(start) + minutes, 24 * 60 - 1))}:00` };
  return { op: "update", doctype: "Dispatch Job", name, values, expect: { modified } };
}

/** @throws Refusal, ErpnextUnavailable while it is only read */
export async function moveJob(app: FastifyInstance, staff: StaffSession, caller: Caller, name: string, request: MoveRequest): Promise<MoveAnswer> {
  // Asked for before the move: should this hub die after it, what then stands is still told.
  if (request.tell_customer) await transaction(app.db, (client) => askNotice(app, client, name));
  const { replayed } = await commit(app, staff, caller, name, request);
  const now = await jobNow(app, name, caller).catch((error: unknown) => {
    throw error instanceof ErpnextUnavailable ? new Refusal("erpnext_outcome_unknown", {}, error) : error;
  });
  if (!now) throw new Refusal("not_found");
  await transaction(app.db, async (client) => {
    await noteMoved(client, name, staff, request.tell_customer ? undefined : now.job.start);
    await letGo(client, name);
    await recordEvent(client, { key: `board:${request.id}`, kind: "visit.changed", doctype: "Dispatch Job", name, audience: now.job.technician ? [now.job.technician] : [] });
  });
  if (request.tell_customer) app.workers.wake(NOTICES);
  const told = await noticeRow(app.db, name);
  return { job: now.job, replayed, held_until: heldUntil(app.config.QUIET_HOURS, erpnextTime(new Date()).slice(0, 16), [told?.told_start ?? null, now.job.start]) };
}

async function commit(app: FastifyInstance, staff: StaffSession, caller: Caller, name: string, request: MoveRequest): Promise<{ replayed: boolean }> {
  try {
    return await app.erpnext.commit({ key: `board:${request.id}`, steps: [stepOf(name, request)] }, caller);
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_outcome_unknown", {}, error);
    if (error instanceof ErpnextRefused) throw await refusalOf(app, staff, caller, name, error);
    throw error;
  }
}

async function refusalOf(app: FastifyInstance, staff: StaffSession, caller: Caller, name: string, error: ErpnextRefused): Promise<Refusal> {
  if (error.exc_type === "KeyReusedError") return new Refusal("action_id_reused", {}, error);
  if (error.step === undefined && (error.status === 401 || error.status === 403)) return new Refusal("sign_in_required", {}, error);
  const now = await jobNow(app, name, caller);
  if (!now) return new Refusal("not_found", {}, error);
  if (!MOVABLE.has(now.job.status)) return new Refusal("visit_under_way", { details: await whoChanged(app, staff, now) }, error);
  if (error.step?.exc_type === "ExpectationError") return new Refusal("visit_changed_meanwhile", { details: await whoChanged(app, staff, now) }, error);
  if (error.status === 403 || error.step?.exc_type === "WorkflowPermissionError") return new Refusal("not_allowed", {}, error);
  return new Refusal("move_refused", { details: { message: error.step?.message ?? error.message } }, error);
}

/** By name where the hub knows it: a dispatcher reads no users. */
async function whoChanged(app: FastifyInstance, staff: StaffSession, { job, document }: { job: BoardJob; document: Readonly<Record<string, unknown>> }): Promise<Record<string, unknown>> {
  const user = textOf(document, "modified_by");
  const { rows } = await app.db.query<{ moved_by_name: string | null }>("select moved_by_name from visit_notice where moved_by = $1 order by updated_at desc limit 1", [user]);
  const by = user === staff.user ? staff.full_name : (rows[0]?.moved_by_name ?? user);
  return changedMeanwhile.parse({ by, job });
}
