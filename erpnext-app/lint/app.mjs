// Reads what the app declares: DocTypes, rules, customizations, its Python's texts.
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * @typedef {{ fieldname: string, fieldtype: string, options?: string, label?: string, unique?: number }} Field
 * @typedef {{ path: string, folder: string, name: string, fields: Field[], byName: Map<string, Field>, json: Record<string, unknown> }} DocType
 */

export const snake = (name) => name.toLowerCase().replaceAll(" ", "_").replaceAll("-", "_");
export const LAYOUT = new Set(["Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading", "Fold"]);
export const TABLES = new Set(["Table", "Table MultiSelect"]);

export function readApp(root) {
  const problems = [];
  const read = (path) => {
    try {
      return JSON.parse(readFileSync(join(root, path), "utf8"));
    } catch (error) {
      problems.push(`${path} cannot be read: ${error.message}`);
      return undefined;
    }
  };
  const all = (pattern) =>
    globSync(pattern, { cwd: root })
      .sort()
      .map((path) => ({ path, json: read(path) }))
      .filter(({ json }) => json !== undefined);

  const doctypes = new Map();
  for (const { path, json } of all("gigafibre_fsm/gigafibre_fsm/doctype/*/*.json")) {
    if (doctypes.has(json.name)) problems.push(`${path}: ${json.name} is also in ${doctypes.get(json.name).path}`);
    const fields = json.fields ?? [];
    doctypes.set(json.name, { path, folder: basename(dirname(path)), name: json.name, fields, byName: byName(fields), json });
  }
  const customizations = Object.fromEntries(
    all("gigafibre_fsm/customizations/*.json").map(({ path, json }) => [basename(path, ".json"), { path, json }]),
  );
  const rules = all("gigafibre_fsm/rules/*.json");
  return { root, problems, doctypes, customizations, rules };
}

const byName = (fields) => new Map(fields.map((field) => [field.fieldname, field]));

/** The fields the app knows of a DocType: all of its own, those it adds to a standard one. */
export function knownFields(app, doctype) {
  return app.doctypes.get(doctype)?.byName ?? byName(app.customizations.custom_fields?.json[doctype] ?? []);
}
