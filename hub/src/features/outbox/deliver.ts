/**
 * Delivery, at least once by the row and once in effect by each channel's own means: whatever may have left is looked for before it is sent
 * again, and what cannot be looked for carries the same id each time.
 */
import type { FastifyInstance } from "fastify";
import { reached } from "../../moments.ts";
import { transaction } from "../../plugins/database.ts";
import { isStopped, numberHash, obey, saysStopped } from "../messages/stops.ts";
import { recordEvent } from "../live-events/record-event.ts";
import type { Channel } from "./channel.ts";
import { chatChannel } from "./chat.ts";
import { emailChannel } from "./email.ts";
import { aboutOf, backToWaiting, beginSending, noteUncertain, OUTBOX, payloadOf, rowOf, settle, unsettledKeys } from "./rows.ts";
import type { MessageKind, OutboxRow, SmsPayload } from "./rows.ts";
import { smsChannel } from "./sms.ts";
import { webhookChannel } from "./webhook.ts";

const CONCURRENCY = 4;
/** About two hours of trying, with the delays below. */
const MAX_ATTEMPTS = 20;

export async function deliverJob(app: FastifyInstance): Promise<void> {
  const channels: Readonly<Record<MessageKind, Channel>> = {
    sms: smsChannel(app.config),
    email: emailChannel(app),
    chat: chatChannel(app.config),
    webhook: webhookChannel(app.config),
  };
  await app.workers.add({
    queue: OUTBOX,
    concurrency: CONCURRENCY,
    paused: app.config.OUTBOX_PAUSED,
    retrySeconds: 2,
    maxRetrySeconds: 600,
    work: (key) => deliver(app, channels, key),
    unfinished: () => unsettledKeys(app.db),
  });
}

async function deliver(app: FastifyInstance, channels: Readonly<Record<MessageKind, Channel>>, key: string): Promise<void> {
  const row = await rowOf(app.db, key);
  if (row?.state !== "waiting" && row?.state !== "sending") return;
  const channel = channels[row.kind];
  const payload = await payloadOf(app.db, app.vault, key);

  const expired = row.not_after.getTime() < Date.now();
  if (row.state === "sending" && channel.find && channel.missing === null) {
    try {
      const found = await channel.find(payload, row);
      if (found) {
        await settle(app.db, key, "done", found);
        reached(`outbox.${row.kind}_recorded`, key);
        return;
      }
    } catch (error) {
      // Not knowing whether it left, it is not sent again; unless its time is over, in which case people are told of the doubt.
      const doubt = `could not be looked up: ${error instanceof Error ? error.message : String(error)}`;
      if (expired) return giveUp(app, row, "expired", doubt);
      await noteUncertain(app.db, key, doubt);
      throw error;
    }
  }
  if (expired) return giveUp(app, row, "expired", row.last_error ?? "its time had passed");
  if (channel.missing !== null) {
    await settle(app.db, key, "skipped", { error: channel.missing });
    return;
  }
  if (row.kind === "sms" && (await isStopped(app, (payload as SmsPayload).to))) return giveUp(app, row, "refused", "the number asked for no more messages (STOP)");
  if (row.attempts >= MAX_ATTEMPTS) return giveUp(app, row, "dead", row.last_error ?? "too many attempts");

  const sending = await beginSending(app.db, key);
  if (!sending) return;
  reached(`outbox.${row.kind}_sending`, key);
  const outcome = await channel.send(payload, sending);
  reached(`outbox.${row.kind}_sent`, key);
  switch (outcome.result) {
    case "sent":
      await settle(app.db, key, "done", outcome.provider_ref === undefined ? {} : { provider_ref: outcome.provider_ref });
      reached(`outbox.${row.kind}_recorded`, key);
      return;
    case "refused":
      if (row.kind !== "sms" || !saysStopped(outcome.error)) return giveUp(app, row, "dead", outcome.error);
      await transaction(app.db, (client) => obey(client, numberHash(app, (payload as SmsPayload).to), "stop"));
      return giveUp(app, row, "refused", outcome.error);
    case "not_sent":
      await backToWaiting(app.db, key, outcome.error);
      break;
    case "uncertain":
      await noteUncertain(app.db, key, outcome.error);
      break;
  }
  throw new Error(outcome.error);
}

/** Puts the message before people, who may press retry; one that is refused is only seen not to have left. */
async function giveUp(app: FastifyInstance, row: OutboxRow, state: "dead" | "expired" | "refused", error: string): Promise<void> {
  app.log[state === "refused" ? "info" : "error"]({ message: row.key, error }, `a message is ${state}`);
  await transaction(app.db, async (client) => {
    if (!(await settle(client, row.key, state, { error }))) return;
    const key = `outbox:${row.key}:${state}:${Date.now()}`;
    await recordEvent(client, state === "refused" ? { key, kind: "message.failed", ...(await aboutOf(client, row.key)) } : { key, kind: "outbox.dead", doctype: "Outbox", name: row.key });
  });
}
