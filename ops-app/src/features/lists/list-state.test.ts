import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KINDS } from "./kinds.ts";
import { initialState, OPERATORS, readState, writtenState } from "./list-state.ts";

const word = fc.stringMatching(/^[a-z_]{1,12}$/);
const state = fc.record({
  text: fc.string({ maxLength: 20 }),
  filters: fc.array(fc.record({ field: word, operator: fc.constantFrom(...OPERATORS), value: fc.string({ maxLength: 20 }) }), { maxLength: 4 }),
  sort: fc.tuple(fc.constantFrom("", "-"), word).map(([way, field]) => `${way}${field}`),
  columns: fc.uniqueArray(word, { minLength: 1, maxLength: 6 }),
});

describe("what is asked of a list", () => {
  it("is the same again when it is read from its address", () => {
    fc.assert(
      fc.property(state, fc.constantFrom(...KINDS), (asked, kind) => {
        expect(readState(writtenState(asked, kind), kind)).toEqual(asked);
      }),
    );
  });

  it("leaves the address alone while it is the list as it is at first", () => {
    for (const kind of KINDS) expect(writtenState(initialState(kind), kind)).toEqual({});
  });

  it("takes nothing from an address that it does not understand", () => {
    const [kind] = KINDS;
    if (!kind) throw new Error("no kind");
    expect(readState({ f: ["status:drop:1", "a b:=:1", "x"], s: "1; drop", c: "a b,;", q: null }, kind)).toEqual(initialState(kind));
  });
});
