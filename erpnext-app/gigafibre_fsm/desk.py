"""The workspace of Desk with its number cards, the board of visits, and what its global search looks through.

They are the site's own once made: a migration changes none, and leaves away what people took away. That is why the workspace is no file of Frappe's
own kind, which it would bring in anew over every edit. Only a number card comes back while a workspace names it, for Frappe shows no card of one
that misses one.
"""

import frappe

from gigafibre_fsm import ledger
from gigafibre_fsm.declared import customization

SEARCHED = "Global Search DocType"
SETTINGS = "Global Search Settings"


def make():
	for doctype, documents in customization("desk").items():
		made = ledger.made(doctype)
		for document in documents:
			name = document["name"]
			if not frappe.db.exists(doctype, name) and (name not in made or _is_missed(doctype, name)):
				_make(doctype, document, noted=name in made)
	make_searchable()


def remove():
	for doctype in customization("desk"):
		for name in ledger.made(doctype):
			ledger.unmake(doctype, name)
	frappe.db.delete(SEARCHED, {"document_type": ("in", _searchable())})
	_forget_searched()


def make_searchable():
	"""Once each. Where the setup wizard comes later, it lists them anew from the hook."""
	new = [doctype for doctype in _searchable() if doctype not in ledger.made(SEARCHED)]
	if not new:
		return
	rows = frappe.get_all(SEARCHED, ["document_type", "idx"])
	there, last = {row.document_type for row in rows}, max((row.idx for row in rows), default=0)
	for doctype in new:
		ledger.note(SEARCHED, doctype)
		if doctype not in there:
			last += 1
			# The row alone: saving its parent would stamp the rows of the others anew.
			row = {"doctype": SEARCHED, "document_type": doctype, "idx": last}
			frappe.get_doc({**row, "parent": SETTINGS, "parenttype": SETTINGS, "parentfield": "allowed_in_global_search"}).insert(ignore_permissions=True)
	_forget_searched()


def _forget_searched():
	frappe.cache.hdel("global_search", "search_priorities")
	frappe.clear_document_cache(SETTINGS)


def _is_missed(doctype: str, name: str) -> bool:
	return doctype == "Number Card" and bool(frappe.db.exists("Workspace Number Card", {"number_card_name": name}))


def _make(doctype: str, document: dict, noted: bool):
	frappe.get_doc({"doctype": doctype, **document}).insert(ignore_permissions=True, set_name=document["name"])
	if not noted:
		ledger.note(doctype, document["name"])


def _searchable() -> list[str]:
	return [entry["doctype"] for entry in frappe.get_hooks("global_search_doctypes", app_name="gigafibre_fsm")["Default"]]
