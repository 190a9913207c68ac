/** What the app on the site notes when a document is given another name. */
import { z } from "zod";
import type { ErpnextDocument } from "../../plugins/erpnext.ts";

export interface Rename {
  readonly doctype: string;
  readonly from: string;
  readonly to: string;
}

const noted = z
  .object({ document_type: z.string(), old_name: z.string(), new_name: z.string() })
  .transform(({ document_type: doctype, old_name: from, new_name: to }): Rename => ({ doctype, from, to }));

/** @returns null when the note itself is gone. */
export function renameOf(document: ErpnextDocument | null): Rename | null {
  return document ? noted.parse(document) : null;
}
