/** What follows from a change in ERPNext, whoever made it: the document is fetched again by name, told to live streams and to whoever asked. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { ErpnextRefused } from "../../plugins/erpnext.ts";
import type { ErpnextClient, ErpnextDocument } from "../../plugins/erpnext.ts";
import { transaction } from "../../plugins/database.ts";
import { recordEvent } from "../live-events/record-event.ts";
import { RENAMES } from "./followed.ts";
import type { DocumentRef } from "./hints.ts";

export interface DocumentChange extends DocumentRef {
  readonly event: "changed" | "deleted" | "renamed";
  /** As it stands now; null when nothing has this name any more. */
  readonly document: ErpnextDocument | null;
}

/**
 * Must be idempotent: it is called again until it has returned for the document's present version, by any hub, and not for every version
 * in between. Throwing has it called again later.
 */
export type ChangeHandler = (change: DocumentChange) => Promise<void>;

export interface DocumentChanges {
  /** Called for changes of this DocType, or of every followed one with `*`. Before the hub is ready only. */
  on(doctype: string, handler: ChangeHandler): void;
}

interface Seen {
  told: boolean;
  modified: string;
  deleted: boolean;
  handled: boolean;
  audience: string[];
}

/** @returns null when ERPNext says that there is no such document; any other refusal is thrown, for it says nothing about the document. */
async function fetchDocument(erpnext: ErpnextClient, { doctype, name }: DocumentRef): Promise<ErpnextDocument | null> {
  try {
    const { data } = await erpnext.call("GET", `/api/resource/${encodeURIComponent(doctype)}/${encodeURIComponent(name)}`);
    return data as ErpnextDocument;
  } catch (error) {
    const gone = error instanceof ErpnextRefused && error.status === 404 && !error.message.includes(`DocType ${doctype} not found`);
    if (gone) return null;
    throw error;
  }
}

/** Whether what is gone under this name stands under another. */
async function wasRenamed(erpnext: ErpnextClient, { doctype, name }: DocumentRef): Promise<boolean> {
  if (doctype === RENAMES) return false;
  const filters = [["document_type", "=", doctype], ["old_name", "=", name]] as const;
  const [noted] = await erpnext.list(RENAMES, { filters, limit: 1 });
  return noted !== undefined;
}

/** Whose own a document is: the technician of a job. */
function ownersOf(doctype: string, document: ErpnextDocument | null): string[] {
  const assigned = doctype === "Dispatch Job" ? document?.["assigned_to"] : undefined;
  return typeof assigned === "string" && assigned !== "" ? [assigned] : [];
}

export class Reactions implements DocumentChanges {
  readonly #pool: pg.Pool;
  readonly #erpnext: ErpnextClient;
  readonly #handlers: { doctype: string; handler: ChangeHandler }[] = [];

  constructor(pool: pg.Pool, erpnext: ErpnextClient) {
    this.#pool = pool;
    this.#erpnext = erpnext;
  }

  on(doctype: string, handler: ChangeHandler): void {
    this.#handlers.push({ doctype, handler });
  }

  /**
   * Looks at a document and reacts to the version found, once: a version is told by one event, and every handler is done with it before it is
   * not looked at again.
   * @throws what ERPNext or a handler threw; the same version is then reacted to again.
   */
  async react(ref: DocumentRef): Promise<void> {
    const document = await fetchDocument(this.#erpnext, ref);
    const event = document ? "changed" : (await wasRenamed(this.#erpnext, ref)) ? "renamed" : "deleted";
    const change: DocumentChange = { ...ref, event, document };
    const isNew = await transaction(this.#pool, (client) => note(client, change));
    if (!isNew) return;
    const wanted = this.#handlers.filter(({ doctype }) => doctype === "*" || doctype === ref.doctype);
    const outcomes = await Promise.allSettled(wanted.map(({ handler }) => handler(change)));
    const failures = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, `${ref.doctype} ${ref.name}: not every reaction succeeded`);
    await this.#pool.query(
      "update document_seen set handled = true where doctype = $1 and name = $2 and deleted = $3 and ($3 or modified = $4)",
      [ref.doctype, ref.name, document === null, document?.modified ?? ""],
    );
  }
}

/** Notes the version found and tells it. @returns false when all was done for it before. */
async function note(client: pg.PoolClient, { event, document, ...ref }: DocumentChange): Promise<boolean> {
  const { rows } = await client.query<Seen>(
    "select modified, deleted, handled, told, audience from document_seen where doctype = $1 and name = $2 for update",
    [ref.doctype, ref.name],
  );
  const seen = rows[0];
  const same = seen !== undefined && (document === null ? seen.deleted : !seen.deleted && seen.modified === document.modified);
  if (same && seen.told) return !seen.handled;
  const owners = ownersOf(ref.doctype, document);
  const modified = document?.modified ?? seen?.modified ?? "";
  await client.query(
    `insert into document_seen (doctype, name, modified, deleted, audience) values ($1, $2, $3, $4, $5)
     on conflict (doctype, name)
     do update set modified = excluded.modified, deleted = excluded.deleted, audience = excluded.audience, handled = false, told = true, seen_at = now()`,
    [ref.doctype, ref.name, modified, document === null, owners],
  );
  const kind = `document.${event}` as const;
  // A name may come into use again, after a rename and another back, with the version it had before: only what stands and stood is told apart by it.
  const again = document === null || seen?.deleted ? `:${randomUUID()}` : "";
  await recordEvent(client, {
    key: `${kind}:${ref.doctype}:${ref.name}:${modified}${again}`,
    kind,
    doctype: ref.doctype,
    name: ref.name,
    audience: [...new Set([...owners, ...(seen?.audience ?? [])])],
  });
  return true;
}
