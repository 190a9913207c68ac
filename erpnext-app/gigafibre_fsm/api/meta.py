"""What DocTypes are made of, for a page that shows and edits their documents.

Desk's own `getdoctype` brings a form's scripts, print formats and child tables with it: six calls and 395 kB for a customer's page, where this is one of
63 kB. It also leaves it to the page to work out who may write what.
"""

import frappe
from frappe.model import no_value_fields, table_fields
from frappe.model.workflow import get_workflow_name

from gigafibre_fsm.api.lists import RIGHTS
from gigafibre_fsm.users import our_roles, require_role

MOST_DOCTYPES = 30
FLAGS = ("reqd", "hidden", "in_list_view", "in_standard_filter", "set_only_once", "allow_on_submit", "non_negative")


@frappe.whitelist(methods=["GET"])
def of(doctypes: list | str) -> dict:
	"""Answers `{DocType: {name, label, title_field, search_fields, is_submittable, rights, fields}}`, null for one that the caller may not
	read. Labels and choices are in French and English; a field is `writable` as far as the caller's roles go.
	"""
	require_role(*our_roles())
	asked = frappe.parse_json(doctypes)
	if len(asked) > MOST_DOCTYPES:
		frappe.throw(f"At most {MOST_DOCTYPES} DocTypes at once")
	return {doctype: _described(doctype) if frappe.has_permission(doctype, "read") else None for doctype in asked}


def _described(doctype: str) -> dict:
	meta = frappe.get_meta(doctype)
	rights = {right: bool(frappe.has_permission(doctype, right)) for right in RIGHTS}
	levels = {right: set(meta.get_permlevel_access(right)) for right in ("read", "write")}
	by_workflow = _moved_by_workflow(doctype)
	return {
		"name": doctype,
		"label": _both(doctype),
		"title_field": meta.title_field or "",
		"search_fields": meta.get_search_fields(),
		"is_submittable": bool(meta.is_submittable),
		"rights": rights,
		"fields": [
			{
				**_field(field, doctype),
				"writable": rights["write"]
				and field.permlevel in levels["write"]
				and not (field.read_only or field.fieldtype == "Read Only" or field.is_virtual or field.fieldname == by_workflow)
				and (not field.fetch_from or bool(field.fetch_if_empty)),
			}
			for field in meta.fields
			if (field.fieldtype in table_fields or field.fieldtype not in no_value_fields) and field.permlevel in levels["read"]
		],
	}


def _field(field, doctype: str) -> dict:
	choices = (field.options or "").split("\n") if field.fieldtype == "Select" else []
	return {
		"fieldname": field.fieldname,
		"fieldtype": field.fieldtype,
		"label": _both(field.label or field.fieldname),
		"options": "" if field.fieldtype == "Select" else field.options or "",
		"choices": [{"value": choice, "label": _both(choice, doctype)} for choice in choices],
		"description": _both(field.description) if field.description else None,
		"default": str(field.default or ""),
		"length": int(field.length or 0),
		**{flag: bool(field.get(flag)) for flag in FLAGS},
	}


def _both(text: str, context: str | None = None) -> dict:
	return {language: frappe._(text, language, context) if text else "" for language in ("fr", "en")}


def _moved_by_workflow(doctype: str) -> str | None:
	workflow = get_workflow_name(doctype)
	return frappe.get_cached_value("Workflow", workflow, "workflow_state_field") if workflow else None
