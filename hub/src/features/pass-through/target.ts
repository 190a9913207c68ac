/** Which address of ERPNext's a request is for, in one spelling only: what is checked here is what is sent there. */
import { Refusal } from "../../plugins/problems.ts";

export interface Target {
  /** Path and query, as they are sent to ERPNext. */
  readonly path: string;
}

const METHOD_PREFIX = "/api/method/";
const DOCUMENT_PREFIXES = ["/api/resource/", "/api/v2/document/"];
const FILE_PREFIXES = ["/files/", "/private/files/"];

const METHOD_NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/**
 * Methods that no browser calls through the hub, whatever ERPNext's permissions say.
 *
 * Units of work are composed by the hub, never by a page: their steps are its business rules. A password is told by the hub alone, one at a
 * time, and leaves a trace. The hub's own keys are shown in Desk, and the doctor asks for itself.
 */
const CLOSED_METHODS = ["gigafibre_fsm.api.unit_of_work", "gigafibre_fsm.api.device_secrets", "gigafibre_fsm.api.devices", "gigafibre_fsm.api.setup", "gigafibre_fsm.api.doctor", "frappe.client.get_password"];

/**
 * Parameters that Frappe obeys before it looks at the path: `cmd` runs another method than the path names, `sid` is another session than
 * the cookie's.
 */
const OVERRIDING = new Set(["cmd", "sid"]);

export function isOverriding(parameter: string): boolean {
  return OVERRIDING.has(parameter);
}

/** A path's segment in one spelling. @throws Refusal for one that a server on the way might read as another path. */
function segmentOf(encoded: string, options: { slashes: boolean }): string {
  const decoded = decode(encoded);
  const parts = decoded.split("/");
  const ambiguous =
    decoded === "" ||
    parts.some((part) => part === "." || part === "..") ||
    (parts.length > 1 && !options.slashes) ||
    [...decoded].some((character) => character < " " || character === "\u007f" || character === "\\") ||
    // Encoded twice: a server on the way might decode it twice.
    /%(?:2e|2f|5c|00)/i.test(decoded);
  if (ambiguous) throw new Refusal("not_found");
  return encodeURIComponent(decoded);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal("not_found");
  }
}

function pathOf(raw: string): string {
  if (raw.startsWith(METHOD_PREFIX)) {
    const method = raw.slice(METHOD_PREFIX.length);
    if (!METHOD_NAME.test(method)) throw new Refusal("not_found");
    if (CLOSED_METHODS.some((closed) => method === closed || method.startsWith(`${closed}.`))) throw new Refusal("not_allowed");
    return raw;
  }
  const documents = DOCUMENT_PREFIXES.find((prefix) => raw.startsWith(prefix));
  // A document's name may hold a slash, which its client wrote as %2F; a file's may not.
  const prefix = documents ?? FILE_PREFIXES.find((candidate) => raw.startsWith(candidate));
  if (prefix === undefined) throw new Refusal("not_found");
  const segments = raw.slice(prefix.length).split("/");
  return prefix + segments.map((segment) => segmentOf(segment, { slashes: documents !== undefined })).join("/");
}

/**
 * @param rawUrl the request's target as it came over the wire, before any router decoded it.
 * @throws Refusal `not_found` for a path that is ambiguous or not passed through, `not_allowed` for a closed method or an overriding parameter.
 */
export function targetOf(rawUrl: string): Target {
  const mark = rawUrl.indexOf("?");
  const path = pathOf(mark < 0 ? rawUrl : rawUrl.slice(0, mark));
  const query = new URLSearchParams(mark < 0 ? "" : rawUrl.slice(mark + 1));
  if ([...query.keys()].some(isOverriding)) throw new Refusal("not_allowed");
  return { path: query.size > 0 ? `${path}?${query.toString()}` : path };
}
