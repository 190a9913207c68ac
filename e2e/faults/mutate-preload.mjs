/**
 * Loaded by `node --import` into the process whose code is to be wrong: rewrites one file's source while it is loaded, as GIGAFIBRE_MUTATION
 * names it. A mutation whose place is not found, or found twice, ends the process: a mutation that does nothing would pass for a suite that
 * sees nothing.
 */
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { MUTATIONS } from "./mutations.ts";

const name = process.env.GIGAFIBRE_MUTATION;
const applied = process.env.GIGAFIBRE_MUTATION_APPLIED;
const mutation = MUTATIONS.find((candidate) => candidate.name === name);
if (!mutation || !applied) throw new Error(`no mutation ${name}`);
const target = new URL(`../../${mutation.file}`, import.meta.url).href;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (url !== target) return loaded;
    const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
    const found = source.split(mutation.find).length - 1;
    if (found !== 1) {
      console.error(`mutation ${mutation.name}: its place occurs ${found} times in ${mutation.file}, not once`);
      process.exit(97);
    }
    appendFileSync(applied, `${process.pid}\n`);
    return { ...loaded, source: source.replace(mutation.find, () => mutation.replace) };
  },
});
