/** A module's source as the mutation that GIGAFIBRE_MUTATION names wants it. */
import { appendFileSync } from "node:fs";
import { MUTATIONS } from "./mutations.ts";

/** @param path the module's, in the house. @throws Error where the mutation's place is not found, or found twice: one that does nothing would pass for a suite that sees nothing */
export function mutated(path: string, source: string): string {
  const { GIGAFIBRE_MUTATION: name, GIGAFIBRE_MUTATION_APPLIED: applied } = process.env;
  const mutation = MUTATIONS.find((candidate) => candidate.name === name);
  if (!mutation || !applied) throw new Error(`no mutation ${name ?? ""}`);
  if (path !== mutation.file) return source;
  const found = source.split(mutation.find).length - 1;
  if (found !== 1) throw new Error(`mutation ${mutation.name}: its place occurs ${found} times in ${mutation.file}, not once`);
  appendFileSync(applied, `${process.pid}\n`);
  return source.replace(mutation.find, () => mutation.replace);
}
