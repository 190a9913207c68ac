/**
 * The one cache's keys. A live event names a document; from its DocType and name follow the keys that are read again
 * (features/feed/follow-events.ts), so whoever reads a document or what is made of documents says so here.
 */
import type { Touched } from "@gigafibre/contracts/events";

export const keys = {
  doc: (doctype: string, name: string) => ["doc", doctype, name] as const,
  list: (doctype: string, ...asked: readonly unknown[]) => ["list", doctype, ...asked] as const,
  /** All that a customer's page shows. */
  customer: (name: string) => ["customer", name] as const,
  /** What a DocType is made of. */
  meta: (doctype: string) => ["meta", doctype] as const,
  /** What is the hub's own, by the words of TOUCHES (contracts/src/events.ts). */
  hub: (what: Touched, ...asked: readonly unknown[]) => ["hub", what, ...asked] as const,
  /** What an event is about. */
  subject: (doctype: string, name: string) => ["subject", doctype, name] as const,
  /** How somebody is called. */
  person: (user: string) => ["person", user] as const,
  find: (text: string) => ["find", text] as const,
};
