import { describe, expect, it } from "vitest";
import { bootOf } from "./usp.ts";

describe("a record", () => {
  it("that is none, is cut short, or says nothing, is no Boot!", () => {
    for (const payload of ["", "1", "not a record at all, but rather long", '{"a":1}', "\u0000\u0000\u0000"]) expect(bootOf(Buffer.from(payload))).toBeNull();
    expect(bootOf(Buffer.from("CgMxLjMSEW9rdG9wdXNDb250cm9sbGVyGhdvczo6NDAzRjhD", "base64"))).toBeNull();
  });
});
