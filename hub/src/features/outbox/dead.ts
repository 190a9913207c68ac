/** Messages that wait for a person. */
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { emailAddress, phoneNumber } from "@gigafibre/contracts/orders";
import { fieldProblemOf } from "@gigafibre/contracts/problems";
import { deadMessage, QUEUE_LIMIT } from "@gigafibre/contracts/queues";
import type { messageContent, Queues } from "@gigafibre/contracts/queues";
import { z } from "zod";
import { Refusal } from "../../plugins/problems.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { numberHash } from "../messages/stops.ts";
import { payloadOf, rowOf, sealed } from "./rows.ts";
import type { OutboxRow } from "./rows.ts";

export async function deadMessages(app: FastifyInstance): Promise<NonNullable<Queues["outbox"]>> {
  const { rows } = await app.db.query<OutboxRow & { waiting: string }>(
    "select *, count(*) over () as waiting from outbox where state in ('dead', 'expired') order by settled_at, key limit $1",
    [QUEUE_LIMIT],
  );
  return {
    waiting: Number(rows[0]?.waiting ?? 0),
    rows: rows.map((row) => deadMessage.parse({ ...row, created_at: row.created_at.toISOString(), settled_at: row.settled_at?.toISOString() ?? null })),
  };
}

const content = z.union([
  z.object({ to: z.string(), body: z.string() }).transform(({ to, body }) => ({ to, title: null, text: body })),
  z.object({ to: z.string(), subject: z.string(), text: z.string() }).transform(({ to, subject, text }) => ({ to, title: subject, text })),
  z.object({ text: z.string() }).transform(({ text }) => ({ to: null, title: null, text })),
  z.object({ type: z.string(), data: z.unknown() }).transform(({ type, data }) => ({ to: null, title: type, text: JSON.stringify(data, null, 2) })),
]);

/** @throws Refusal `not_found` */
export async function contentOf(app: FastifyInstance, key: string): Promise<z.infer<typeof messageContent>> {
  if (!(await rowOf(app.db, key))) throw new Refusal("not_found");
  return { key, ...content.parse(await payloadOf(app.db, app.vault, key)) };
}

/** Whom an SMS or e-mail goes to was wrong: it is dead, or did not arrive. @throws Refusal for what is no number or address */
export async function readdress(client: pg.ClientBase, app: Pick<FastifyInstance, "vault">, key: string, to: string): Promise<void> {
  const { vault } = app;
  const row = await rowOf(client, key);
  if (!row || (row.kind !== "sms" && row.kind !== "email") || (row.state !== "dead" && row.delivery !== "failed")) return;
  const number = phoneNumber.transform((digits) => `+1${digits}`);
  const corrected = (row.kind === "sms" ? number : emailAddress).safeParse(to);
  if (!corrected.success) throw Refusal.ofFields([fieldProblemOf("to", row.kind === "sms" ? "invalid_phone" : "invalid_email")]);
  const payload = (await payloadOf(client, vault, key)) as object;
  const number_hash = row.kind === "sms" ? numberHash(app, corrected.data) : null;
  await client.query("update outbox set payload = $2, number_hash = $3 where key = $1", [key, sealed(vault, key, { ...payload, to: corrected.data }), number_hash]);
}

/** A person lets it be: it stays where it can be sent after all. @returns whether it waited for somebody */
export async function letBe(client: pg.ClientBase, key: string, user: string): Promise<boolean> {
  const undelivered = await client.query("update outbox set let_be_by = $2, let_be_at = now() where key = $1 and kind = 'sms' and let_be_at is null and (delivery = 'failed' or state = 'refused')", [
    key, user,
  ]);
  if (undelivered.rowCount === 1) return true;
  const { rowCount } = await client.query("update outbox set state = 'skipped', last_error = concat_ws(' · ', last_error, $2::text) where key = $1 and state in ('dead', 'expired')", [
    key,
    `let be by ${user}`,
  ]);
  return rowCount === 1;
}

/** One that did not arrive waits again, for whoever let it be. @returns whether it did */
export async function takeBack(client: pg.ClientBase, key: string, user: string): Promise<boolean> {
  const { rowCount } = await client.query("update outbox set let_be_by = null, let_be_at = null where key = $1 and let_be_by = $2", [key, user]);
  return rowCount === 1;
}

export const tellHandled = (client: pg.ClientBase, key: string): Promise<void> =>
  recordEvent(client, { key: `outbox:${key}:handled:${Date.now()}`, kind: "outbox.handled", doctype: "Outbox", name: key });
