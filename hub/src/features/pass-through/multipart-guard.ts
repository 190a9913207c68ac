import { Transform } from "node:stream";
import type { TransformCallback } from "node:stream";
import { Refusal } from "../../plugins/problems.ts";
import { isOverriding } from "./target.ts";

const CONTENT_TYPE = /^multipart\/form-data; ?boundary=("?)([A-Za-z0-9'()+_,./:=?-]{1,70})\1$/i;
/** A part's head as browsers write it. Anything else could be read in two ways, here and there. */
const DISPOSITION = /^content-disposition: form-data; name="([^"\\%\r\n]+)"(?:; filename="[^"\\\r\n]*")?$/i;
const OTHER_HEADER = /^content-(?:type|length|transfer-encoding): [\x20-\x7e]*$/i;
const HEAD_LIMIT = 4 * 1024;

/** @returns the boundary, or null when the header is not one a browser writes. */
export function boundaryOf(contentType: string): string | null {
  return CONTENT_TYPE.exec(contentType)?.[2] ?? null;
}

/**
 * Lets a form with files through as it comes, and cuts it off when a part is named after a parameter that Frappe obeys before the path, when
 * its head is not one a browser writes, or when it grows past the limit. Cut off, the form never ends, and ERPNext does nothing with it.
 */
export class MultipartGuard extends Transform {
  readonly #delimiter: Buffer;
  readonly #limit: number;
  #seen = 0;
  /** What was not looked at to its end: the start of a delimiter perhaps, or of a part's head. */
  #rest: Buffer = Buffer.alloc(0);
  #inHead = false;

  constructor(boundary: string, limit: number) {
    super();
    this.#delimiter = Buffer.from(`--${boundary}`);
    this.#limit = limit;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#seen += chunk.length;
    if (this.#seen > this.#limit) return done(new Refusal("body_too_large"));
    try {
      this.#inspect(Buffer.concat([this.#rest, chunk]));
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)));
    }
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    // The head of the last delimiter is "--": anything still open is a form that was cut.
    done(this.#inHead && !this.#rest.subarray(0, 2).equals(Buffer.from("--")) ? new Refusal("malformed_body") : null);
  }

  #inspect(bytes: Buffer): void {
    let at = 0;
    for (;;) {
      if (this.#inHead) {
        if (bytes.subarray(at, at + 2).toString("latin1") === "--") {
          this.#inHead = false;
          continue;
        }
        const end = bytes.indexOf("\r\n\r\n", at);
        if (end < 0) {
          if (bytes.length - at > HEAD_LIMIT) throw new Refusal("malformed_body");
          this.#rest = bytes.subarray(at);
          return;
        }
        checkHead(bytes.subarray(at, end).toString("latin1"));
        this.#inHead = false;
        at = end + 4;
      }
      const found = bytes.indexOf(this.#delimiter, at);
      if (found < 0) {
        this.#rest = bytes.subarray(Math.max(at, bytes.length - this.#delimiter.length + 1));
        return;
      }
      this.#inHead = true;
      at = found + this.#delimiter.length;
    }
  }
}

function checkHead(head: string): void {
  const [first, ...headers] = head.split("\r\n");
  const dispositions = headers.flatMap((header) => DISPOSITION.exec(header)?.[1] ?? []);
  const known = headers.every((header) => DISPOSITION.test(header) || OTHER_HEADER.test(header));
  if (first !== "" || !known || dispositions.length !== 1) throw new Refusal("malformed_body");
  if (dispositions.some(isOverriding)) throw new Refusal("not_allowed");
}
