"""The steps of a unit of work: each a write or an expectation, done as the calling user with ERPNext's own validation and permissions."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.utils import cast, cstr

from gigafibre_fsm.exceptions import ExpectationError, MalformedStepError, StepReferenceError, UnknownFieldError
from gigafibre_fsm.tasks import Tasks

# The keys a step may have: required, optional.
SHAPES: dict[str, tuple[set[str], set[str]]] = {
	"insert": ({"doctype", "values"}, {"as"}),
	"update": ({"doctype", "name", "values"}, {"as", "expect"}),
	"submit": ({"doctype", "name"}, set()),
	"cancel": ({"doctype", "name"}, set()),
	"expect": ({"doctype", "filters", "count"}, set()),
}
# Besides the DocType's own fields, these may be read from a document.
STANDARD_FIELDS = {"name", "owner", "creation", "modified", "modified_by", "docstatus"}
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Steps:
	"""Runs steps one after the other and remembers what they made.

	`documents` names each document written, once, in the order of its first step: `[{as, doctype, name}]`.
	"""

	def __init__(self):
		self.documents: list[dict[str, str | None]] = []
		self._by_alias: dict[str, Any] = {}
		self._tasks = Tasks()

	def run(self, step: dict, following: Any = None):
		"""Runs a step; `following` is the one that will be run next."""
		check_shape(step)
		getattr(self, f"_{step['op']}")(step)
		if not _inserts_task(following):
			self._tasks.settle()

	def _insert(self, step):
		meta = _meta(step["doctype"])
		values = self._resolve_row(step["values"])
		refuse_unknown_fields(meta, values)
		doc = frappe.get_doc({"doctype": meta.name, **values})
		_refuse_fields_above(doc, values)
		if doc.doctype == "Task":
			self._tasks.insert(doc)
		else:
			doc.insert()
		self._remember(doc, step.get("as"))

	def _update(self, step):
		doc = self._locked(step)
		doc.check_permission("write")
		values, expected = self._resolve_row(step["values"]), self._resolve_row(step.get("expect", {}))
		refuse_unknown_fields(doc.meta, values)
		_refuse_fields_above(doc, values)
		compare(doc, expected)
		doc.update(values)
		doc.save()
		self._remember(doc, step.get("as"))

	def _submit(self, step):
		doc = self._locked(step)
		doc.submit()
		self._remember(doc)

	def _cancel(self, step):
		doc = self._locked(step)
		doc.cancel()
		self._remember(doc)

	def _expect(self, step):
		"""Counts what the caller may see, and locks it until the commit.

		Rows are locked by name. That there are none is not locked: a lock on the gap where a row would stand makes any two orders
		that both look for it, then insert, deadlock. What must not exist twice has a unique field.
		"""
		meta = _meta(step["doctype"])
		frappe.has_permission(meta.name, "read", throw=True)
		filters = self._resolve_row(step["filters"])
		_refuse_unreadable_fields(meta, filters)
		named = [[meta.name, field, *(value if isinstance(value, list) else ("=", value))] for field, value in filters.items()]
		names = frappe.get_list(meta.name, filters=named, pluck="name", limit_page_length=0)
		if names:
			named.append([meta.name, "name", "in", names])
			query = frappe.get_list(meta.name, filters=named, fields=["name"], limit_page_length=0, order_by="", run=False)
			names = frappe.db.sql(f"{query} for update")
		found = len(names)
		if found != step["count"]:
			frappe.throw(_("{0}: {1} expected, {2} found").format(_(meta.name), step["count"], found), ExpectationError)

	def _locked(self, step):
		meta = _meta(step["doctype"])
		name = self._resolve(step["name"])
		return frappe.get_doc(meta.name, name, for_update=True)

	def _remember(self, doc, alias: str | None = None):
		if alias:
			if alias in self._by_alias:
				frappe.throw(_("Two steps are named “{0}”").format(alias), MalformedStepError)
			self._by_alias[alias] = doc
		for known, earlier in self._by_alias.items():
			if (earlier.doctype, earlier.name) == (doc.doctype, doc.name):
				# A reference takes what stands there now, not what the first step left.
				self._by_alias[known] = doc
		if not any(known["doctype"] == doc.doctype and known["name"] == doc.name for known in self.documents):
			self.documents.append({"as": alias, "doctype": doc.doctype, "name": doc.name})

	def _resolve_row(self, row: dict) -> dict:
		return {field: self._resolve(value) for field, value in row.items()}

	def _resolve(self, value):
		if isinstance(value, list):
			return [self._resolve_row(item) if isinstance(item, dict) and not _is_operator(item) else self._resolve(item) for item in value]
		if not isinstance(value, dict):
			return value
		if not _is_operator(value):
			frappe.throw(_("A value is a text, a number, rows, $ref or $format"), MalformedStepError)
		((operator, argument),) = value.items()
		if operator == "$ref":
			return self._field(argument)
		return PLACEHOLDER.sub(lambda found: cstr(self._field(found.group(1))), argument)

	def _field(self, reference: str):
		"""The value of `alias.field` as the steps so far left it."""
		alias, _dot, field = reference.partition(".")
		doc = self._by_alias.get(alias)
		if doc is None:
			frappe.throw(_("No earlier step is named “{0}”").format(alias), StepReferenceError)
		df = doc.meta.get_field(field)
		plain = df and df.fieldtype not in no_value_fields and df.fieldtype not in (*table_fields, "Password")
		if field not in STANDARD_FIELDS and not plain:
			frappe.throw(_("{0} has no field “{1}” to take").format(_(doc.doctype), field), StepReferenceError)
		return doc.get(field)


def check_shape(step: Any):
	"""Refuses a step that has not exactly the keys of its kind."""
	if not isinstance(step, dict) or step.get("op") not in SHAPES:
		frappe.throw(_("A step's “op” is one of {0}").format(", ".join(SHAPES)), MalformedStepError)
	required, optional = SHAPES[step["op"]]
	keys = set(step) - {"op"}
	if missing := required - keys:
		frappe.throw(_("The step lacks {0}").format(", ".join(sorted(missing))), MalformedStepError)
	if surplus := keys - required - optional:
		frappe.throw(_("The step has no use for {0}").format(", ".join(sorted(surplus))), MalformedStepError)
	if not all(isinstance(step.get(key, {}), dict) for key in ("values", "expect", "filters")):
		frappe.throw(_("values, expect and filters are objects"), MalformedStepError)
	if step["op"] == "expect" and not isinstance(step["count"], int):
		frappe.throw(_("count is a whole number"), MalformedStepError)


def refuse_unknown_fields(meta, values: dict):
	"""Every key must be a field that holds a value, in child rows too."""
	for field, value in values.items():
		df = meta.get_field(field)
		if not df or df.fieldtype in set(no_value_fields) - set(table_fields):
			_unknown(meta, field)
		if df.fieldtype not in table_fields:
			if isinstance(value, list):
				frappe.throw(_("{0} holds no rows").format(_(df.label)), MalformedStepError)
			continue
		if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
			frappe.throw(_("{0} holds rows").format(_(df.label)), MalformedStepError)
		child = frappe.get_meta(df.options)
		for row in value:
			# An existing row is kept by its name.
			refuse_unknown_fields(child, {key: row[key] for key in row if key != "name"})


def compare(doc, expected: dict):
	"""Refuses when the locked document is not as the caller thought."""
	_refuse_unreadable_fields(doc.meta, expected)
	for field, value in expected.items():
		df = doc.meta.get_field(field)
		fieldtype = df.fieldtype if df else "Datetime" if field in ("creation", "modified") else "Data"
		if _comparable(fieldtype, value) != _comparable(fieldtype, doc.get(field)):
			label = _(doc.meta.get_label(field))
			message = _("{0} {1}: {2} is no longer what it was").format(_(doc.doctype), doc.name, label)
			frappe.msgprint(message)
			raise ExpectationError(message, field)


def _comparable(fieldtype: str, value):
	return (cast(fieldtype, value) if value not in (None, "") else None) or None


def _refuse_unreadable_fields(meta, fields: dict):
	for field in fields:
		df = meta.get_field(field)
		if field not in STANDARD_FIELDS and (not df or df.fieldtype in no_value_fields or df.fieldtype == "Password"):
			_unknown(meta, field)


def _refuse_fields_above(doc, values: dict):
	"""A field above the caller's permission level, which Frappe would put back silently."""
	levels = doc.get_permlevel_access("write")
	for field in values:
		if doc.meta.get_field(field).permlevel and doc.meta.get_field(field).permlevel not in levels:
			frappe.throw(_("{0} is not yours to change").format(_(doc.meta.get_label(field))), frappe.PermissionError)


def _unknown(meta, field: str):
	message = _("{0} has no field “{1}”").format(_(meta.name), field)
	frappe.msgprint(message)
	raise UnknownFieldError(message, field)


def _meta(doctype: str):
	meta = frappe.get_meta(doctype)
	if meta.istable:
		frappe.throw(_("{0} is part of another document").format(_(doctype)), MalformedStepError)
	return meta


def _inserts_task(step: Any) -> bool:
	return isinstance(step, dict) and step.get("op") == "insert" and step.get("doctype") == "Task"


def _is_operator(value: dict) -> bool:
	return len(value) == 1 and next(iter(value)) in ("$ref", "$format") and isinstance(next(iter(value.values())), str)
