import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { MUTATIONS } from "./mutations.ts";

it.each(MUTATIONS)("the defect $name has its place, once", async ({ file, find, replace }) => {
  const source = await readFile(new URL(`../../${file}`, import.meta.url), "utf8");
  expect([source.split(find).length - 1, find === replace]).toEqual([1, false]);
});
