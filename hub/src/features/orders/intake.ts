/** How an order is accepted: once, whole, and without waiting for ERPNext. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type pg from "pg";
import type { Checkout, OrderAccepted } from "@gigafibre/contracts/orders";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { reserve } from "../ports/ports.ts";
import type { Drop } from "../ports/ports.ts";
import { CREATE_DOCUMENTS } from "./create-job.ts";
import { canonicalHash, insertOrder, orderOfKey, REBUILT, summaryOf, tokenOf } from "./repository.ts";
import type { Order } from "./repository.ts";
import { buildSteps, orderNotes, phoneLinesOf } from "./steps.ts";
import { refuseUsedCard, verify } from "./verify.ts";
import type { Verified } from "./verify.ts";
import { drawOrderId, drawSecrets } from "./wifi-names.ts";

const ATTEMPTS = 5;
/** Deadlock, serialization failure, and an order number or key that somebody took at the same moment. */
const REPEATABLE = new Set(["40P01", "40001", "23505"]);

/**
 * Accepts an order, or says that it was accepted before.
 * @throws Refusal with the named reason; nothing was kept then.
 */
export async function acceptOrder(app: FastifyInstance, request: FastifyRequest, key: string, body: Checkout): Promise<OrderAccepted> {
  reached("order.received", key);
  const bodyHash = canonicalHash(body);
  const before = await orderOfKey(app.db, key);
  if (before) return replay(app, before, bodyHash);
  await app.restores.requireWhole();

  const verified = await verify(app, request, key, body).catch(async (error: unknown) => {
    // The same order may have been accepted while this one was looked at: what it holds is then no reason to refuse its repeat.
    const meanwhile = await orderOfKey(app.db, key);
    if (meanwhile) return replay(app, meanwhile, bodyHash);
    throw error;
  });
  if ("order_id" in verified) return verified;
  reached("order.verified", key);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const accepted = await transaction(app.db, (client) => keep(app, client, key, bodyHash, verified));
      reached("order.intake_committed", accepted.order_id);
      app.workers.wake(CREATE_DOCUMENTS);
      return accepted;
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (error instanceof Refusal || attempt === ATTEMPTS || typeof code !== "string" || !REPEATABLE.has(code)) throw error;
      request.log.info({ code }, "the order's transaction is repeated");
    }
  }
}

/** The same request gets the same answer, with the order's present state; another under its key gets nothing. */
function replay(app: FastifyInstance, order: Order, bodyHash: string): OrderAccepted {
  if (order.body_hash !== bodyHash && order.body_hash !== REBUILT) throw new Refusal("idempotency_key_reused");
  return accepted(app, order);
}

function accepted(app: FastifyInstance, { id, state }: Pick<Order, "id" | "state">): OrderAccepted {
  return { order_id: id, token: tokenOf(app.vault, id), state, status_url: `/api/orders/${id}` };
}

/** The one local transaction: the key, the day's room, the port, the order, and what must follow. All of it or nothing. */
async function keep(app: FastifyInstance, client: pg.ClientBase, key: string, bodyHash: string, verified: Verified): Promise<OrderAccepted> {
  reached("order.intake_begun", key);
  const { body } = verified;
  // A second press waits here for the first, and then finds its order.
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 4))", [key]);
  const before = await orderOfKey(client, key);
  if (before) return replay(app, before, bodyHash);
  const card = body.payment.method === "stripe_setup" ? body.payment : null;
  if (card) await refuseUsedCard(client, card.stripe_setup_intent);
  if (body.preferred_dates !== "contact_me") {
    const problems = await app.installDates.check(body.preferred_dates, client);
    if (problems.length > 0) throw Refusal.ofFields(problems);
  }

  const id = drawOrderId();
  const drop = await firstFree(client, verified.candidates, id);
  if (!drop) throw new Refusal("port_taken");
  reached("order.port_reserved", id);

  const created_at = new Date();
  const facts = { ...verified, order_id: id, received_at: created_at, drop };
  await insertOrder(client, app.vault, {
    id,
    idempotency_key: key,
    body_hash: bodyHash,
    language: body.customer.language ?? "fr",
    address_uuid: verified.address.uuid,
    fibre_id: drop.id,
    on_request: drop.on_request,
    preferred_dates: body.preferred_dates,
    by_agent: verified.by_agent,
    created_at,
    // Built here and frozen: a retry sends the same bytes, and the WiFi password is drawn once.
    steps: buildSteps({ ...facts, secrets: drawSecrets(phoneLinesOf(verified)) }),
    summary: summaryOf(body, verified.quote, {
      address_label: verified.address.label,
      municipality: verified.address.ville,
      notes: orderNotes(verified),
    }),
    stripe_setup_intent: card?.stripe_setup_intent ?? null,
    stripe_customer: card?.stripe_customer_id ?? null,
  });
  await app.workers.enqueue(client, CREATE_DOCUMENTS, id);
  await recordEvent(client, { key: `order:${id}:received`, kind: "order.received", doctype: "Order", name: id });
  return accepted(app, { id, state: "received" });
}

async function firstFree(client: pg.ClientBase, candidates: readonly Drop[], orderId: string): Promise<Drop | undefined> {
  for (const drop of candidates) {
    if (await reserve(client, drop, orderId)) return drop;
  }
  return undefined;
}
