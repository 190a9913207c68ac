import { afterEach, describe, expect, it, vi } from "vitest";
import { askToPersist, isIos, storagePersisted } from "./installed.ts";

describe("an iPad", () => {
  it("is known as one though it calls itself a Mac", () => {
    expect(isIos("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5)).toBe(true);
    expect(isIos("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0)).toBe(false);
    expect(isIos("Mozilla/5.0 (Linux; Android 14; Pixel 7)", 5)).toBe(false);
  });
});

describe("what the phone keeps", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is asked to be kept for good, once: a browser that is short of room would throw it away", async () => {
    const persist = vi.fn(async () => true);
    vi.stubGlobal("navigator", { storage: { persisted: async () => persist.mock.calls.length > 0, persist } });
    for (const _ of [1, 2]) await askToPersist();
    expect(persist).toHaveBeenCalledTimes(1);
    expect(storagePersisted.value).toBe(true);
  });

  it("may not be asked for everywhere", async () => {
    vi.stubGlobal("navigator", {});
    await expect(askToPersist()).resolves.toBeUndefined();
  });
});
