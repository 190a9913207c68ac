import { describe, expect, it } from "vitest";
import type { VisitAction } from "@gigafibre/contracts/visits";
import { Hub } from "./hub.ts";

const ACTION: VisitAction = {
  id: "7b0c7a52-3f5f-4c77-9a1c-0d6a4a1f3c11", version: 1, sequence: 1, job: "JOB-1", after: null, made_at: "2026-04-07T14:00:00Z", sent_at: "2026-04-07T14:00:05Z", action: { kind: "start" },
};
const verdictOn = async (status: number, body: object = { type: "/problems/x", status, reason: "x", message: { fr: "X", en: "X" } }): Promise<string> =>
  (await new Hub(async () => Response.json(body, { status }), "tech1").send(ACTION, new AbortController().signal)).kind;

describe("the hub's own answer", () => {
  it.each([408, 425, 429, 500, 502, 503, 504])("of %i says later: the action stays and is sent again", async (status) => {
    expect(await verdictOn(status)).toBe("later");
  });

  it.each([400, 403, 404, 409, 413, 415, 422])("of %i is shown to the person", async (status) => {
    expect(await verdictOn(status)).toBe("refused");
  });

  it("of 401 asks to sign in, and of 200 counts for the action that it names", async () => {
    expect(await verdictOn(401)).toBe("sign_in");
    const held = { id: ACTION.id, outcome: "applied", replayed: false, visit: null };
    expect(await verdictOn(200, held)).toBe("held");
    expect(await verdictOn(200, { ...held, id: "0d9a4a9e-58e0-4e0c-9d2b-0a4b8f0f6c11" })).toBe("later");
  });
});
