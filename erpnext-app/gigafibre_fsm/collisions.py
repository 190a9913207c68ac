"""Documents of the site's people that carry a name of ours. Frappe would write the app's own over them, unasked."""

import json

import frappe
from frappe import _

from gigafibre_fsm.customizations import MODULE
from gigafibre_fsm.declared import APP


def refuse():
	"""Before an install or a migration has changed anything."""
	if taken := found():
		listed = ", ".join(f"{_(doctype)} {frappe.bold(name)}" for doctype, name in taken)
		why = _("These are yours and have the names of documents of this app: {0}. Nothing was changed. Rename or delete them, then do it again")
		frappe.throw(why.format(listed))


def found() -> list[tuple[str, str]]:
	return [(doctype, name) for doctype, name in shipped() if frappe.db.exists(doctype, name) and frappe.db.get_value(doctype, name, "module") != MODULE]


def shipped() -> list[tuple[str, str]]:
	"""What Frappe itself brings in from the app's folders, by name."""
	documents = (json.loads(path.read_text("utf-8")) for path in sorted((APP / APP.name).glob("*/*/*.json")))
	return [(document["doctype"], document["name"]) for document in documents]
