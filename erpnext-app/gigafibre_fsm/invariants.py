"""Holds every document to the declared rules, whoever writes it: Desk, the hub, a script.

Called by `doc_events`, in the order rules/README.md states. Nothing here knows a DocType by name.
"""

import re
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _
from frappe.utils import cast, cint, cstr, flt, now_datetime
from frappe.utils.password import get_decrypted_password

from gigafibre_fsm.declared import rules_of
from gigafibre_fsm.normal_forms import NotNormalisableError, normalise

HALF_A_CENT = 0.005


def before_validate(doc, method=None):
	rules = rules_of(doc.doctype)
	apply_normal_forms(doc, rules)
	vacate(doc, rules)


def validate(doc, method=None):
	rules = rules_of(doc.doctype)
	_forget(doc)
	require_empty(doc, rules)
	require_filled(doc, rules)
	check_patterns(doc, rules)
	check_ranges(doc, rules)
	check_sums(doc, rules)
	check_agreement(doc, rules)
	check_move(doc, rules)
	stamp(doc, rules)
	raise_counters(doc, rules)
	refuse_locked_changes(doc, rules)


def before_cancel(doc, method=None):
	rules = rules_of(doc.doctype)
	apply_normal_forms(doc, rules)
	vacate(doc, rules)
	require_empty(doc, rules)


def apply_normal_forms(doc, rules):
	for field, form in rules.get("normal_forms", {}).items():
		value = doc.get(field)
		if not _is_set(value):
			continue
		try:
			doc.set(field, normalise(form, cstr(value)))
		except NotNormalisableError:
			frappe.throw(_("{0}: “{1}” is not valid").format(_label(doc, field), value))


def vacate(doc, rules):
	for rule in rules.get("vacate", []):
		if _holds(doc, rule["when"]) and _is_set(doc.get(rule["from"])):
			doc.set(rule["to"], doc.get(rule["from"]))
			doc.set(rule["from"], None)


def require_empty(doc, rules):
	for rule in rules.get("empty_unless", []):
		if _holds(doc, rule["when"]):
			continue
		for field in rule["fields"]:
			if _is_set(doc.get(field)):
				frappe.throw(_("{0} must be empty here").format(_label(doc, field)))


def require_filled(doc, rules):
	for rule in rules.get("required_when", []):
		if not _holds(doc, rule["when"]):
			continue
		missing = [field for field in rule["fields"] if not _is_set(doc.get(field))]
		if missing:
			labels = ", ".join(_label(doc, field) for field in missing)
			frappe.msgprint(_("{0} must be filled in").format(labels))
			raise frappe.MandatoryError(f"[{doc.doctype}, {doc.name}]: {', '.join(missing)}")


def check_patterns(doc, rules):
	for field, pattern in rules.get("pattern", {}).items():
		value = doc.get(field)
		if _is_set(value) and not re.fullmatch(pattern, cstr(value)):
			frappe.throw(_("{0}: “{1}” is not valid").format(_label(doc, field), value))


def check_ranges(doc, rules):
	for field, limits in rules.get("range", {}).items():
		if _is_set(doc.get(field)):
			_check_range(doc, field, limits)
	for rule in rules.get("range_when", []):
		if _holds(doc, rule["when"]):
			_check_range(doc, rule["field"], rule)


def _check_range(doc, field, limits):
	value = flt(doc.get(field))
	if "min" in limits and value < limits["min"]:
		frappe.throw(_("{0} may not be less than {1}").format(_label(doc, field), limits["min"]))
	if "max" in limits and value > limits["max"]:
		frappe.throw(_("{0} may not be more than {1}").format(_label(doc, field), limits["max"]))


def check_sums(doc, rules):
	for rule in rules.get("sums", []):
		rows = doc.get(rule["table"])
		if not rows:
			continue
		total = sum(flt(row.get(rule["field"])) for row in rows)
		if abs(total - flt(doc.get(rule["equals"]))) > HALF_A_CENT:
			frappe.throw(
				_("{0}: the rows add up to {1}, but {2} is {3}").format(_label(doc, rule["table"]), total, _label(doc, rule["equals"]), doc.get(rule["equals"]))
			)


def check_agreement(doc, rules):
	for link, pairs in rules.get("agrees_with", {}).items():
		if not doc.get(link):
			continue
		linked = _linked(doc.meta.get_field(link).options, doc.get(link), tuple(pairs.values()))
		for own, other in pairs.items():
			if linked and cstr(doc.get(own)) != cstr(linked.get(other)):
				frappe.throw(
					_("{0} is {1}, but {2} {3} says {4}").format(
						_label(doc, own), doc.get(own) or "—", _label(doc, link), doc.get(link), linked.get(other) or "—"
					)
				)


@contextmanager
def reading_links_once():
	"""In one transaction many documents name the same place: it is read for the first of them, and again once it is written."""
	frappe.local.linked_values = {}
	try:
		yield
	finally:
		del frappe.local.linked_values


def _linked(doctype: str, name: str, fields: tuple[str, ...]) -> frappe._dict | None:
	known = getattr(frappe.local, "linked_values", {}).setdefault((doctype, name), {})
	if fields not in known:
		known[fields] = frappe.db.get_value(doctype, name, fields, as_dict=True)
	return known[fields]


def _forget(doc):
	getattr(frappe.local, "linked_values", {}).pop((doc.doctype, doc.name), None)


def check_move(doc, rules):
	moves = rules.get("moves")
	if not moves or moves.get("by_workflow"):
		return
	field = moves["field"]
	before = doc.get_doc_before_save()
	if before is None:
		# Data Import brings in documents that have lived elsewhere.
		if doc.get(field) not in moves["initial"] and not frappe.flags.in_import:
			frappe.throw(_("{0} begins as {1}").format(_label(doc, field), ", ".join(_(state) for state in moves["initial"])))
		return
	old, new = before.get(field), doc.get(field)
	if old != new and new not in moves["allowed"].get(old, []):
		frappe.throw(_("{0} may not go from {1} to {2}").format(_label(doc, field), _(old), _(new)))


def stamp(doc, rules):
	before = doc.get_doc_before_save()
	for rule in rules.get("stamps", []):
		if not _holds(doc, rule["when"]) or (before is not None and _holds(before, rule["when"])):
			continue
		field = rule["field"]
		told = _is_set(doc.get(field)) and (before is None or _changed(doc, before, field))
		if not told:
			doc.set(field, now_datetime())


def raise_counters(doc, rules):
	before = doc.get_doc_before_save()
	for rule in rules.get("raises", []):
		if before is None:
			doc.set(rule["field"], 0)
			continue
		rises = any(_changed(doc, before, field) for field in rule["watch"])
		doc.set(rule["field"], cint(before.get(rule["field"])) + (1 if rises else 0))


def refuse_locked_changes(doc, rules):
	before = doc.get_doc_before_save()
	locked_for = rules.get("locked_for", {})
	if before is None or doc.flags.ignore_permissions or not locked_for:
		return
	binding = binding_roles(locked_for, doc.doctype, "write", frappe.session.user)
	if not binding:
		return
	for field in sorted(set.intersection(*(set(locked_for[role]) for role in binding))):
		if _changed(doc, before, field):
			frappe.throw(_("{0} is not yours to change").format(_label(doc, field)), frappe.PermissionError)


def binding_roles(declared: dict[str, Any], doctype: str, right: str, user: str) -> list[str]:
	"""The user's roles in `declared` that alone give them `right` on the DocType; none where another role gives it too."""
	if user == "Administrator":
		return []
	roles = set(frappe.get_roles(user))
	granting = {row.role for row in frappe.get_meta(doctype).permissions if row.get(right) and not row.permlevel and row.role in roles}
	return sorted(granting) if granting and granting <= set(declared) else []


def _label(doc, field) -> str:
	return _(doc.meta.get_label(field))


def _is_set(value) -> bool:
	return value not in (None, "", [])


def _holds(doc, when: dict[str, list]) -> bool:
	return all(doc.get(field) in accepted for field, accepted in when.items())


def _changed(doc, before, field) -> bool:
	df = doc.meta.get_field(field)
	if df.fieldtype == "Password":
		return _password_changed(doc, field)
	if df.fieldtype in frappe.model.table_fields:
		return _rows(doc, df) != _rows(before, df)
	return _comparable(df, doc.get(field)) != _comparable(df, before.get(field))


def _password_changed(doc, field) -> bool:
	value = doc.get(field) or ""
	if value and set(value) == {"*"}:
		# What Frappe shows in place of the secret: nobody wrote a new one.
		return False
	return value != (get_decrypted_password(doc.doctype, doc.name, field, raise_exception=False) or "")


def _rows(doc, df) -> list[tuple]:
	fields = frappe.get_meta(df.options).get("fields", {"fieldtype": ("not in", frappe.model.no_value_fields)})
	return [tuple(_comparable(field, row.get(field.fieldname)) for field in fields) for row in doc.get(df.fieldname) or []]


def _comparable(df, value):
	# An empty number is 0, an empty text is nothing.
	return (cast(df.fieldtype, value) if _is_set(value) else None) or None
