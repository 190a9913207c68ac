import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { DOCTYPES } from "./texts.ts";

it("every document that ERPNext tells the hub of has a name that people use, in both languages", () => {
  const file = path.join(import.meta.dirname, "../../../../erpnext-app/gigafibre_fsm/customizations/webhooks.json");
  const told = z.array(z.object({ doctype: z.string() })).parse(JSON.parse(readFileSync(file, "utf8")));
  expect(told.filter(({ doctype }) => !DOCTYPES[doctype]?.fr || !DOCTYPES[doctype].en).map(({ doctype }) => doctype)).toEqual([]);
  expect(told.length).toBeGreaterThan(10);
});
