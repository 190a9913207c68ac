import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atRest, draftOf, edited, keptDraft, same } from "./edit-state.ts";
import type { Edit, EditEvent, Value } from "./edit-state.ts";

const says = { fr: "Non", en: "No" };
/** A server with one value, which others write too, and whose answers come late. */
const often = <T>(arbitrary: fc.Arbitrary<T>) => ({ weight: 4, arbitrary });
const step = fc.oneof(
  often(fc.record({ do: fc.constant("open" as const) })),
  often(fc.record({ do: fc.constant("type" as const), text: fc.stringMatching(/^[a-c]{0,2}$/) })),
  fc.record({ do: fc.constant("cancel" as const) }),
  often(fc.record({ do: fc.constant("commit" as const) })),
  fc.record({ do: fc.constant("choose" as const), mine: fc.boolean() }),
  /** The answer to what is on its way: taken, refused, or lost after it was taken. */
  often(fc.record({ do: fc.constant("answer" as const), how: fc.constantFrom("taken" as const, "refused" as const, "lost" as const) })),
  fc.record({ do: fc.constant("another writes" as const), value: fc.stringMatching(/^[a-c]{0,2}$/), told: fc.boolean() }),
  fc.record({ do: fc.constant("reload" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Person {
  server: Value = "a";
  edit: Edit = atRest("a");
  /** What they typed last and did not let go of. */
  wants: string | null = null;
  onTheWay: { text: string; base: Value } | null = null;
  /** The server took it since they typed it. */
  took = false;
  /** What stood there when they began, when they were asked to choose, or by themselves. */
  seen = new Set<Value>();

  #apply(event: EditEvent): void {
    const before = this.edit;
    this.edit = edited(before, event);
    if (event.do === "open" && before.typed === null) this.seen.clear();
    if (event.do === "open" || this.edit.phase === "clash") this.seen.add(this.edit.held ?? "");
    if (this.edit.phase === "saving" && before.phase !== "saving" && this.edit.sent !== null) this.onTheWay = { text: this.edit.sent, base: this.edit.base };
  }

  take(step: Step): void {
    switch (step.do) {
      case "open":
        return this.#apply({ do: "open", text: String(this.edit.held ?? "") });
      case "type":
        if (["typing", "refused", "clash"].includes(this.edit.phase)) {
          this.wants = step.text;
          this.took = false;
        }
        return this.#apply({ do: "type", text: step.text });
      case "cancel":
        if (!["saving", "waiting", "rest"].includes(this.edit.phase)) this.wants = null;
        return this.#apply({ do: "cancel" });
      case "commit":
        // What they typed is what they see.
        if (["typing", "refused"].includes(this.edit.phase) && same(this.edit.typed, this.edit.held)) this.wants = null;
        return this.#apply({ do: "commit", unchanged: same(this.edit.typed, this.edit.held) });
      case "choose":
        if (this.edit.phase === "clash" && !step.mine) this.wants = null;
        return this.#apply({ do: "choose", mine: step.mine });
      case "another writes":
        this.server = step.value;
        if (step.told) this.#apply({ do: "held", held: this.server });
        return;
      case "reload": {
        const draft = draftOf(this.edit);
        this.onTheWay = null;
        this.edit = draft ? keptDraft(this.server, draft) : atRest(this.server);
        return;
      }
      case "answer": {
        if (!this.onTheWay) return;
        const { text, base } = this.onTheWay;
        this.onTheWay = null;
        const takes = same(text, this.server) || (same(base, this.server) && step.how !== "refused");
        this.took ||= takes && text === this.wants;
        // Their own is nobody else's.
        if (takes && (step.how !== "lost" || same(text, this.server))) this.seen.add(text);
        if (same(text, this.server)) return this.#apply({ do: "saved", held: this.server });
        if (!same(base, this.server)) return this.#apply({ do: "clashed", held: this.server });
        if (step.how === "refused") return this.#apply({ do: "refuse", says });
        this.server = text;
        this.#apply(step.how === "lost" ? { do: "refuse", says } : { do: "saved", held: text });
      }
    }
  }
}

describe("what is typed", () => {
  it("is never lost: the person still has it, or the server took it, whatever they do, others do, and the server answers", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const person = new Person();
        for (const each of steps) {
          person.take(each);
          if (person.wants !== null) expect(person.edit.typed === person.wants || person.took || same(person.server, person.wants) || same(person.edit.held, person.wants)).toBe(true);
          if (person.edit.phase === "rest") expect(person.edit.typed).toBeNull();
          expect(draftOf(person.edit)?.typed ?? null).toBe(person.edit.typed);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("never covers what somebody else wrote without the person choosing so", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const person = new Person();
        for (const each of steps) {
          const waiting = person.onTheWay;
          person.take(each);
          if (person.onTheWay && person.onTheWay !== waiting) expect([...person.seen]).toContain(person.onTheWay.base ?? "");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("that is what the server holds already is nothing to save", () => {
    const open = edited(atRest("a"), { do: "open", text: "a" });
    expect(edited(open, { do: "commit", unchanged: true })).toEqual(atRest("a"));
  });

  it("meets somebody else's value as a choice, and each choice ends it", () => {
    let edit = edited(edited(atRest("a"), { do: "open", text: "a" }), { do: "type", text: "mine" });
    edit = edited(edited(edit, { do: "held", held: "theirs" }), { do: "commit", unchanged: false });
    expect(edit).toMatchObject({ phase: "clash", typed: "mine", held: "theirs" });
    expect(edited(edit, { do: "choose", mine: true })).toMatchObject({ phase: "saving", sent: "mine", base: "theirs" });
    expect(edited(edit, { do: "choose", mine: false })).toEqual(atRest("theirs"));
  });
});
