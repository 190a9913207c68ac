/** An order or a service is cancelled: in ERPNext by one unit of work, then at the hub in one transaction with what follows from it. */
import type { FastifyInstance } from "fastify";
import type { CallAnswer } from "@gigafibre/contracts/calls";
import type { Cancelled, CancellationPreview, Credit } from "@gigafibre/contracts/cancellation";
import { localDate } from "@gigafibre/contracts/dates";
import { textOf } from "../../erpnext-document.ts";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { addresseeOf } from "../messages/addressee.ts";
import { Waits } from "../calls/calls.ts";
import type { Asked, CallWork } from "../calls/calls.ts";
import { endFollow } from "../follow/repository.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { cancelledMessages } from "../messages/cancelled-messages.ts";
import type { Addressee } from "../messages/addressee.ts";
import { invoiceSettings } from "../orders/agent-rules.ts";
import { beginCancelling, letGoCancelling, markCancelled, summaryById, workKey } from "../orders/repository.ts";
import type { Order } from "../orders/repository.ts";
import { put } from "../outbox/rows.ts";
import { CARD_RELEASES, GIVE_BACK, giveBack, releaseCard } from "../payments/give-back.ts";
import { isAsked, resumeCharges, stopCharges } from "../payments/charges.ts";
import { ofOrder } from "../payments/payable.ts";
import { closeLink } from "../payments/payment-links.ts";
import { free } from "../ports/ports.ts";
import { cancellationFacts } from "./facts.ts";
import type { CancellationFacts } from "./facts.ts";
import { creditFor, isInstalled, planOf, previewOf } from "./plan.ts";
import type { CancellationPlan } from "./plan.ts";

/** What is asked, as it is kept. */
export interface CancellationBody {
  readonly of: Cancelled;
  readonly credit: Credit;
  readonly seen: string;
  readonly reason?: string | undefined;
}

interface Plan extends CancellationPlan {
  readonly addressee: Addressee | null;
  readonly attempt: Pick<Order, "id" | "attempt" | "state"> | null;
}

/** Until then a customer cancels by themselves. */
const BEFORE = new Set(["Open", "Scheduled"]);

export async function preview(app: FastifyInstance, of: Cancelled, credit: Credit, byCustomer: boolean): Promise<CancellationPreview> {
  const facts = await cancellationFacts(app, of);
  requireCancellable(facts, byCustomer);
  return previewOf(facts, credit, localDate(new Date()));
}

/** @throws Refusal `already_cancelled`, `installation_begun` */
function requireCancellable(facts: CancellationFacts, byCustomer: boolean): void {
  const gone = facts.location ? textOf(facts.location, "status") === "Cancelled" && facts.order?.state !== "needs_attention" : false;
  if (facts.order?.state === "cancelled" || gone) throw new Refusal("already_cancelled");
  if (!byCustomer) return;
  const begun = facts.jobs.some((job) => !BEFORE.has(textOf(job, "status")));
  // Its visit is neither open nor planned any more: it was completed.
  const over = facts.location !== null && facts.jobs.length === 0;
  if (isInstalled(facts) || begun || over || ["en_route", "in_progress", "awaiting_proof", "live"].includes(facts.order?.state ?? "")) throw new Refusal("installation_begun");
}

export function cancellation(app: FastifyInstance): (asked: { readonly id: string; readonly body: CancellationBody; readonly asked_by: string | null }) => Promise<CallAnswer> {
  async function decide({ body, present, asked_by }: Asked<CancellationBody>) {
    const facts = await cancellationFacts(app, body.of);
    const today = localDate(new Date());
    requireCancellable(facts, asked_by === null);
    if (facts.busy) throw new Waits("its documents are being made, or it is being made live");
    const seen = previewOf(facts, body.credit, today);
    if (facts.unsettled && creditFor(facts, body.credit) !== "none") throw new Refusal("payment_unsettled");
    if (facts.charge_under_way) throw new Waits("its card is being asked, or what it paid is being entered");
    // Whoever pressed is shown what it is now; what a charge under way has changed since is as they were told.
    if (present && seen.seen !== body.seen) throw new Refusal("call_changed", { details: { now: seen } });
    if (facts.order && !facts.location && (await app.erpnext.find(workKey(facts.order)))) throw new Waits("its documents stand, and the hub has yet to note it");
    const settings = creditFor(facts, body.credit) === "unused_days" ? await invoiceSettings(app) : null;
    const { steps, plan } = planOf(facts, { credit: body.credit, reason: body.reason, today, settings });
    const { order } = facts;
    return {
      steps,
      plan: { ...plan, addressee: await addresseeFor(order, facts), attempt: order && { id: order.id, attempt: order.attempt, state: order.state } },
    };
  }

  async function addresseeFor(order: Order | null, { customer }: CancellationFacts): Promise<Addressee | null> {
    const now = customer ? addresseeOf(customer) : null;
    if (!order) return now;
    const { customer_name, email, phone } = await summaryById(app.db, app.vault, order.id);
    return { name: now?.name ?? customer_name, language: order.language, phone: now?.phone ?? phone, email: now?.email ?? email, customer: now?.customer ?? null };
  }

  const work: CallWork<CancellationBody, Plan> = {
    kind: "cancellation",
    decide,
    async freeze({ id }, { attempt, undone }, within) {
      if (attempt === null) return transaction(app.db, within);
      let waits = false;
      try {
        // The pages that pay it are closed, and the cards that would be asked are not, in the transaction that says so.
        await closeLink(app, ofOrder(attempt.id), async (client) => {
          // The order's row first: a card that is asked for beside this is asked before it, and seen, or not at all.
          const begun = await beginCancelling(client, attempt, id);
          // What stays owed may still be charged.
          const stopped = undone ? await stopCharges(client, attempt.id) : !(await isAsked(client, attempt.id));
          if (!begun || !stopped) {
            waits = true;
            throw new Waits(`${attempt.id} has moved on`);
          }
          await within(client);
        });
      } catch (error) {
        if (waits || error instanceof Refusal || !(error instanceof Error) || error.constructor !== Error) throw error;
        throw new Waits(`${attempt.id} was paid meanwhile`, { cause: error });
      }
    },
    async letGo(client, { id }) {
      for (const order of await letGoCancelling(client, id)) await resumeCharges(client, order);
    },
    async settle(client, { id, asked_by }, plan, answer) {
      const credit = answer.documents.find(({ as }) => as?.startsWith("credit"))?.name ?? null;
      const freed = plan.fibre === null || (await free(client, plan.fibre, { order: plan.order, serials: plan.serials }));
      if (plan.order !== null) {
        await markCancelled(client, plan.order);
        await client.query("delete from activation where order_id = $1 and state = 'waiting'", [plan.order]);
        if (plan.nothing_owed) await client.query("delete from payment_link where order_id = $1", [plan.order]);
        for (const { payment_intent, amount_cents } of plan.refunds) {
          await giveBack(app, client, { key: `${id}:${payment_intent}`, order_id: plan.order, payment_intent, amount_cents, credit_note: credit });
        }
      }
      for (const job of plan.jobs) await endFollow(client, job);
      if (plan.location !== null) await client.query("delete from port_activation where location = $1", [plan.location]);
      if (plan.card !== null) await releaseCard(app, client, plan.card);
      const about = plan.order ?? plan.location ?? id;
      if (plan.addressee) {
        const { installed, refund_cents, by_hand_cents, nothing_owed, devices } = plan;
        for (const message of cancelledMessages(app, plan.addressee, { call: id, about, installed, refund_cents, by_hand_cents, nothing_owed, devices, by: asked_by })) await put(app, client, message);
      }
      const [doctype, name] = plan.order === null ? ["Service Location", plan.location ?? ""] : ["Order", plan.order];
      await recordEvent(client, { key: `call:${id}`, kind: "order.cancelled", doctype, name });
      if (!freed) await recordEvent(client, { key: `call:${id}:port`, kind: "order.needs_attention", doctype, name });
      const retrieval = answer.documents.find(({ as }) => as === "retrieval")?.name;
      return { ...(credit === null ? {} : { credit }), ...(retrieval === undefined ? {} : { job: retrieval }) };
    },
    wakes: [GIVE_BACK, CARD_RELEASES],
  };
  return app.calls.add(work);
}
