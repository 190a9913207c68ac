import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventually, Phone, USER } from "../../../testing/phone.ts";
import { MOVED_JOB, REFUSED_TEXT, TestHub } from "../../../testing/test-hub.ts";
import type { Fate } from "../../../testing/test-hub.ts";
import type { PendingAction } from "./database.ts";

const JOBS = ["JOB-1", "JOB-2", MOVED_JOB];

type Move =
  | { readonly kind: "add" | "double_tap"; readonly tab: number; readonly job: number; readonly refused: boolean }
  | { readonly kind: "kill" | "open" | "freeze"; readonly tab: number }
  | { readonly kind: "clock"; readonly days: number }
  | { readonly kind: "network" }
  | { readonly kind: "wait"; readonly turns: number };

const tabs = fc.nat(2);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("add", "double_tap"), tab: tabs, job: fc.nat(JOBS.length - 1), refused: fc.integer({ min: 0, max: 5 }).map((n) => n === 0) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("kill", "open", "freeze"), tab: tabs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clock"), days: fc.integer({ min: -400, max: 400 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "network" }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait"), turns: fc.nat(12) }) },
);
const fates = fc.array(fc.constantFrom<Fate>("well", "well", "cut_before", "cut_after", "cut_after", "unavailable", "busy", "signed_out", "welcome_page", "proxy_error"), { maxLength: 40 });

/** Plays it, then lets all be well: what was refused is discarded, until nothing is left. @returns what was added, and what was discarded */
async function play(on: Phone, moves: readonly Move[]): Promise<{ added: PendingAction[]; discarded: Set<string> }> {
  const added: PendingAction[] = [];
  const discarded = new Set<string>();
  on.open(USER, 50);
  for (const [turn, each] of moves.entries()) {
    if (on.tabs.length === 0) on.open(USER, 50);
    const tab = "tab" in each ? on.tabs[each.tab % on.tabs.length] : undefined;
    switch (each.kind) {
      case "add":
      case "double_tap": {
        const body = { kind: "note", text: each.refused ? REFUSED_TEXT : `turn ${turn}` } as const;
        const job = JOBS[each.job] ?? "";
        const tap = async (): Promise<PendingAction | undefined> => tab?.outbox.add(job, body);
        const [row] = await Promise.all(each.kind === "add" ? [tap()] : [tap(), tap()]);
        if (row) added.push(row);
        on.passes(2_000);
        break;
      }
      case "kill":
        tab?.kill();
        break;
      case "freeze":
        tab?.freeze();
        break;
      case "open":
        on.open(USER, 50);
        break;
      case "clock":
        on.clockOff += each.days * 86_400_000;
        break;
      case "network":
        on.page.dispatchEvent(new Event("online"));
        break;
      case "wait":
        for (let left = each.turns; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
        break;
    }
  }
  if (on.tabs.length === 0) on.open(USER, 50);
  await eventually("the end", async () => {
    on.hub.signedIn = true;
    on.passes(100);
    await on.tabs[0]?.outbox.flush();
    for (const row of await on.rows()) {
      if (row.state !== "refused") continue;
      await on.tabs[0]?.outbox.discard(row.id);
      discarded.add(row.id);
    }
    return (await on.rows()).every(({ state }) => state === "done");
  });
  return { added, discarded };
}

describe("the outbox, whatever happens to it,", () => {
  it("brings each action to effect once and in order within its job, whatever is cut, killed, frozen, tapped twice or refused, and loses none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 25 }), fates, async (moves, bad) => {
        const own = new TestHub();
        own.fate(...bad);
        const on = new Phone(own);
        try {
          const { added, discarded } = await play(on, moves);
          const wanted = added.filter(({ id }) => !discarded.has(id));
          expect(own.applied.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort());
          for (const job of JOBS) {
            const inOrder = (rows: readonly { id: string; job: string }[]) => rows.filter((row) => row.job === job).map(({ id }) => id);
            expect(inOrder(own.applied)).toEqual(inOrder([...wanted].sort((a, b) => a.sequence - b.sequence)));
          }
          const refused = added.filter(({ action }) => action.kind === "note" && action.text === REFUSED_TEXT);
          expect([...discarded].sort()).toEqual(refused.map(({ id }) => id).sort());
        } finally {
          on.close();
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
