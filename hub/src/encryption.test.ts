import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createVault } from "./encryption.ts";

const key = (id: string) => `${id}:${randomBytes(32).toString("base64")}`;

describe("what is kept encrypted", () => {
  it("opens with its key and context only, also after a new key came", () => {
    const first = key("k1");
    const sealed = createVault(first).seal("mot de passe", "order:1");
    const rotated = createVault(`${key("k2")},${first}`);
    expect(sealed).not.toContain("mot");
    expect(rotated.open(sealed, "order:1")).toBe("mot de passe");
    expect(() => rotated.open(sealed, "order:2")).toThrow();
    expect(() => createVault(key("k9")).open(sealed, "order:1")).toThrow(/no encryption key/);
    expect(rotated.derive("x")).toBe(createVault(first).derive("x"));
  });

  it("refuses a key of the wrong length", () => {
    expect(() => createVault("k1:c2hvcnQ=")).toThrow(/32 bytes/);
  });
});
