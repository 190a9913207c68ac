/** Numbers to which no SMS leaves any more, for whoever has them asked so. Kept as keyed hashes. */
import { createHmac } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type pg from "pg";
import { phoneNumber } from "@gigafibre/contracts/orders";

/** A number as it is dialled, whoever typed it. @returns null for what is none of North America's */
export function e164Of(typed: string): string | null {
  const digits = phoneNumber.safeParse(typed);
  return digits.success ? `+1${digits.data}` : /^\+[1-9]\d{6,14}$/.test(typed) ? typed : null;
}

export const numberHash = ({ vault }: Pick<FastifyInstance, "vault">, number: string): string =>
  createHmac("sha256", vault.derive("phone-numbers")).update(e164Of(number) ?? number).digest("base64url");

export async function isStopped(app: FastifyInstance, number: string): Promise<boolean> {
  return (await stoppedAmong(app, [number])).size > 0;
}

/** Those of them that are stopped, as they are spelled here. */
export async function stoppedAmong(app: FastifyInstance, numbers: readonly string[]): Promise<Set<string>> {
  if (numbers.length === 0) return new Set();
  const hashes = numbers.map((number) => numberHash(app, number));
  const { rows } = await app.db.query<{ number_hash: string }>("select number_hash from sms_stop where number_hash = any($1)", [hashes]);
  const stopped = new Set(rows.map(({ number_hash }) => number_hash));
  return new Set(numbers.filter((_, index) => stopped.has(hashes[index] ?? "")));
}

/** Obeys a wish, in the transaction that keeps the message which said it. */
export async function obey(client: pg.ClientBase, hash: string, wish: "stop" | "start"): Promise<void> {
  await client.query(wish === "stop" ? "insert into sms_stop (number_hash) values ($1) on conflict do nothing" : "delete from sms_stop where number_hash = $1", [hash]);
}

/** Twilio was told before we were: it lets nothing through to that number. */
export const saysStopped = (error: string | null): boolean => /\b21610\b/.test(error ?? "");
