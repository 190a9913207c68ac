// The workspace, the number cards and the boards of Desk refer to DocTypes, fields, options and each other.
import { knownFields } from "./app.mjs";
import { options } from "./doctypes.mjs";
import { STANDARD_DOCTYPES, isStandardField } from "./standard.mjs";

const ALWAYS = new Set(["name", "creation", "modified", "owner"]);

export function* deskDocuments(app, { "Number Card": cards, "Kanban Board": boards, Workspace: workspaces }) {
  for (const document of workspaces) yield* workspace(app, document);
  for (const { name, document_type, filters_json } of cards) {
    for (const problem of filterProblems(app, document_type, JSON.parse(filters_json))) yield `${name}: ${problem}`;
  }
  for (const { name, reference_doctype, field_name, columns, filters, fields } of boards) {
    const known = options(knownFields(app, reference_doctype).get(field_name) ?? {});
    for (const { column_name } of columns) if (!known.includes(column_name)) yield `${name}: ${reference_doctype} is never “${column_name}”`;
    for (const field of JSON.parse(fields)) if (!has(app, reference_doctype, field)) yield `${name}: ${reference_doctype} has no field ${field}`;
    for (const problem of filterProblems(app, reference_doctype, JSON.parse(filters))) yield `${name}: ${problem}`;
  }
}

function* workspace(app, { links, shortcuts, number_cards, content }) {
  const { "Number Card": cards, "Kanban Board": boards } = app.customizations.desk.json;
  const names = (all) => all.map(({ name }) => name);
  for (const { number_card_name: card } of number_cards) if (!names(cards).includes(card)) yield `${card} is no number card of ours`;
  for (const { kanban_board: board } of shortcuts) if (board && !names(boards).includes(board)) yield `${board} is no board of ours`;
  for (const { link_to } of [...links.filter(({ type }) => type === "Link"), ...shortcuts]) {
    if (!app.doctypes.has(link_to) && !STANDARD_DOCTYPES.has(link_to)) yield `it links to ${link_to}, which is not known`;
  }
  const there = {
    number_card: number_cards.map(({ label }) => label),
    shortcut: shortcuts.map(({ label }) => label),
    card: links.filter(({ type }) => type === "Card Break").map(({ label }) => label),
  };
  const shown = JSON.parse(content).flatMap(({ type, data }) => (type in there ? [[type, data[`${type}_name`]]] : []));
  for (const [type, label] of shown) if (!there[type].includes(label)) yield `it shows the ${type} ${label}, which it does not have`;
  for (const [type, labels] of Object.entries(there)) {
    for (const label of labels) if (!shown.some(([shownType, name]) => shownType === type && name === label)) yield `it does not show its ${type} ${label}`;
  }
}

function* filterProblems(app, doctype, filters) {
  for (const [of, field, , value] of filters) {
    if (of !== doctype || !has(app, doctype, field)) yield `${of} has no field ${field}`;
    const select = knownFields(app, doctype).get(field);
    if (select?.fieldtype !== "Select" || ["set", "not set"].includes(value)) continue;
    for (const one of [value].flat()) if (!options(select).includes(one)) yield `${field} is never “${one}”`;
  }
}

const has = (app, doctype, field) => knownFields(app, doctype).has(field) || ALWAYS.has(field) || isStandardField(doctype, field);
