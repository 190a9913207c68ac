import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine } from "./csv.ts";

/** As a spreadsheet reads it. */
function read(line: string, separator: string): string[] {
  const cells = [""];
  let quoted = false;
  const signs = [...line.replace(/\r\n$/, "")];
  for (let at = 0; at < signs.length; at++) {
    const sign = signs[at] ?? "";
    const last = cells.length - 1;
    if (quoted && sign === '"' && signs[at + 1] === '"') cells[last] += signs[++at] ?? "";
    else if (sign === '"') quoted = !quoted;
    else if (sign === separator && !quoted) cells.push("");
    else cells[last] += sign;
  }
  return cells;
}

describe("a line for a spreadsheet", () => {
  it("has each value in its cell, whatever signs are in it", () => {
    fc.assert(
      fc.property(fc.array(fc.string().filter((text) => !/^[=+\-@\t\r\n＝＋－＠]/.test(text)), { minLength: 1, maxLength: 6 }), fc.constantFrom("fr" as const, "en" as const), (values, language) => {
        expect(read(csvLine(values, language), language === "fr" ? ";" : ",")).toEqual(values);
      }),
    );
  });

  it("is no formula, while a number stays one", () => {
    expect(csvLine(["=HYPERLINK(\"x\")", "+1-450-555-0142", "-12,50", "@cmd", -12.5, null], "fr")).toBe(`"'=HYPERLINK(""x"")";'+1-450-555-0142;"-12,50";'@cmd;"-12,5";\r\n`);
    expect(csvLine(["＝1+1", "\n=1+1"], "en")).toBe("'＝1+1,\"'\n=1+1\"\r\n");
    expect(csvLine([-12.5, "\tx"], "en")).toBe("-12.5,'\tx\r\n");
  });
});
