/** The loader's side of mutate-preload.mjs. */
import { appendFileSync } from "node:fs";
import { MUTATIONS } from "./mutations.ts";

const name = process.env.GIGAFIBRE_MUTATION;
const applied = process.env.GIGAFIBRE_MUTATION_APPLIED;
const mutation = MUTATIONS.find((candidate) => candidate.name === name);
if (!mutation || !applied) throw new Error(`no mutation ${name}`);
const target = new URL(`../../${mutation.file}`, import.meta.url).href;

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (url !== target) return loaded;
  const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  const found = source.split(mutation.find).length - 1;
  if (found !== 1) throw new Error(`mutation ${mutation.name}: its place occurs ${found} times in ${mutation.file}, not once`);
  appendFileSync(applied, `${process.pid}\n`);
  return { ...loaded, source: source.replace(mutation.find, () => mutation.replace) };
}
