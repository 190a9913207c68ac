// What people read is there in French and in English.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STANDARD_TEXTS } from "./standard.mjs";

const FRENCH = "gigafibre_fsm/translations/fr.csv";

export function textProblems(app) {
  const rows = readFileSync(join(app.root, FRENCH), "utf8").trimEnd().split("\n").map(readRow);
  const problems = rows.flatMap((row, index) => (row && row.length >= 2 && row[0] && row[1] ? [] : [`${FRENCH}:${index + 1} is not “English,French”`]));
  const translated = new Map(rows.filter(Boolean));
  const missing = [...textsOf(app)].filter(([text]) => !translated.has(text) && !STANDARD_TEXTS.has(text));
  const lost = rows.filter((row) => row && placeholders(row[0]) !== placeholders(row[1] ?? ""));
  return [
    ...problems,
    ...missing.map(([text, path]) => `${path}: “${text}” has no French in ${FRENCH}`),
    ...lost.map(([text]) => `${FRENCH}: “${text}” and its French do not take the same values`),
  ];
}

/** One CSV row; undefined where its quotes do not close. */
function readRow(line) {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
  return cells.length >= 2 ? cells : undefined;
}

const placeholders = (text) => [...text.matchAll(/\{\d*\}/g)].map(([found]) => found).sort().join();

/** Every text people may read, with the file it stands in: Python's `_("…")`, names, labels, descriptions and options of DocTypes and fields. */
function* textsOf(app) {
  for (const path of globSync("gigafibre_fsm/**/*.py", { cwd: app.root }).sort()) {
    const source = readFileSync(join(app.root, path), "utf8");
    for (const [, text] of source.matchAll(/\b_\(\s*"((?:[^"\\]|\\.)*)"/g)) yield [text, path];
  }
  for (const { path, name, fields } of app.doctypes.values()) {
    yield [name, path];
    for (const field of fields) yield* fieldTexts(field, path);
  }
  const { path, json } = app.customizations.custom_fields;
  for (const field of Object.values(json).flat()) yield* fieldTexts(field, path);
  yield* deskTexts(app);
}

/** What Desk says besides forms: scripts' `__("…")`, print formats' `_("…")`, the workspace, number cards, boards, moves, groups of links. */
function* deskTexts(app) {
  for (const [pattern, call] of [["gigafibre_fsm/**/*.js", /\b__\(\s*"((?:[^"\\]|\\.)*)"/g], ["gigafibre_fsm/**/*.html", /\b_\(\s*"((?:[^"\\]|\\.)*)"/g]]) {
    for (const path of globSync(pattern, { cwd: app.root }).sort()) {
      for (const [, text] of readFileSync(join(app.root, path), "utf8").matchAll(call)) yield [text, path];
    }
  }
  const { desk, workflows } = app.customizations;
  for (const { links, shortcuts, number_cards, content } of desk.json.Workspace) {
    for (const { label } of [...links.filter(({ type }) => type === "Card Break"), ...shortcuts, ...number_cards]) yield [label, desk.path];
    for (const { format } of shortcuts) if (format) yield [format, desk.path];
    for (const { type, data } of JSON.parse(content)) if (type === "header") yield [data.text.replaceAll(/<[^>]*>/g, ""), desk.path];
  }
  for (const card of desk.json["Number Card"]) yield [card.label, desk.path];
  for (const board of desk.json["Kanban Board"]) yield [board.name, desk.path];
  for (const { action } of workflows.json.flatMap((workflow) => workflow.transitions)) yield [action, workflows.path];
  for (const { path, json } of app.doctypes.values()) for (const { group } of json.links ?? []) if (group) yield [group, path];
}

// Options that are French already, codes, or the hub's words.
const CODES = /^(|[A-Z0-9-]{2,}|RFC2833|InBand|SIPInfo|fr|en|charge|credit|support|dispatch|tech|JSON|Phone)$/;

function* fieldTexts(field, path) {
  if (field.label && !CODES.test(field.label)) yield [field.label, path];
  if (field.description) yield [field.description, path];
  if (field.fieldtype !== "Select") return;
  for (const option of field.options.split("\n")) if (!CODES.test(option) && !/[éè]|^(Routeur|Actif|En attente)$/.test(option)) yield [option, path];
}
