"""Several lists in one answer, each as the caller may read it: what one page shows is asked for once.

It knows nothing of pages: which lists, and what becomes of them, is decided by whoever asks.
"""

import json
import re

import frappe
from frappe.model import get_permitted_fields

from gigafibre_fsm.users import our_roles, require_role

MOST_LISTS = 60
# Read by whoever reads the document they stand beside, as in Desk's own timeline: no role has a permission of its own on them.
BESIDE = {
	"Comment": ("reference_doctype", "reference_name"),
	"Communication": ("reference_doctype", "reference_name"),
	"Version": ("ref_doctype", "docname"),
}
RIGHTS = ("read", "write", "create")
NAMED_ANEW = re.compile(r"\bas\s+[`'\"]?name[`'\"]?\s*$", re.IGNORECASE)


@frappe.whitelist(methods=["POST"])
def many(lists: list | str, rights: list | str | None = None) -> dict:
	"""Lists are `{as, doctype, fields?, filters?, or_filters?, order_by?, limit?, start?, parent?, beside?}`, as
	`frappe.get_list` takes them; all rows without `limit`.

	A filter's value `{"$names": "other"}` is the names of the rows of a list before it, with `"field"` what stands there
	instead. `beside: ["other", …]` makes a list of Comment, Communication or Version one of what stands beside those rows.

	Answers `{lists: {as: rows}, rights: {DocType: {read, write, create}}}`; null for a list that the caller may not read.
	"""
	require_role(*our_roles())
	asked = frappe.parse_json(lists)
	if len(asked) > MOST_LISTS:
		frappe.throw(f"At most {MOST_LISTS} lists at once")
	answered = Answers()
	for each in asked:
		answered.add(each)
	return {
		"lists": answered.rows,
		"rights": {doctype: {right: bool(frappe.has_permission(doctype, right)) for right in RIGHTS} for doctype in frappe.parse_json(rights) or []},
	}


class Answers:
	def __init__(self):
		self.rows: dict[str, list[dict] | None] = {}
		self.doctypes: dict[str, str] = {}

	def add(self, asked: dict):
		self.doctypes[asked["as"]] = asked["doctype"]
		self.rows[asked["as"]] = self._beside(asked) if "beside" in asked else self._list(asked)

	def _list(self, asked: dict) -> list[dict] | None:
		doctype, parent = asked["doctype"], asked.get("parent")
		if not frappe.has_permission(doctype, "read", parent_doctype=parent):
			return None
		if any(NAMED_ANEW.search(field) for field in asked.get("fields", [])):
			frappe.throw("A field cannot be called name")
		filters = [self._filled(each) for each in asked.get("filters", [])]
		if any(each is None for each in filters):
			return []
		return frappe.get_list(doctype, filters=filters, or_filters=asked.get("or_filters") or None, parent_doctype=parent, **_shape(asked))

	def _beside(self, asked: dict) -> list[dict]:
		doctype_field, name_field = BESIDE[asked["doctype"]]
		documents = {(self.doctypes[other], row["name"]) for other in asked["beside"] for row in self.rows[other] or []}
		if not documents:
			return []
		filters = [self._filled(each) for each in asked.get("filters", [])]
		doctypes, names = (sorted(set(each)) for each in zip(*documents, strict=True))
		filters += [[doctype_field, "in", doctypes], [name_field, "in", names]]
		found = frappe.get_all(asked["doctype"], filters=filters, **_shape(asked))
		# A name may be that of documents of two DocTypes.
		kept = [row for row in found if (row[doctype_field], row[name_field]) in documents]
		return [_readable(row) for row in kept] if asked["doctype"] == "Version" else kept

	def _filled(self, condition: list) -> list | None:
		"""None where the list it takes its names from is empty."""
		*head, value = condition
		if not isinstance(value, dict):
			return condition
		names = [row[value.get("field", "name")] for row in self.rows[value["$names"]] or []]
		return [*head, names] if names else None


def _shape(asked: dict) -> dict:
	# Without a limit Frappe's own default is 20.
	limit = {"limit_page_length": asked["limit"]} if asked.get("limit") else {"limit_page_length": 0}
	return {"fields": asked.get("fields") or ["name"], "order_by": asked.get("order_by"), "limit_start": asked.get("start", 0), **limit}


def _readable(version: dict) -> dict:
	"""A Version without the fields that the caller may not read in the document; rows that came or went are only counted."""
	data = json.loads(version["data"] or "{}")
	doctype = version["ref_doctype"]
	tables = {table.fieldname for table in frappe.get_meta(doctype).get_table_fields()}
	fields = set(get_permitted_fields(doctype, permission_type="read")) | tables
	changed = [change for change in data.get("changed") or [] if change[0] in fields or change[0] == "docstatus"]
	rows = [change for change in data.get("row_changed") or [] if change[0] in fields]
	return {**version, "data": json.dumps({"changed": changed, "row_changed": rows})}
