/** Where the app notes that a document has another name: Frappe changes nothing of the document by which that could be found, and calls no webhook. */
export const RENAMES = "Document Rename";

/** The DocTypes the hub reacts to: those for which the app on the site sends webhooks (its customizations/webhooks.json). */
export const FOLLOWED = [
  "Customer",
  "Contact",
  "Service Location",
  "Service Subscription",
  "Service Equipment",
  "Dispatch Job",
  "Project",
  "Task",
  "Issue",
  "Lead",
  "Item",
  "Item Price",
  "Technician",
  "Holiday List",
  "Gigafibre Settings",
  "Sales Invoice",
  "Payment Entry",
  RENAMES,
] as const;

/** DocTypes with one document, named after them; ERPNext keeps no table of them to list. */
const SINGLES: ReadonlySet<string> = new Set(["Gigafibre Settings"]);

export const isFollowed = (doctype: string): boolean => (FOLLOWED as readonly string[]).includes(doctype);
export const isSingle = (doctype: string): boolean => SINGLES.has(doctype);
