// The rules refer to fields, options and roles that exist. Their meaning is in rules/README.md.
import { basename } from "node:path";
import { TABLES, knownFields, snake } from "./app.mjs";
import { options } from "./doctypes.mjs";
import { isStandardField } from "./standard.mjs";

const FORMS = new Set(["trim", "upper", "lower", "mac", "postal_code_ca", "digits", "time_of_day"]);
const KEYS = new Set(
  ("doctype normal_forms vacate empty_unless required_when pattern range range_when sums unique_where_set unique_together " +
    "agrees_with moves stamps raises locked_for visible").split(" "),
);
const ALWAYS = new Set(["name", "docstatus"]);

export function ruleProblems(app) {
  return app.rules.flatMap(({ path, json }) => [...problemsIn(app, path, json)].map((problem) => `${path}: ${problem}`));
}

function* problemsIn(app, path, rules) {
  const { doctype } = rules;
  if (basename(path, ".json") !== snake(doctype ?? "")) yield `the rules of ${doctype} belong in ${snake(doctype ?? "")}.json`;
  const fields = knownFields(app, doctype);
  const known = (field) => fields.has(field) || ALWAYS.has(field) || isStandardField(doctype, field);
  for (const key of Object.keys(rules)) if (!KEYS.has(key)) yield `${key} is no rule`;
  for (const field of namedFields(rules)) if (!known(field)) yield `${doctype} has no field ${field}`;

  for (const form of Object.values(rules.normal_forms ?? {})) if (!FORMS.has(form)) yield `${form} is no normal form`;
  for (const [field, pattern] of Object.entries(rules.pattern ?? {})) if (!compiles(pattern)) yield `the pattern of ${field} does not compile`;
  for (const when of whens(rules)) {
    for (const [field, values] of Object.entries(when)) {
      const select = fields.get(field);
      if (select?.fieldtype !== "Select") continue;
      for (const value of values) if (!options(select).includes(value)) yield `${field} is never “${value}”`;
    }
  }
  for (const field of rules.unique_where_set ?? []) {
    if (fields.get(field)?.fieldtype !== "Data" || !fields.get(field)?.unique) yield `${field} is to be unique where set, but is not a unique Data field`;
  }
  yield* moves(rules, fields);
  yield* lookups(app, rules, known);
  for (const { table, field } of rules.sums ?? []) {
    const rows = fields.get(table);
    if (!TABLES.has(rows?.fieldtype) || !knownFields(app, rows.options).has(field)) yield `${table} has no column ${field} to add up`;
  }
  for (const [link, pairs] of Object.entries(rules.agrees_with ?? {})) {
    const target = fields.get(link)?.options;
    for (const other of Object.values(pairs)) {
      if (!knownFields(app, target).has(other) && !isStandardField(target, other)) yield `${target} has no field ${other}`;
    }
  }
}

/** Every field of the DocType itself that a rule names. */
function namedFields(rules) {
  return [
    ...Object.keys({ ...rules.normal_forms, ...rules.pattern, ...rules.range }),
    ...whens(rules).flatMap((when) => Object.keys(when)),
    ...(rules.vacate ?? []).flatMap((rule) => [rule.from, rule.to]),
    ...[...(rules.empty_unless ?? []), ...(rules.required_when ?? [])].flatMap((rule) => rule.fields),
    ...[...(rules.range_when ?? []), ...(rules.stamps ?? []), ...(rules.raises ?? [])].map((rule) => rule.field),
    ...(rules.raises ?? []).flatMap((rule) => rule.watch),
    ...(rules.sums ?? []).flatMap((rule) => [rule.table, rule.equals]),
    ...(rules.unique_where_set ?? []),
    ...(rules.unique_together ?? []).flat(),
    ...Object.entries(rules.agrees_with ?? {}).flatMap(([link, pairs]) => [link, ...Object.keys(pairs)]),
    ...(rules.moves ? [rules.moves.field] : []),
    ...Object.values(rules.locked_for ?? {}).flat(),
    ...Object.values(rules.visible ?? {}).flatMap((alternatives) => alternatives.map((alternative) => alternative.field)),
  ];
}

const whens = (rules) =>
  ["vacate", "empty_unless", "required_when", "range_when", "stamps"].flatMap((key) => (rules[key] ?? []).map((rule) => rule.when));

function* moves({ moves: rule }, fields) {
  if (!rule) return;
  const states = options(fields.get(rule.field) ?? {});
  const named = [...rule.initial, ...Object.entries(rule.allowed ?? {}).flatMap(([from, to]) => [from, ...to])];
  for (const state of named) if (!states.includes(state)) yield `${rule.field} is never “${state}”`;
}

/** Roles that rules name, and where a `visible` looks its values up. */
function* lookups(app, rules) {
  const ours = (app.customizations.roles?.json.roles ?? []).map((role) => role.role_name);
  for (const role of Object.keys({ ...rules.visible, ...rules.locked_for })) if (!ours.includes(role)) yield `${role} is not a role of ours`;
  for (const within of Object.values(rules.visible ?? {}).flatMap((all) => all.flatMap((one) => (one.in ? [one.in] : [])))) {
    const parent = app.doctypes.get(within.doctype);
    const rows = within.child ? app.doctypes.get(parent?.byName.get(within.child)?.options) : parent;
    if (within.pluck !== "name" && !rows?.byName.has(within.pluck)) yield `${within.doctype} has no ${within.child ?? ""} ${within.pluck} to look up`;
    for (const field of Object.keys(within.where)) if (!parent?.byName.has(field)) yield `${within.doctype} has no field ${field}`;
  }
}

function compiles(pattern) {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
