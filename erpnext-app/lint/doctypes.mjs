// The DocTypes' JSON, as Frappe would complain of it on a site, and what the house asks of each besides.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { LAYOUT, TABLES, knownFields, snake } from "./app.mjs";
import { STANDARD_DOCTYPES, STANDARD_ROLES, isStandardField } from "./standard.mjs";

export function doctypeProblems(app) {
  return [...app.doctypes.values()].flatMap((doctype) =>
    [
      ...shape(app, doctype),
      ...doctype.fields.flatMap((field) => [...fieldProblems(app, doctype, field)]),
      ...naming(doctype),
      ...links(app, doctype),
      ...permissions(app, doctype),
    ].map((problem) => `${doctype.path}: ${problem}`),
  );
}

function* shape(app, { path, folder, name, fields, json }) {
  if (json.doctype !== "DocType" || json.module !== "Gigafibre FSM") yield "is not a DocType of the module Gigafibre FSM";
  if (folder !== snake(name)) yield `${name} belongs in ${snake(name)}/`;
  const names = fields.map((field) => field.fieldname);
  for (const twice of names.filter((field, index) => names.indexOf(field) !== index)) yield `${twice} is there twice`;
  if (names.join() !== (json.field_order ?? []).join()) yield "field_order is not the order of the fields";
  const wanted = ["__init__.py", `${folder}.py`, ...(json.istable ? [] : [`test_${folder}.py`])];
  for (const file of wanted) if (!existsSync(join(app.root, dirname(path), file))) yield `${file} is missing beside it`;
  if (!json.istable && !json.track_changes) yield "does not track changes";
  if (!json.issingle && !fields.some((field) => field.in_list_view)) yield "shows no column in its list";
}

function* fieldProblems(app, doctype, field) {
  const at = field.fieldname;
  if (!/^[a-z][a-z0-9_]*$/.test(at)) yield `${at} is not a fieldname`;
  if (field.fieldtype === "Link" && !STANDARD_DOCTYPES.has(field.options) && !app.doctypes.has(field.options)) {
    yield `${at} links to ${field.options}, which is neither ours nor named in lint/standard.mjs`;
  }
  if (TABLES.has(field.fieldtype) && !app.doctypes.get(field.options)?.json.istable) yield `${at} holds ${field.options}, which is no child table of ours`;
  if (field.fieldtype === "Select" && field.default !== undefined && !options(field).includes(field.default)) yield `${at}: ${field.default} is not among its options`;
  if (field.unique && field.fieldtype !== "Data" && field.fieldtype !== "Link") yield `${at} is unique but not Data: its empty value would collide`;
  if (!LAYOUT.has(field.fieldtype) && !field.label) yield `${at} has no label`;
  if (field.fetch_from) {
    const [link, source] = field.fetch_from.split(".");
    const target = doctype.byName.get(link)?.options;
    if (!target || !(knownFields(app, target).has(source) || isStandardField(target, source))) yield `${at} fetches ${field.fetch_from}, which is not known`;
  }
}

export const options = (field) => (field.options ?? "").split("\n");

function* naming({ json, byName }) {
  if (json.istable || json.issingle) return;
  if (!json.autoname) yield "has no naming";
  const source = /^field:(.*)$/.exec(json.autoname ?? "")?.[1];
  if (source && !byName.get(source)?.unique) yield `is named by ${source}, which is not unique`;
  for (const field of [json.title_field, ...(json.search_fields ?? "").split(",")]) {
    if (!byName.has(field)) yield `title_field and search_fields name fields; “${field}” is none`;
  }
}

function* links(app, { json }) {
  for (const link of json.links ?? []) {
    const field = knownFields(app, link.link_doctype).get(link.link_fieldname);
    if (field?.fieldtype !== "Link") yield `its dashboard links to ${link.link_doctype}.${link.link_fieldname}, which is no Link`;
    else if (field.options !== json.name) yield `its dashboard links to ${link.link_doctype}.${link.link_fieldname}, which links to ${field.options}`;
    if (link.is_child_table && knownFields(app, link.parent_doctype).get(link.table_fieldname)?.options !== link.link_doctype) {
      yield `${link.parent_doctype}.${link.table_fieldname} does not hold ${link.link_doctype}`;
    }
  }
}

function* permissions(app, { json }) {
  if (json.istable) return;
  const ours = (app.customizations.roles?.json.roles ?? []).map((role) => role.role_name);
  for (const { role } of json.permissions ?? []) if (!ours.includes(role) && !STANDARD_ROLES.has(role)) yield `gives a permission to ${role}, a role nobody makes`;
  if (!json.permissions?.some((row) => row.read)) yield "can be read by nobody";
}
