import { QueryClient, VueQueryPlugin } from "@tanstack/vue-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp, defineComponent, h } from "vue";
import { useCall } from "./call.ts";
import type { Call } from "./call.ts";

function mounted(): Call {
  let call: Call | undefined;
  const app = createApp(defineComponent({ setup: () => ((call = useCall("/api/calls/tickets", () => "Marie")), () => h("div")) }));
  app.use(VueQueryPlugin, { queryClient: new QueryClient() }).mount(document.createElement("div"));
  if (!call) throw new Error("not mounted");
  return call;
}

describe("what is asked for in one action", () => {
  afterEach(() => vi.unstubAllGlobals());

  const ids: string[] = [];
  /** Answers in turn; a status of 0 is no answer. */
  function answers(...told: readonly { readonly status: number; readonly body?: (id: string) => object }[]): void {
    ids.length = 0;
    let turn = 0;
    vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
      const { id } = JSON.parse(init.body as string) as { id: string };
      ids.push(id);
      const answer = told[turn++] ?? { status: 0 };
      if (answer.status === 0) throw new TypeError("network");
      return new Response(JSON.stringify(answer.body?.(id) ?? {}), { status: answer.status });
    });
  }
  const done = (id: string) => ({ id, kind: "ticket", state: "done", documents: { issue: "ISS-1" } });
  const refused = () => ({ type: "/problems/call_changed", status: 409, reason: "call_changed", message: { fr: "Changé", en: "Changed" } });

  it("keeps its id while no answer came, so that the second press does nothing more", async () => {
    answers({ status: 0 }, { status: 200, body: done });
    const call = mounted();
    expect(await call.send({})).toBeNull();
    expect(call.refusal.value?.reason).toBe("network_lost");
    expect(await call.send({})).toMatchObject({ documents: { issue: "ISS-1" } });
    expect(ids[0]).toBe(ids[1]);
  });

  it("is another one after a definite no, and after it was done", async () => {
    answers({ status: 409, body: refused }, { status: 200, body: done }, { status: 200, body: done });
    const call = mounted();
    expect(await call.send({})).toBeNull();
    await call.send({});
    await call.send({});
    expect(new Set(ids).size).toBe(3);
  });
});
