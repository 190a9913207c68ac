import type { AddressSuggestion } from "@gigafibre/contracts/addresses";
import { problemOf } from "@gigafibre/contracts/problems";
import { effectScope } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refusal } from "../../hub-request.ts";
import { useAddressLookup } from "./search.ts";

const suggestion = (label: string): AddressSuggestion => ({ uuid: "6b3b1c1e-6f0e-4f7c-9a53-0f6a3f6f9d11", label, municipality: "Havelock", postal_code: "J0S 2C0", score: 1 });

/** Questions that are answered when the test says so. */
function patientHub() {
  const asked: { query: string; signal: AbortSignal; answer: (labels: string[]) => Promise<void>; fail: (error: Error) => Promise<void> }[] = [];
  const find = (query: string, signal: AbortSignal) =>
    new Promise<{ results: AddressSuggestion[] }>((resolve, reject) => {
      const settle = async (act: () => void): Promise<void> => {
        act();
        await vi.advanceTimersByTimeAsync(0);
      };
      asked.push({ query, signal, answer: (labels) => settle(() => resolve({ results: labels.map(suggestion) })), fail: (error: Error) => settle(() => reject(error)) });
    });
  return { asked, find };
}

const scope = effectScope();
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());
const lookup = (find: Parameters<typeof useAddressLookup>[0]) => scope.run(() => useAddressLookup(find))!;

describe("looking an address up while it is typed", () => {
  it("asks once typing has paused, and not for less than three letters", async () => {
    const { asked, find } = patientHub();
    const { type } = lookup(find);
    for (const text of ["1", "10", "101", "101 r", "101 rang"]) type(text);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked.map(({ query }) => query)).toEqual(["101 rang"]);
  });

  it("shows the last question's answer only, however late an earlier one comes", async () => {
    const { asked, find } = patientHub();
    const { type, suggestions } = lookup(find);
    type("101 rang");
    await vi.advanceTimersByTimeAsync(200);
    type("103 rang");
    await vi.advanceTimersByTimeAsync(200);
    await asked[1]?.answer(["103 Rang"]);
    await asked[0]?.answer(["101 Rang"]);
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(suggestions.value.map(({ label }) => label)).toEqual(["103 Rang"]);
  });

  it("keeps the former suggestions in sight while the next answer is on its way", async () => {
    const { asked, find } = patientHub();
    const { type, suggestions, state } = lookup(find);
    type("101 rang");
    await vi.advanceTimersByTimeAsync(200);
    await asked[0]?.answer(["101 Rang"]);
    type("101 rang s");
    await vi.advanceTimersByTimeAsync(200);
    expect(state.value).toBe("searching");
    expect(suggestions.value).toHaveLength(1);
  });

  it("waits and asks once more when told that it asks too much", async () => {
    const { asked, find } = patientHub();
    const { search, state } = lookup(find);
    void search("101 rang");
    const { status, reason, message } = problemOf("too_many_requests");
    const tooMany = new Refusal({ status, reason: reason as "too_many_requests", said: message });
    await asked[0]?.fail(tooMany);
    expect(state.value).toBe("searching");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked).toHaveLength(2);
    await asked[1]?.fail(tooMany);
    expect(state.value).toBe("failed");
  });

  it("says when nothing was found, and when the hub does not answer", async () => {
    const { asked, find } = patientHub();
    const { search, state } = lookup(find);
    void search("zzz");
    await asked[0]?.answer([]);
    expect(state.value).toBe("none");
    void search("zzzz");
    await asked[1]?.fail(new Refusal({ status: 0, reason: "network_lost", said: { fr: "", en: "" } }));
    expect(state.value).toBe("failed");
  });
});
