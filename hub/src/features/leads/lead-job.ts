import type { FastifyInstance } from "fastify";
import type { AddressDetails } from "@gigafibre/contracts/addresses";
import type { Committed, Step } from "@gigafibre/contracts/unit-of-work";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { ErpnextClient, ErpnextDocument, Filter } from "../../plugins/erpnext.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { freezeSteps, keyOf, nextAttempt, settleWish, waitingWish, waitingWishes, wishNeedsAttention } from "./intake.ts";
import type { LeadIntake } from "./intake.ts";
import { extendedLead, newLead, phoneSpellings } from "./lead-steps.ts";

export const LEADS_QUEUE = "leads";
/** One wish at a time, over all hubs: two of the same person would both find nobody, and ERPNext compares e-mails but not phones. */
export const ONE_AT_A_TIME = 4_002;
/** Refusals that come from someone else having been faster; the wish is looked at again. */
const OVERTAKEN = new Set(["DuplicateEntryError", "UniqueValidationError", "ExpectationError", "DoesNotExistError"]);
const ATTEMPTS = 5;

export async function addLeadsWorker(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: LEADS_QUEUE,
    concurrency: 1,
    retrySeconds: 1,
    maxRetrySeconds: 60,
    work: (id) =>
      transaction(app.db, async (client) => {
        await client.query("select pg_advisory_xact_lock($1)", [ONE_AT_A_TIME]);
        await bringToErpnext(app, id);
      }),
    unfinished: () => waitingWishes(app.db),
  });
}

/** The first Lead that answers to any of these filters. */
async function firstLead(erpnext: ErpnextClient, ...same: Filter[]): Promise<ErpnextDocument | null> {
  for (const filter of same) {
    const [found] = await erpnext.list("Lead", { filters: [filter], order_by: "creation asc", limit: 1 });
    if (found) return erpnext.get("Lead", found.name);
  }
  return null;
}

async function stepsFor(app: FastifyInstance, intake: LeadIntake, address: AddressDetails): Promise<Step[]> {
  if (intake.steps) return intake.steps;
  const { wish } = intake;
  const byEmail = wish.email ? await firstLead(app.erpnext, ["email_id", "=", wish.email]) : null;
  const spellings = wish.phone ? phoneSpellings(wish.phone) : [];
  // However it was typed.
  const byPhone = wish.phone ? await firstLead(app.erpnext, ["mobile_no", "in", spellings], ["phone", "in", spellings]) : null;
  const lead = byEmail ?? byPhone;
  const phoneIsAnothers = byEmail !== null && byPhone !== null && byEmail.name !== byPhone.name;
  const steps = lead ? extendedLead(lead, wish, address, { phoneIsAnothers }) : newLead(wish, address);
  await freezeSteps(app.db, app.vault, intake.id, steps);
  return steps;
}

/** @throws ErpnextUnavailable, to be tried again with the same key and bytes. */
async function bringToErpnext(app: FastifyInstance, id: string): Promise<void> {
  for (;;) {
    const intake = await waitingWish(app.db, app.vault, id);
    if (!intake) return;
    const address = await app.addressRegister.details(intake.wish.address_uuid);
    if (!address) return wishNeedsAttention(app.db, id, "its address is no longer in the register");
    const steps = await stepsFor(app, intake, address);
    try {
      const answer = await app.erpnext.commit({ key: keyOf(intake), steps });
      return await noteLead(app, id, steps, answer);
    } catch (error) {
      if (!(error instanceof ErpnextRefused) || !error.step) throw error;
      if (!OVERTAKEN.has(error.step.exc_type) || intake.attempt >= ATTEMPTS) {
        app.log.error({ err: error, lead_intake: id }, "ERPNext refused a lead; a person has to look");
        return wishNeedsAttention(app.db, id, `${error.step.exc_type}: ${error.step.message}`);
      }
      await nextAttempt(app.db, id);
    }
  }
}

async function noteLead(app: FastifyInstance, id: string, steps: readonly Step[], answer: Committed): Promise<void> {
  const lead = answer.documents[0]?.name;
  if (lead === undefined) throw new Error(`lead ${id}: the unit of work names no document`);
  const state = steps[0]?.op === "insert" ? "created" : "extended";
  await transaction(app.db, async (client) => {
    await settleWish(client, id, { state, lead });
    // One more wish of someone known is a change of their Lead, told as such.
    if (state === "created") await recordEvent(client, { key: `lead:${id}:created`, kind: "lead.created", doctype: "Lead", name: lead });
  });
}
