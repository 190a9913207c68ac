// Lints the Frappe app: its Python with ruff, and what it declares as JSON against itself.
// `node erpnext-app/lint.mjs` prints what it finds and exits 1 on any; `--write` formats the Python first.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { readApp } from "./lint/app.mjs";
import { customizationProblems } from "./lint/customizations.mjs";
import { doctypeProblems } from "./lint/doctypes.mjs";
import { formatPython, pythonProblems } from "./lint/python.mjs";
import { ruleProblems } from "./lint/rules.mjs";
import { textProblems } from "./lint/texts.mjs";

/** Everything wrong with the app in `root`, each a line that names its file; without its Python where that is not asked for. */
export function problemsOf(root, { python = true } = {}) {
  const app = readApp(root);
  return [
    ...app.problems,
    ...(python ? pythonProblems(root) : []),
    ...doctypeProblems(app),
    ...ruleProblems(app),
    ...customizationProblems(app),
    ...textProblems(app),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(fileURLToPath(import.meta.url));
  if (process.argv.includes("--write")) formatPython(root);
  const problems = problemsOf(root);
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? "erpnext-app: nothing found" : `erpnext-app: ${problems.length} found`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
