/** What a site with the app knows of its DocTypes, read from the app's own JSON and from the standard ones that orders touch. */
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

export interface Field {
  readonly fieldname: string;
  readonly fieldtype: string;
  readonly options?: string;
  readonly reqd?: number;
}

const root = path.join(import.meta.dirname, "../..");
const app = path.join(root, "erpnext-app/gigafibre_fsm");

interface DocTypeJson {
  readonly name: string;
  readonly fields: Field[];
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

/** DocType → its fields by name, custom fields included. */
export function readDocTypes(): Map<string, Map<string, Field>> {
  const ours = path.join(app, "gigafibre_fsm/doctype");
  const standard = path.join(root, "fixtures/erpnext/doctypes");
  const files = [
    ...readdirSync(standard).filter((name) => name.endsWith(".json")).map((name) => path.join(standard, name)),
    ...readdirSync(ours, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "__pycache__")
      .map((entry) => path.join(ours, entry.name, `${entry.name}.json`)),
  ];
  const doctypes = new Map<string, Map<string, Field>>();
  for (const file of files) {
    const { name, fields } = readJson<DocTypeJson>(file);
    doctypes.set(name, new Map(fields.map((field) => [field.fieldname, field])));
  }
  const custom = readJson<Record<string, Field[]>>(path.join(app, "customizations/custom_fields.json"));
  for (const [doctype, fields] of Object.entries(custom)) {
    for (const field of fields) doctypes.get(doctype)?.set(field.fieldname, field);
  }
  return doctypes;
}
