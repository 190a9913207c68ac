// The one map of what the app adds to a site: every name in it exists.
import { TABLES, knownFields } from "./app.mjs";
import { options } from "./doctypes.mjs";
import { deskDocuments } from "./desk.mjs";
import { STANDARD_DOCTYPES, STANDARD_ROLES, SUBMITTABLE, WEBHOOK_EVENTS, isStandardField } from "./standard.mjs";

const FILES = { custom_fields: customFields, property_setters: propertySetters, roles: roleProfiles, workflows, webhooks, records, desk: deskDocuments };

export function customizationProblems(app) {
  return Object.entries(FILES).flatMap(([name, check]) => {
    const file = app.customizations[name];
    if (!file) return [`gigafibre_fsm/customizations/${name}.json is missing`];
    return [...check(app, file.json)].map((problem) => `${file.path}: ${problem}`);
  });
}

const exists = (app, doctype) => app.doctypes.has(doctype) || STANDARD_DOCTYPES.has(doctype);

function* customFields(app, map) {
  for (const [doctype, fields] of Object.entries(map)) {
    if (!STANDARD_DOCTYPES.has(doctype)) yield `${doctype} is not named in lint/standard.mjs`;
    const names = fields.map((field) => field.fieldname);
    for (const [index, field] of fields.entries()) {
      const at = `${doctype}.${field.fieldname}`;
      if (names.indexOf(field.fieldname) !== index) yield `${at} is there twice`;
      if (isStandardField(doctype, field.fieldname)) yield `${at} is ERPNext's own`;
      if (!names.slice(0, index).includes(field.insert_after) && !isStandardField(doctype, field.insert_after)) {
        yield `${at} stands after ${field.insert_after}, which is not known`;
      }
      if (field.fieldtype === "Link" && !exists(app, field.options)) yield `${at} links to ${field.options}, which is not known`;
      if (TABLES.has(field.fieldtype) && !app.doctypes.get(field.options)?.json.istable) yield `${at} holds ${field.options}, which is no child table of ours`;
      if (field.unique && field.fieldtype !== "Data") yield `${at} is unique but not Data: its empty value would collide`;
      if (field.unique && !field.no_copy) yield `${at} is unique, so a copy must not carry it (no_copy)`;
    }
  }
}

function* propertySetters(app, setters) {
  for (const { doctype, fieldname, property, value } of setters) {
    if (!exists(app, doctype)) yield `${doctype} is not known`;
    const named = [...(fieldname ? [fieldname] : []), ...(property === "search_fields" ? value.split(",") : [])];
    for (const field of named) if (!knownFields(app, doctype).has(field) && !isStandardField(doctype, field)) yield `${doctype} has no field ${field}`;
  }
}

function* roleProfiles(_app, { roles, role_profiles, service_user }) {
  const ours = roles.map((role) => role.role_name);
  for (const profile of role_profiles) {
    for (const role of profile.roles) if (!ours.includes(role) && !STANDARD_ROLES.has(role)) yield `${profile.name} names ${role}, a role nobody makes`;
  }
  if (!role_profiles.some((profile) => profile.name === service_user.role_profile)) yield `${service_user.role_profile} is no role profile`;
}

function* workflows(app, all) {
  const ours = (app.customizations.roles?.json.roles ?? []).map((role) => role.role_name);
  for (const { name, document_type, workflow_state_field, states, transitions } of all) {
    const field = knownFields(app, document_type).get(workflow_state_field);
    const known = options(field ?? {});
    for (const { state } of states) if (!known.includes(state)) yield `${name}: ${document_type} is never “${state}”`;
    if (states[0]?.state !== field?.default) yield `${name} begins as ${states[0]?.state}, but a new ${document_type} is ${field?.default}`;
    const listed = states.map(({ state }) => state);
    for (const { state, next_state, allowed, condition } of transitions) {
      if (!listed.includes(state) || !listed.includes(next_state)) yield `${name}: ${state} → ${next_state} is between states it does not list`;
      if (!ours.includes(allowed) && !STANDARD_ROLES.has(allowed)) yield `${name}: ${allowed} is a role nobody makes`;
      if (condition && !/^doc\.[a-z_]+ == frappe\.session\.user$/.test(condition)) yield `${name}: “${condition}” is not the one form a condition has`;
    }
  }
}

function* webhooks(app, all) {
  for (const { doctype, events } of all) {
    if (!exists(app, doctype)) yield `${doctype} is not known`;
    for (const event of events) {
      if (!WEBHOOK_EVENTS.has(event)) yield `${doctype}: ${event} is no event`;
      if (["on_submit", "on_cancel"].includes(event) && !SUBMITTABLE.has(doctype)) yield `${doctype} is never submitted or cancelled`;
    }
  }
}

function* records(app, map) {
  for (const [doctype, all] of Object.entries(map)) {
    if (!exists(app, doctype)) yield `${doctype} is not known`;
    for (const record of all) yield* recordProblems(app, doctype, record);
  }
}

function* recordProblems(app, doctype, record) {
  const fields = knownFields(app, doctype);
  for (const [name, value] of Object.entries(record)) {
    const field = fields.get(name);
    if (!field && !isStandardField(doctype, name)) yield `${doctype} has no field ${name}`;
    if (field?.fieldtype === "Select" && !options(field).includes(value)) yield `${doctype}.${name} is never “${value}”`;
    if (Array.isArray(value) && field) for (const row of value) yield* recordProblems(app, field.options, row);
  }
}
