/** Messages that PostgreSQL calls unsent, and that may have left in the time it forgot. */
import { rowsInState, settle, payloadOf } from "../outbox/rows.ts";
import type { OutboxRow, SmsPayload } from "../outbox/rows.ts";
import { smsAbout, smsChannel } from "../outbox/sms.ts";
import { reasonOf } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";

const LIMIT = 10_000;

export async function compareMessages(comparison: Comparison): Promise<void> {
  if (!comparison.hubForgot) return;
  const { db } = comparison.app;
  const rows = [...(await rowsInState(db, "waiting", LIMIT)), ...(await rowsInState(db, "sending", LIMIT))];
  for (const row of rows) {
    // An outbound webhook keeps its id: whoever receives it knows a repeat.
    if (row.kind === "sms") await lookUp(comparison, row);
    else if (row.kind !== "webhook") await holdBack(comparison, row, row.kind === "email" ? "SMTP" : "chat");
  }
}

/** Twilio has it, or it never left: then it goes. */
async function lookUp(comparison: Comparison, row: OutboxRow): Promise<void> {
  const { app, apply } = comparison;
  const channel = smsChannel(app.config);
  if (channel.missing !== null || !channel.find) return holdBack(comparison, row, channel.missing ?? "Twilio");
  try {
    const payload = (await payloadOf(app.db, app.vault, row.key)) as SmsPayload;
    const since = await firstPossible(comparison, row);
    // Of a rebuilt order the words may differ.
    const found = (await channel.find(payload, { ...row, sending_since: since })) ?? (await smsAbout(app.config, { to: payload.to, about: row.subject, since }));
    if (!found) return;
    if (apply) await settle(app.db, row.key, "done", found);
    comparison.note("message_found", row.key);
  } catch (error) {
    await holdBack(comparison, row, reasonOf(error));
  }
}

/** It cannot have left before its order came. */
async function firstPossible({ app }: Comparison, row: OutboxRow): Promise<Date> {
  const { rows } = await app.db.query<{ created_at: Date }>("select created_at from order_intake where id = $1", [row.subject]);
  return rows[0] && rows[0].created_at < row.created_at ? rows[0].created_at : row.created_at;
}

async function holdBack(comparison: Comparison, row: OutboxRow, why: string): Promise<void> {
  if (comparison.apply) await settle(comparison.app.db, row.key, "skipped", { error: `may have left before the restore: ${why}` });
  comparison.note("message_held", row.key, why);
}
