/** The bodies that are passed through, looked at for what Frappe would obey before the path. */
import type { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { Refusal } from "../../plugins/problems.ts";
import { boundaryOf, MultipartGuard } from "./multipart-guard.ts";
import { isOverriding } from "./target.ts";

/** A body as it is sent on, with its fields where it was small enough to be read. */
export interface PassedBody {
  readonly content: Buffer | Readable;
  readonly contentType: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

const READ_LIMIT = 4 * 1024 * 1024;

function readJson(content: Buffer): PassedBody | null {
  if (content.length === 0) return null;
  let fields: unknown;
  try {
    fields = JSON.parse(content.toString("utf8"));
  } catch (error) {
    throw new Refusal("malformed_body", {}, error);
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) throw new Refusal("malformed_body");
  if (Object.keys(fields).some(isOverriding)) throw new Refusal("not_allowed");
  return { content, contentType: "application/json", fields: { ...fields } };
}

function readForm(content: Buffer): PassedBody | null {
  const form = new URLSearchParams(content.toString("utf8"));
  if (form.size === 0) return null;
  if ([...form.keys()].some(isOverriding)) throw new Refusal("not_allowed");
  // Written anew, so that it cannot be split into fields in another way there.
  return { content: Buffer.from(form.toString()), contentType: "application/x-www-form-urlencoded", fields: Object.fromEntries(form) };
}

/** Replaces the parsers of `scope` by those of the pass-through. Other types than these three are refused. */
export function acceptPassedBodies(scope: FastifyInstance, options: { uploadLimit: number }): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>("application/json", { parseAs: "buffer", bodyLimit: READ_LIMIT }, async (_request: unknown, content: Buffer) =>
    readJson(content),
  );
  scope.addContentTypeParser<Buffer>(
    "application/x-www-form-urlencoded",
    { parseAs: "buffer", bodyLimit: READ_LIMIT },
    async (_request: unknown, content: Buffer) => readForm(content),
  );
  scope.addContentTypeParser("multipart/form-data", async (request: { headers: { "content-type"?: string } }, payload: Readable) => {
    const boundary = boundaryOf(request.headers["content-type"] ?? "");
    if (boundary === null) throw new Refusal("malformed_body");
    // One past the limit is refused as it gets there, announced or not: a browser still sending would not read an answer given before.
    const guard = new MultipartGuard(boundary, options.uploadLimit);
    payload.once("error", (error) => guard.destroy(error));
    // What is left of a form that was cut off is read and forgotten, or its connection would hang.
    guard.once("close", () => payload.unpipe(guard).resume());
    return { content: payload.pipe(guard), contentType: `multipart/form-data; boundary=${boundary}` } satisfies PassedBody;
  });
}
