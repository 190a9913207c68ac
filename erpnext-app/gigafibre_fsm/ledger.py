"""Which documents install and migrate made on this site, so that uninstall takes back those and not what was there before.

Kept in Frappe's DefaultValue, which is there before the app's own tables and after them: one row a document.
"""

import frappe

PARENT = "gigafibre_fsm"


def make(values: dict, name: str | None = None):
	"""Inserts a document as the app itself, and notes it."""
	doc = frappe.get_doc(values).insert(ignore_permissions=True, set_name=name)
	note(doc.doctype, doc.name)
	return doc


def note(doctype: str, name: str):
	frappe.get_doc(
		{
			"doctype": "DefaultValue",
			"parent": PARENT,
			"parenttype": PARENT,
			"parentfield": "made",
			"defkey": doctype,
			"defvalue": name,
		}
	).insert(ignore_permissions=True)


def made(doctype: str) -> list[str]:
	"""Names of the noted documents of a DocType, latest first."""
	rows = frappe.get_all("DefaultValue", {"parent": PARENT, "defkey": doctype}, ["defvalue"], order_by="creation desc")
	return [row.defvalue for row in rows]


def unmake(doctype: str, name: str):
	"""Deletes a noted document for good: no copy stays in Deleted Document."""
	frappe.delete_doc(doctype, name, force=True, ignore_missing=True, ignore_permissions=True, delete_permanently=True)


def close():
	frappe.db.delete("DefaultValue", {"parent": PARENT})
