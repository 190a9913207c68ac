import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { problemOf } from "@gigafibre/contracts/problems";
import { eventually } from "../../../testing/phone.ts";
import { session, signIn, signOut } from "./session.ts";

const WHO = { user: "tech1@gigafibre.test", full_name: "Théo Tremblay", roles: ["Field Technician"] };
const SIGNED_IN: Readonly<Record<string, object>> = { "/api/method/login": { message: "Logged In" }, "/api/session": WHO, "/api/method/logout": {} };

afterEach(() => vi.unstubAllGlobals());

describe("signing in again", () => {
  it("is over once it is known who it is, however long it takes to send what was unsent, and is not asked for any more", async () => {
    const asked: string[] = [];
    const never = new Promise<never>(() => undefined);
    let signedOut = true;
    vi.stubGlobal("fetch", async (url: string) => {
      asked.push(url);
      if (SIGNED_IN[url]) return Response.json(SIGNED_IN[url]);
      return url === "/api/field/days" && signedOut ? Response.json(problemOf("sign_in_required"), { status: 401 }) : never;
    });
    const fields = { usr: WHO.user, pwd: "demo" };
    await signIn(fields);
    await session.value?.outbox.add("JOB-1", { kind: "note", text: "un" });
    await eventually("the first try", () => asked.includes("/api/field/actions"));
    await eventually("the refusal", () => session.value?.carried.failure.value?.status === 401);
    signedOut = false;
    expect(await signIn(fields)).toBeNull();
    expect(session.value?.carried.failure.value).toBeNull();
    await signOut();
  }, 5_000);
});
