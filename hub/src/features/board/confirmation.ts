/** A yes to the date of a visit: a mark on it, while it still stands as the customer was told. */
import type { FastifyInstance } from "fastify";
import type { Step } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import { erpnextTime } from "../orders/steps.ts";
import { localOf } from "./facts.ts";
import { toldAt } from "./notice-rows.ts";

export interface Answered {
  readonly job: string;
  readonly customer: string;
  readonly step: Step;
}

/** The visit that whoever writes from this number was asked about; null where none is, or where it was moved meanwhile. @throws ErpnextUnavailable */
export async function visitAnswered(app: FastifyInstance, number_hash: string): Promise<Answered | null> {
  const told = await toldAt(app.db, number_hash, erpnextTime(new Date()).slice(0, 16));
  const job = told ? await app.erpnext.get("Dispatch Job", told.job) : null;
  if (!told || !job || textOf(job, "status") !== "Scheduled" || localOf(job, "scheduled_start") !== told.told_start) return null;
  const start = `${told.told_start}:00`;
  return { job: job.name, customer: textOf(job, "customer"), step: { op: "update", doctype: "Dispatch Job", name: job.name, values: { confirmed_start: start }, expect: { scheduled_start: start, status: "Scheduled" } } };
}
