/** A live service, or a completed visit, that ERPNext forgot when it was restored from a backup: written there again. */
import type { FastifyInstance } from "fastify";
import type { Committed } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import type { Order } from "../orders/repository.ts";
import { activationKey } from "./activate-job.ts";
import { equipmentOf, factsFor, settingsOf } from "./activation-facts.ts";
import { activationSteps } from "./activation-steps.ts";
import { frozenSteps } from "./repository.ts";
import type { Activation } from "./repository.ts";

const behalf = ({ completed_by }: Activation): { on_behalf_of?: string } => (completed_by ? { on_behalf_of: completed_by } : {});

/** @returns whether the visit had to be completed again. @throws ErpnextRefused */
export async function completeAgain(app: FastifyInstance, activation: Activation, job: ErpnextDocument): Promise<boolean> {
  const status = textOf(job, "status");
  if (status === "Completed") return false;
  await app.erpnext.commit({
    key: `${activationKey(activation)}:visit`,
    ...behalf(activation),
    steps: [{ op: "update", doctype: "Dispatch Job", name: job.name, values: { status: "Completed" }, expect: { status } }],
  });
  return true;
}

/**
 * The unit of work under its own key: the frozen bytes where its documents stand as they stood then, else as of the same day from what stands now,
 * so that the invoice is the one that was made. @throws ErpnextRefused, CannotActivate, Refusal `invoicing_not_ready`
 */
export async function activateAgain(app: FastifyInstance, order: Order, activation: Activation, jobName: string): Promise<Committed> {
  const key = activationKey(activation);
  if (activation.steps !== null) {
    try {
      return await app.erpnext.commit({ key, ...behalf(activation), steps: frozenSteps(app.vault, order.id, activation.steps) });
    } catch (error) {
      if (!(error instanceof ErpnextRefused) || error.step === undefined) throw error;
    }
  }
  const [job, { billing_day }] = [await app.erpnext.get("Dispatch Job", jobName), await settingsOf(app)];
  if (!job) throw new ErpnextRefused(404, "DoesNotExistError", `Dispatch Job ${jobName}`);
  const facts = await factsFor(app, order, job, await equipmentOf(app, textOf(job, "service_location")), billing_day);
  return app.erpnext.commit({
    key,
    ...behalf(activation),
    steps: activationSteps({ ...facts, activated_on: activation.activated_on ?? facts.activated_on }),
  });
}
