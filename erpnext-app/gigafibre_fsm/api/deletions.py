"""What was deleted, for a hub that was not told."""

import frappe
from frappe.utils import cint

from gigafibre_fsm.declared import customization
from gigafibre_fsm.users import require_role

FIELDS = ["name", "deleted_doctype", "deleted_name", "modified"]
PAGE = 500


@frappe.whitelist(methods=["GET"])
def since(modified: str, start: int = 0, limit: int = 100) -> list[dict]:
	"""Deletions of the DocTypes that webhooks tell about, at or after `modified`, oldest first.

	`[{name, deleted_doctype, deleted_name, modified}]`, never what was in the document. Frappe lets only System Managers read
	Deleted Document, and one permission of ours would replace all of its own.
	"""
	require_role("Hub Service")
	followed = [webhook["doctype"] for webhook in customization("webhooks")]
	return frappe.get_all(
		"Deleted Document",
		filters={"modified": (">=", modified), "deleted_doctype": ("in", followed)},
		fields=FIELDS,
		order_by="modified asc, name asc",
		limit_start=cint(start),
		limit_page_length=min(cint(limit), PAGE) or PAGE,
	)
