/** Many visits moved in one unit of work, with the technician whose absence moves them: all, or nothing. */
import type { FastifyInstance } from "fastify";
import type { BoardJob, MovesAnswer, MovesRequest } from "@gigafibre/contracts/board";
import { heldUntil } from "@gigafibre/contracts/quiet-hours";
import type { StaffSession } from "@gigafibre/contracts/session";
import type { Step, StepValues } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused, ErpnextUnavailable } from "../../plugins/erpnext.ts";
import type { Caller } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { erpnextTime } from "../orders/steps.ts";
import { rowsOf } from "../visits/visit-facts.ts";
import { jobNow } from "./facts.ts";
import { letGo } from "./holds.ts";
import { stepOf } from "./move.ts";
import { askNotice, noteMoved, noticeRow, NOTICES } from "./notice-rows.ts";

/** @throws Refusal, ErpnextUnavailable while it is only read */
export async function moveMany(app: FastifyInstance, staff: StaffSession, caller: Caller, request: MovesRequest): Promise<MovesAnswer> {
  const names = request.moves.map(({ job }) => job);
  // As with one: asked for before, so that what then stands is told whatever becomes of this hub.
  if (request.tell_customer) await transaction(app.db, async (client) => each(names, (name) => askNotice(app, client, name)));
  const { replayed } = await commit(app, caller, request);
  const jobs = await Promise.all(names.map((name) => now(app, name, caller)));
  await transaction(app.db, (client) =>
    each(jobs, async ({ name, start, technician }) => {
      await noteMoved(client, name, staff, request.tell_customer ? undefined : start);
      await letGo(client, name);
      await recordEvent(client, { key: `board:${request.id}:${name}`, kind: "visit.changed", doctype: "Dispatch Job", name, audience: technician ? [technician] : [] });
    }),
  );
  if (request.tell_customer) app.workers.wake(NOTICES);
  const held = request.tell_customer ? (await Promise.all(jobs.map((job) => laterOf(app, job)))).filter((until) => until !== null).sort() : [];
  return { jobs, replayed, held: held.length, held_until: held.at(-1) ?? null };
}

/** One after the other: they share a connection. */
async function each<T>(all: readonly T[], one: (of: T) => Promise<void>): Promise<void> {
  for (const of of all) await one(of);
}

async function now(app: FastifyInstance, name: string, caller: Caller): Promise<BoardJob> {
  const found = await jobNow(app, name, caller).catch((error: unknown) => {
    throw error instanceof ErpnextUnavailable ? new Refusal("erpnext_outcome_unknown", {}, error) : error;
  });
  if (!found) throw new Refusal("not_found");
  return found.job;
}

async function laterOf(app: FastifyInstance, { name, start }: BoardJob): Promise<string | null> {
  const told = await noticeRow(app.db, name);
  return told?.told_start === start ? null : heldUntil(app.config.QUIET_HOURS, erpnextTime(new Date()).slice(0, 16), [told?.told_start ?? null, start]);
}

async function commit(app: FastifyInstance, caller: Caller, request: MovesRequest): Promise<{ replayed: boolean }> {
  const key = `board:${request.id}`;
  try {
    return await app.erpnext.commitOnce(key, async () => ({ key, steps: [...(await absenceSteps(app, caller, request.away)), ...request.moves.map((move) => stepOf(move.job, move))] }), caller);
  } catch (error) {
    if (error instanceof ErpnextUnavailable) throw new Refusal("erpnext_outcome_unknown", {}, error);
    if (error instanceof ErpnextRefused) throw refusalOf(error);
    throw error;
  }
}

function refusalOf(error: ErpnextRefused): Refusal {
  if (error.step === undefined && (error.status === 401 || error.status === 403)) return new Refusal("sign_in_required", {}, error);
  if (error.step?.exc_type === "ExpectationError" || error.step?.exc_type === "WorkflowPermissionError") return new Refusal("visits_changed_meanwhile", {}, error);
  if (error.status === 403) return new Refusal("not_allowed", {}, error);
  return new Refusal("move_refused", { details: { message: error.step?.message ?? error.message } }, error);
}

/** A technician's absences as they would be: one more, or that one no longer. */
async function absenceSteps(app: FastifyInstance, caller: Caller, away: MovesRequest["away"]): Promise<Step[]> {
  if (away === null) return [];
  const technician = await app.erpnext.get("Technician", away.technician, caller);
  if (!technician) throw new Refusal("not_found");
  const standing = rowsOf(technician, "absences").map((row): StepValues => ({ from_date: textOf(row, "from_date"), to_date: textOf(row, "to_date"), reason: textOf(row, "reason") || null }));
  const index = standing.findIndex(({ from_date, to_date, reason }) => from_date === away.from && to_date === away.to && reason === (away.reason || null));
  // As it is already.
  if (away.is_away === index >= 0) return [{ op: "expect", doctype: "Technician", filters: { name: technician.name }, count: 1 }];
  const absences = away.is_away ? [...standing, { from_date: away.from, to_date: away.to, reason: away.reason || null }] : standing.toSpliced(index, 1);
  return [{ op: "update", doctype: "Technician", name: technician.name, values: { absences }, expect: { modified: technician.modified } }];
}
