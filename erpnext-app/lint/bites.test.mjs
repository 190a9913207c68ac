import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { problemsOf } from "../lint.mjs";
import { pythonProblems } from "./python.mjs";

const APP = join(import.meta.dirname, "..");
const copies = [];

afterEach(() => {
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true });
});

/** The app with one file changed, in a folder of its own. */
function changed(path, change) {
  const copy = mkdtempSync(join(tmpdir(), "gigafibre-app-"));
  copies.push(copy);
  for (const part of ["gigafibre_fsm", "pyproject.toml"]) cpSync(join(APP, part), join(copy, part), { recursive: true });
  writeFileSync(join(copy, path), change(readFileSync(join(copy, path), "utf8")));
  return path.endsWith(".py") ? pythonProblems(copy) : problemsOf(copy, { python: false });
}

const json = (change) => (text) => {
  const parsed = JSON.parse(text);
  change(parsed);
  return JSON.stringify(parsed);
};
const doctype = (name) => `gigafibre_fsm/gigafibre_fsm/doctype/${name}/${name}.json`;
const rules = (name) => `gigafibre_fsm/rules/${name}.json`;
const customization = (name) => `gigafibre_fsm/customizations/${name}.json`;

describe("the app's lint", () => {
  it("finds nothing in the app as it stands", () => {
    expect(problemsOf(APP)).toEqual([]);
  });

  const cases = [
    ["an unused import", "gigafibre_fsm/install.py", (text) => `import os\n${text}`, "F401"],
    ["Python that does not parse", "gigafibre_fsm/install.py", (text) => `${text}\ndef (`, "syntax"],
    ["a file its formatter would change", "gigafibre_fsm/install.py", (text) => text.replace('"User"', "'User'"), "not formatted"],
    ["a DocType that does not parse", doctype("technician"), (text) => text.slice(1), "cannot be read"],
    ["a fieldname used twice", doctype("technician"), json((it) => it.fields.push(it.fields[0])), "is there twice"],
    ["a field_order that differs", doctype("technician"), json((it) => it.field_order.reverse()), "field_order"],
    ["a Link to nowhere", doctype("technician"), json((it) => (it.fields[0].options = "Usr")), "links to Usr"],
    ["a Table of nothing", doctype("technician"), json((it) => (it.fields.find((field) => field.fieldname === "tags").options = "Tag")), "no child table"],
    ["a default that is no option", doctype("service_location"), json((it) => (it.fields.find((field) => field.fieldname === "status").default = "New")), "not among its options"],
    ["a unique number", doctype("technician"), json((it) => (it.fields.find((field) => field.fieldname === "jobs_per_day").unique = 1)), "would collide"],
    ["a dashboard link to nothing", doctype("service_location"), json((it) => (it.links[0].link_fieldname = "place")), "which is no Link"],
    ["a title that is no field", doctype("service_location"), json((it) => (it.title_field = "title")), "“title” is none"],
    ["a permission of a role nobody makes", doctype("technician"), json((it) => (it.permissions[0].role = "Boss")), "Boss, a role nobody makes"],
    ["a rule on a field that is not there", rules("service_location"), json((it) => (it.range.altitude = { min: 0 })), "no field altitude"],
    ["a rule nobody reads", rules("service_location"), json((it) => (it.requird = [])), "requird is no rule"],
    ["a move to a state that is not there", rules("service_location"), json((it) => it.moves.allowed.Active.push("Gone")), "never “Gone”"],
    ["a condition that never holds", rules("dispatch_job"), json((it) => (it.required_when[0].when.status = ["Planned"])), "never “Planned”"],
    ["a lookup of nothing", rules("service_location"), json((it) => (it.visible["Field Technician"][0].in.pluck = "place")), "to look up"],
    ["an agreement with nothing", rules("dispatch_job"), json((it) => (it.agrees_with.service_location.customer = "owner_of")), "no field owner_of"],
    ["a custom field after nothing", customization("custom_fields"), json((it) => (it.Customer[1].insert_after = "nowhere")), "after nowhere"],
    ["a custom field twice", customization("custom_fields"), json((it) => it.Task.push(it.Task[0])), "is there twice"],
    ["a workflow state that is no option", customization("workflows"), json((it) => (it[0].states[1].state = "Planned")), "never “Planned”"],
    ["a webhook of an unknown event", customization("webhooks"), json((it) => it[0].events.push("on_save")), "on_save is no event"],
    ["a record with an unknown field", customization("records"), json((it) => (it["Dispatch Tag"][0].colour = "blue")), "no field colour"],
    ["a text without French", "gigafibre_fsm/translations/fr.csv", (text) => text.replace(/^Digit map,.*\n/m, ""), "“Digit map” has no French"],
    ["a script's text without French", "gigafibre_fsm/public/js/issue.js", (text) => text.replace('__("Create")', '__("Conjure")'), "“Conjure” has no French"],
    ["a number card of an option that is not there", customization("desk"), (text) => text.replace("Pending Install", "Planned"), "never “Planned”"],
    ["a board's column that is no status", customization("desk"), json((it) => (it["Kanban Board"][0].columns[0].column_name = "New")), "never “New”"],
    ["a workspace that shows what it does not have", customization("desk"), json((it) => it.Workspace[0].number_cards.pop()), "which it does not have"],
    ["a workspace's card that nobody makes", customization("desk"), json((it) => (it.Workspace[0].number_cards[0].number_card_name = "Mine")), "no number card of ours"],
    ["French that loses a value", "gigafibre_fsm/translations/fr.csv", (text) => text.replace(/^\{0\} begins as \{1\},.*$/m, "{0} begins as {1},Commence par {1}"), "do not take the same values"],
  ];
  it.each(cases)("finds %s", (_name, path, change, expected) => {
    const found = changed(path, change);
    expect(found.join("\n")).toContain(expected);
  });
});
