import { describe, expect, it } from "vitest";
import { highlight } from "./highlight.ts";

describe("what was typed is marked in what was found", () => {
  it.each([
    ["Zoé Tremblay", "zoe", [["Zoé", true], [" Tremblay", false]]],
    ["Rose Tremblay", "TREMBL rose", [["Rose", true], [" ", false], ["Trembl", true], ["ay", false]]],
    ["123 rue Principale", "  ", [["123 rue Principale", false]]],
    ["Œuvre", "vre", [["Œu", false], ["vre", true]]],
  ])("%s, typed %s", (text, typed, pieces) => {
    expect(highlight(text, typed).map((piece) => [piece.text, piece.marked])).toEqual(pieces);
  });

  it("loses no letter", () => {
    expect(highlight("Aline Séguin, 8 ch. Côte-d'Or", "cote 8").map(({ text }) => text).join("")).toBe("Aline Séguin, 8 ch. Côte-d'Or");
  });
});
