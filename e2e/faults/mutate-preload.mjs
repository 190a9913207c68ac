/**
 * Loaded by `node --import` into the process whose code is to be wrong: rewrites one file's source while it is loaded, as GIGAFIBRE_MUTATION
 * names it. A mutation whose place is not found, or found twice, ends the process: one that does nothing would pass for a suite that sees
 * nothing.
 */
import { register } from "node:module";

register("./mutate-hooks.mjs", import.meta.url);
