/** Brings what a search led to into view, and says that it is it. */
export const documentId = (doctype: string, name: string): string => `document:${doctype}/${name}`;

const SHOWN_MS = 2_500;

/** @param path `DocType/name` */
export function focusDocument(path: string): boolean {
  const element = document.getElementById(`document:${path}`);
  if (!element) return false;
  element.scrollIntoView({ block: "center" });
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.classList.add("sought");
  setTimeout(() => element.classList.remove("sought"), SHOWN_MS);
  return true;
}
