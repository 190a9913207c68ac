/** What a document of ERPNext's says, as it came over REST. */

/** A text of it; empty where there is none. */
export const textOf = (document: Readonly<Record<string, unknown>> | null, field: string): string => {
  const value = document?.[field];
  return typeof value === "string" ? value.trim() : "";
};
