// ruff over the app's Python, with the configuration that stands in pyproject.toml.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { PositionEncoding, Workspace } from "@astral-sh/ruff-wasm-nodejs";
import { parse } from "smol-toml";

function configuration(root) {
  const { ruff } = parse(readFileSync(join(root, "pyproject.toml"), "utf8")).tool;
  const { "per-file-ignores": ignores = {}, ...lint } = ruff.lint;
  return { options: { ...ruff, lint }, ignores };
}

/** A checker of one set of ignored rules. The wasm build sees text, not files, so per-file ignores are applied here. */
function checkers(root) {
  const { options, ignores } = configuration(root);
  const known = new Map();
  return (path) => {
    const extra = Object.entries(ignores).flatMap(([glob, codes]) => (matchesGlob(path, glob) ? codes : []));
    const key = extra.join();
    if (!known.has(key)) {
      const lint = { ...options.lint, ignore: [...(options.lint.ignore ?? []), ...extra] };
      known.set(key, new Workspace({ ...options, lint }, PositionEncoding.Utf16));
    }
    return known.get(key);
  };
}

const sources = (root) => globSync("gigafibre_fsm/**/*.py", { cwd: root }).sort();

/** What ruff finds, and files that its formatter would change. */
export function pythonProblems(root) {
  const checker = checkers(root);
  return sources(root).flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const found = checker(path)
      .check(text)
      .map((one) => `${path}:${one.start_location.row}:${one.start_location.column} ${one.code ?? "syntax"} ${one.message}`);
    return found.length === 0 && checker(path).format(text) !== text ? [`${path} is not formatted (node erpnext-app/lint.mjs --write)`] : found;
  });
}

/** Rewrites every file as ruff formats it. */
export function formatPython(root) {
  const checker = checkers(root);
  for (const path of sources(root)) {
    const text = readFileSync(join(root, path), "utf8");
    const formatted = checker(path).format(text);
    if (formatted !== text) writeFileSync(join(root, path), formatted);
  }
}
