import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { boundaryOf, MultipartGuard } from "./multipart-guard.ts";

const form = (...parts: string[]) => [...parts.map((part) => `--b0undary\r\n${part}\r\n`), "--b0undary--\r\n"].join("");
const field = (name: string, value = "x") => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;

async function pass(text: string, size: number): Promise<string> {
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => Buffer.from(text.slice(index * size, (index + 1) * size)));
  const passed: Buffer[] = [];
  await pipeline(Readable.from(chunks), new MultipartGuard("b0undary", 10_000), async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) passed.push(chunk);
  });
  return Buffer.concat(passed).toString();
}

describe("a form with files on its way", () => {
  it.each([1, 2, 7, 10_000])("passes unchanged in pieces of %i bytes", async (size) => {
    const text = form(
      field("doctype", 'name="cmd" in a value is only a value\r\n--b0und'),
      'Content-Disposition: form-data; name="file"; filename="a.html"\r\nContent-Type: text/html\r\n\r\n<input name="cmd">',
    );
    expect(await pass(text, size)).toBe(text);
  });

  it.each([1, 3, 10_000])("is cut off at a field that overrides the path, in pieces of %i bytes", async (size) => {
    await expect(pass(form(field("a"), field("cmd")), size)).rejects.toThrow("not_allowed");
    await expect(pass(form(field("sid"), field("a")), size)).rejects.toThrow("not_allowed");
  });

  it.each([
    ["a name without quotes", "Content-Disposition: form-data; name=cmd\r\n\r\nx"],
    ["an extended name", "Content-Disposition: form-data; name*=UTF-8''%63md\r\n\r\nx"],
    ["two names", 'Content-Disposition: form-data; name="a"; name="cmd"\r\n\r\nx'],
    ["a name behind a file's", 'Content-Disposition: form-data; name="a"; filename="b"; name="cmd"\r\n\r\nx'],
    ["an escaped quote", 'Content-Disposition: form-data; name="a"; filename="b\\"; name="cmd"\r\n\r\nx'],
    ["a folded line", 'Content-Disposition: form-data;\r\n name="cmd"\r\n\r\nx'],
    ["bare line feeds", 'Content-Disposition: form-data; name="a"\n\nx'],
    ["no disposition", "Content-Type: text/plain\r\n\r\nx"],
    ["two dispositions", 'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="cmd"\r\n\r\nx'],
    ["a head that does not end", `Content-Type: ${"x".repeat(6_000)}`],
  ])("is cut off at a head that could be read in two ways: %s", async (_what, part) => {
    await expect(pass(form(field("ok"), part), 10_000)).rejects.toThrow("malformed_body");
  });

  it("is cut off past the limit, and where it was cut itself", async () => {
    await expect(pass(form(field("a", "y".repeat(11_000))), 500)).rejects.toThrow("body_too_large");
    await expect(pass(form(field("a")).slice(0, 30), 500)).rejects.toThrow("malformed_body");
  });

  it("has one boundary, written as browsers write it", () => {
    expect(boundaryOf("multipart/form-data; boundary=----WebKitFormBoundaryA1")).toBe("----WebKitFormBoundaryA1");
    expect(boundaryOf('multipart/form-data; boundary="a b"')).toBeNull();
    expect(boundaryOf("multipart/form-data; boundary=a; charset=utf-8")).toBeNull();
    expect(boundaryOf("multipart/mixed; boundary=a")).toBeNull();
  });
});
