/**
 * A completed installation becomes a live service: it waits for its ONT's proof or a dispatcher's word, and is then one unit of work, tried with
 * the same key and bytes until ERPNext has answered.
 */
import type { FastifyInstance } from "fastify";
import { PROOF_WITHIN_MINUTES } from "@gigafibre/contracts/queues";
import type { Committed } from "@gigafibre/contracts/unit-of-work";
import { textOf } from "../../erpnext-document.ts";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { liveMessages } from "../messages/live-messages.ts";
import { OUTBOX, put } from "../outbox/rows.ts";
import { orderById, summaryById } from "../orders/repository.ts";
import type { Order } from "../orders/repository.ts";
import { occupy } from "../ports/ports.ts";
import { CannotActivate, equipmentOf, factsFor, ontSerials, settingsOf } from "./activation-facts.ts";
import { activationSteps } from "./activation-steps.ts";
import { askForCharge, CHARGES } from "../payments/charges.ts";
import { raise } from "../issues/raise.ts";
import { evidenceOf } from "./proof.ts";
import { activationOf, freeze, frozenSteps, markLive, noteAttention, noteLook, notePort, noteSerials, thaw, unfinishedActivations } from "./repository.ts";
import type { Activation } from "./repository.ts";

export const ACTIVATE = "activation";

const PROOF_WITHIN_MS = PROOF_WITHIN_MINUTES * 60_000;
/** What was frozen may have been overtaken by a person's edit; what is refused so often was not. */
const REFUSALS = 3;

export const activationKey = ({ job }: Pick<Activation, "job">): string => `activate:${job}`;

export async function activateJob(app: FastifyInstance): Promise<void> {
  await app.workers.add({
    queue: ACTIVATE,
    concurrency: 2,
    retrySeconds: 1,
    maxRetrySeconds: 30,
    work: (orderId) => activate(app, orderId),
    unfinished: () => unfinishedActivations(app.db),
  });
}

async function activate(app: FastifyInstance, orderId: string): Promise<void> {
  const [activation, order] = [await activationOf(app.db, orderId), await orderById(app.db, orderId)];
  // What is being cancelled is not made live; should it stay after all, it is looked at again.
  if (!activation || !order || (activation.state === "waiting" && activation.steps === null && order.cancellation !== null)) return;
  try {
    if (activation.state === "live") return await takePort(app, activation);
    const ready = activation.steps === null ? await decide(app, order, activation) : activation;
    if (ready?.steps) await commit(app, order, ready, ready.steps);
  } catch (error) {
    if (error instanceof CannotActivate || (error instanceof Refusal && error.reason === "invoicing_not_ready")) {
      return putBeforePeople(app, activation, error instanceof Refusal ? "il manque la compagnie ou le modèle de taxes dans Gigafibre Settings" : error.message);
    }
    throw error;
  }
}

/** Asks ERPNext and the devices whether it may go live now, and freezes what will be written. @returns undefined while it waits */
async function decide(app: FastifyInstance, order: Order, activation: Activation): Promise<Activation | undefined> {
  await noteLook(app.db, order.id);
  const job = await app.erpnext.get("Dispatch Job", activation.job);
  if (!job) throw new CannotActivate("la visite n'existe plus");
  if (textOf(job, "status") !== "Completed") return undefined;
  const { critical_dbm, billing_day } = await settingsOf(app);
  const equipment = await equipmentOf(app, textOf(job, "service_location"));
  const onts = ontSerials(equipment);
  const serials = onts.flatMap(({ names }) => names);
  // Noted before the devices are asked: one that informs from here on finds who waits for it.
  await transaction(app.db, async (client) => {
    await noteSerials(client, order.id, serials, critical_dbm);
    // Told once it is known whose proof is waited for, and again where that has changed.
    await recordEvent(client, { key: `order:${order.id}:awaiting_proof:${serials.join(",")}`, kind: "order.awaiting_proof", doctype: "Dispatch Job", name: activation.job });
  });
  const { proof, heard } = await evidenceOf(app.db, serials, order.created_at, critical_dbm);
  const overridden = textOf(job, "proof_override_reason") !== "";
  if (!proof && !overridden) {
    if (Date.now() - activation.completed_at.getTime() >= PROOF_WITHIN_MS) await tellUnproven(app, activation, job, serials, heard?.rx_power_dbm ?? null);
    return undefined;
  }
  const facts = await factsFor(app, order, job, equipment, billing_day);
  const ont = onts.find(({ names }) => proof !== null && names.includes(proof.serial)) ?? onts[0];
  await freeze(app.db, app.vault, order.id, {
    steps: activationSteps(facts),
    proof: proof ? "inform" : "override",
    port_serial: ont?.port_serial ?? null,
    activated_on: facts.activated_on,
  });
  reached("activation.frozen", order.id);
  return activationOf(app.db, order.id);
}

async function commit(app: FastifyInstance, order: Order, activation: Activation, sealed: string): Promise<void> {
  const key = activationKey(activation);
  let answer: Committed;
  try {
    answer = await app.erpnext.commit({
      key,
      ...(activation.completed_by ? { on_behalf_of: activation.completed_by } : {}),
      steps: frozenSteps(app.vault, order.id, sealed),
    });
  } catch (error) {
    // It landed with other steps, before PostgreSQL was restored: that is what stands.
    const landed = error instanceof ErpnextRefused && error.status === 409 ? await app.erpnext.find(key) : null;
    if (landed) return noteLive(app, order, activation, landed);
    if (!(error instanceof ErpnextRefused) || error.step === undefined) throw error;
    // Nothing was kept, so the key is free for other steps.
    await thaw(app.db, order.id);
    if (activation.refusals + 1 < REFUSALS) throw error;
    const { step } = error;
    return putBeforePeople(app, activation, `${step.exc_type}: ${step.op} ${step.doctype}: ${step.message}`);
  }
  reached("activation.committed", order.id);
  await noteLive(app, order, activation, answer);
}

/** Notes, in one local transaction, that the service is live, and what follows. Done once however often it is called. */
export async function noteLive(app: FastifyInstance, order: Order, activation: Activation, answer: Committed): Promise<void> {
  const summary = await summaryById(app.db, app.vault, order.id);
  const invoice = answer.documents.find(({ doctype }) => doctype === "Sales Invoice")?.name ?? null;
  await transaction(app.db, async (client) => {
    if (!(await markLive(client, order.id))) return;
    await client.query(
      `update order_intake set state = 'live', updated_at = now(), documents = documents || $2 where id = $1 and state <> 'cancelled'`,
      [order.id, JSON.stringify(invoice === null ? {} : { invoice })],
    );
    const charged = invoice !== null && summary.payment_method === "stripe_setup";
    if (charged) await askForCharge(app, client, { invoice, order_id: order.id, job: activation.job });
    const told = { invoice: invoice ?? order.documents["invoice"] ?? null, charged };
    for (const message of liveMessages(app, order, summary, told)) await put(app, client, message);
    await recordEvent(client, { key: `order:${order.id}:live`, kind: "order.live", doctype: "Dispatch Job", name: activation.job });
  });
  reached("activation.live", order.id);
  app.workers.wake(CHARGES);
  app.workers.wake(OUTBOX);
  await takePort(app, { ...activation, state: "live" });
}

/** The drop goes from the order to the ONT. One that somebody else has by now is theirs to sort out, with us. */
async function takePort(app: FastifyInstance, activation: Activation): Promise<void> {
  if (activation.port !== "reserved") return;
  await noteLook(app.db, activation.order_id);
  // Made live without a scan, its ONT may have become known since.
  const serial = activation.port_serial ?? (activation.location ? ontSerials(await equipmentOf(app, activation.location))[0]?.port_serial : undefined);
  if (!serial) return;
  const occupied = await transaction(app.db, async (client) => {
    const taken = await occupy(client, activation.order_id, serial);
    if (taken) await notePort(client, activation.order_id, "occupied");
    return taken;
  });
  if (occupied) return;
  const { rows } = await app.db.query<{ id: string; sn: string | null }>(
    "select fibre.id, sn from fibre join order_intake on fibre_id = fibre.id where order_intake.id = $1",
    [activation.order_id],
  );
  await raise(app, `${activationKey(activation)}:port`, {
    subject: `Port à vérifier ${activation.order_id}`,
    order_id: activation.order_id,
    dispatch_job: activation.job,
    lines: [
      `Le service est actif, mais le raccordement ${rows[0]?.id ?? ""} porte « ${rows[0]?.sn ?? ""} » et non la réservation de la commande.`,
      `L'ONT installé est ${serial}. Rien n'a été écrasé: corrigez le plan de fibre.`,
    ],
  });
  await transaction(app.db, async (client) => {
    await notePort(client, activation.order_id, "mismatch");
    await recordEvent(client, { key: `order:${activation.order_id}:port`, kind: "order.needs_attention", doctype: "Order", name: activation.order_id });
  });
}

/** No proof came in time: once, to the dispatchers' queue. */
async function tellUnproven(app: FastifyInstance, activation: Activation, job: ErpnextDocument, serials: readonly string[], rxPower: number | null): Promise<void> {
  if (activation.unproven_issue !== null) return;
  const issue = await raise(app, `${activationKey(activation)}:unproven`, {
    subject: `Service sans preuve ${activation.order_id}`,
    order_id: activation.order_id,
    dispatch_job: activation.job,
    service_location: textOf(job, "service_location"),
    lines: [
      `L'installation ${activation.job} est complétée depuis deux heures et rien ne prouve que le service fonctionne.`,
      serials.length === 0 ? "Aucun ONT n'est inscrit à cette adresse." : `ONT: ${serials.join(", ")}. ${rxPower === null ? "Aucun signal reçu depuis la commande." : `Dernier signal: ${rxPower} dBm.`}`,
      "Corrigez la cause, ou inscrivez la raison dans « Proof override reason » de la visite pour activer le service.",
    ],
  });
  await transaction(app.db, async (client) => {
    await client.query("update activation set unproven_issue = $2 where order_id = $1", [activation.order_id, issue]);
    await recordEvent(client, { key: `order:${activation.order_id}:unproven`, kind: "order.unproven", doctype: "Dispatch Job", name: activation.job });
  });
}

async function putBeforePeople(app: FastifyInstance, activation: Activation, reason: string): Promise<void> {
  app.log.warn({ order: activation.order_id, reason }, "a service could not be made live");
  await raise(app, `${activationKey(activation)}:refused:${activation.refusals}`, {
    subject: `Activation à traiter ${activation.order_id}`,
    order_id: activation.order_id,
    dispatch_job: activation.job,
    lines: [
      `Le service de la commande ${activation.order_id} n'a pas pu être activé. Rien n'a été écrit ni facturé; le raccordement reste réservé.`,
      `Raison: ${reason}`,
      "Corrigez la cause, puis relancez l'activation dans les files du bureau, ou enregistrez de nouveau la visite.",
    ],
  });
  await transaction(app.db, async (client) => {
    await noteAttention(client, activation.order_id, reason);
    await recordEvent(client, {
      key: `order:${activation.order_id}:activation:${activation.refusals}`,
      kind: "order.needs_attention",
      doctype: "Dispatch Job",
      name: activation.job,
    });
  });
}
