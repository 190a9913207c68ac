"""The number cards and the board of Desk, and what its global search looks through.

They are the site's own once made: a migration changes none, and leaves away what people took away. Only a number card comes back, for Frappe shows
no card of a workspace that misses one.
"""

import frappe

from gigafibre_fsm import ledger
from gigafibre_fsm.declared import customization

SEARCHED = "Global Search DocType"


def make():
	for doctype, documents in customization("desk").items():
		made = ledger.made(doctype)
		for document in documents:
			name = document["name"]
			if not frappe.db.exists(doctype, name) and (doctype == "Number Card" or name not in made):
				_make(doctype, document, noted=name in made)
	make_searchable()


def remove():
	for doctype in customization("desk"):
		for name in ledger.made(doctype):
			ledger.unmake(doctype, name)
	frappe.db.delete(SEARCHED, {"document_type": ("in", _searchable())})
	frappe.cache.hdel("global_search", "search_priorities")


def make_searchable():
	"""Once each. Where the setup wizard comes later, it lists them anew from the hook."""
	new = [doctype for doctype in _searchable() if doctype not in ledger.made(SEARCHED)]
	if not new:
		return
	settings = frappe.get_single("Global Search Settings")
	there = {row.document_type for row in settings.allowed_in_global_search}
	for doctype in new:
		ledger.note(SEARCHED, doctype)
		if doctype not in there:
			settings.append("allowed_in_global_search", {"document_type": doctype})
	settings.save(ignore_permissions=True)


def _make(doctype: str, document: dict, noted: bool):
	frappe.get_doc({"doctype": doctype, **document}).insert(ignore_permissions=True, set_name=document["name"])
	if not noted:
		ledger.note(doctype, document["name"])


def _searchable() -> list[str]:
	return [entry["doctype"] for entry in frappe.get_hooks("global_search_doctypes", app_name="gigafibre_fsm")["Default"]]
