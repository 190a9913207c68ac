/** Documents said to have changed, until the hub has looked at them itself. */
import type pg from "pg";
import type { Workers } from "../../plugins/workers.ts";

export const CHANGED_QUEUE = "document-changed";

export interface DocumentRef {
  readonly doctype: string;
  readonly name: string;
}

/** A DocType's name has no slash; a document's may. */
export const subjectOf = ({ doctype, name }: DocumentRef): string => `${doctype}/${name}`;

export function refOf(subject: string): DocumentRef {
  const slash = subject.indexOf("/");
  return { doctype: subject.slice(0, slash), name: subject.slice(slash + 1) };
}

/** Notes, in the caller's transaction, that a document may have changed. Any number of hints leads to one look. */
export async function hint(client: pg.ClientBase, workers: Workers, document: DocumentRef): Promise<void> {
  await client.query(
    `insert into document_hint (doctype, name) values ($1, $2)
     on conflict (doctype, name) do update set hints = document_hint.hints + 1`,
    [document.doctype, document.name],
  );
  await workers.enqueue(client, CHANGED_QUEUE, subjectOf(document));
}

/** How often a document was hinted at since it was last looked at; null when it was not. */
export async function hintsFor(pool: pg.Pool, { doctype, name }: DocumentRef): Promise<number | null> {
  const { rows } = await pool.query<{ hints: number }>("select hints from document_hint where doctype = $1 and name = $2", [doctype, name]);
  return rows[0]?.hints ?? null;
}

/** @returns false when it was hinted at again meanwhile, and must be looked at again. */
export async function settleHints(pool: pg.Pool, { doctype, name }: DocumentRef, hints: number): Promise<boolean> {
  const { rowCount } = await pool.query("delete from document_hint where doctype = $1 and name = $2 and hints = $3", [doctype, name, hints]);
  return rowCount === 1;
}

export async function unsettled(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<DocumentRef>("select doctype, name from document_hint order by hinted_at limit 1000");
  return rows.map(subjectOf);
}
