import { QueryClient } from "@tanstack/vue-query";
import type { LiveEvent } from "@gigafibre/contracts/events";
import { describe, expect, it, vi } from "vitest";
import { keys } from "../../query-keys.ts";
import { invalidating } from "./follow-events.ts";

const event = (of: Partial<LiveEvent>): LiveEvent => ({ id: 1, kind: "document.changed", doctype: "Customer", name: "Rose", at: "2026-01-05T12:00:00Z", ...of });

describe("an event makes old", () => {
  async function oldAfter(...events: LiveEvent[]): Promise<string[]> {
    vi.useFakeTimers();
    const client = new QueryClient();
    client.setQueryData(keys.doc("Customer", "Rose"), {});
    client.setQueryData(keys.doc("Customer", "Zoé"), {});
    client.setQueryData(keys.list("Customer", { sort: "name" }), []);
    client.setQueryData(keys.customer("Rose"), { invoices: [{ name: "ACC-1" }] });
    client.setQueryData(keys.customer("Zoé"), { invoices: [{ name: "ACC-2" }] });
    client.setQueryData(keys.hub("outbox", "dead"), []);
    client.setQueryData(keys.hub("orders"), []);
    const take = invalidating(client);
    events.forEach(take);
    await vi.advanceTimersByTimeAsync(1_000);
    vi.useRealTimers();
    return client.getQueryCache().getAll().filter(({ state }) => state.isInvalidated).map(({ queryKey }) => queryKey.filter((part) => typeof part === "string").join(" "));
  }

  it("the document, its lists and its customer's page, and nothing of anybody else's", async () => {
    expect(await oldAfter(event({}))).toEqual(["doc Customer Rose", "list Customer", "customer Rose"]);
  });

  it("the page of the customer on which the document is shown", async () => {
    expect(await oldAfter(event({ kind: "payment.declined", doctype: "Sales Invoice", name: "ACC-2" }))).toEqual(["customer Zoé"]);
  });

  it("what is the hub's own, many at once", async () => {
    expect(await oldAfter(event({ kind: "outbox.dead", doctype: "Outbox", name: "k" }), event({ kind: "order.received", doctype: "Order", name: "o" }))).toEqual(["hub outbox dead", "hub orders"]);
  });

  it("a customer's page and thread once, when many small changes are over; and now and then where they never are", async () => {
    vi.useFakeTimers();
    const client = new QueryClient();
    client.setQueryData(keys.customer("Rose"), {});
    client.setQueryData(keys.hub("thread", "Rose", "all"), {});
    client.setQueryData(keys.hub("queues"), {});
    const read: Record<string, number> = {};
    client.getQueryCache().subscribe((told) => {
      const [, what] = told.query.queryKey as readonly string[];
      if (told.type === "updated" && told.action.type === "invalidate" && what !== undefined) read[what] = (read[what] ?? 0) + 1;
    });
    const take = invalidating(client);
    const during = async (ms: number, every: number): Promise<void> => {
      for (let at = 0; at < ms; at += every) {
        take(event({ kind: "message.received" }));
        await vi.advanceTimersByTimeAsync(every);
        // Each was read again before it was made old once more.
        for (const query of client.getQueryCache().getAll()) query.setState({ isInvalidated: false });
      }
    };
    await during(2_000, 100);
    expect([read["Rose"], read["thread"]]).toEqual([undefined, undefined]);
    expect(read["queues"]).toBeGreaterThan(5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([read["Rose"], read["thread"]]).toEqual([1, 1]);
    await during(9_000, 100);
    expect(read["thread"]).toBe(3);
    vi.useRealTimers();
  });
});
