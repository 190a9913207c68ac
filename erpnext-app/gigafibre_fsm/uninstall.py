"""Takes back what install.py put on a site."""

import frappe

from gigafibre_fsm import customizations, ledger, users

# Where Frappe keeps things about documents, and the column that names their DocType. They would outlive the DocTypes.
TRACES = {
	"Version": "ref_doctype",
	"Comment": "reference_doctype",
	"ToDo": "reference_type",
	"DocShare": "share_doctype",
	"Document Follow": "ref_doctype",
	"Tag Link": "document_type",
	"View Log": "reference_doctype",
	"Notification Log": "document_type",
	"Activity Log": "reference_doctype",
	"Access Log": "export_from",
	"Data Import": "reference_doctype",
	"List Filter": "reference_doctype",
	"List View Settings": "name",
	"Workflow Action": "reference_doctype",
	"Deleted Document": "deleted_doctype",
	"Singles": "doctype",
	"__Auth": "doctype",
	"__UserSettings": "doctype",
	"__global_search": "doctype",
}
# What is about one DocType and makes no sense without it; deleted as a document, with its rows and files.
VIEWS = {
	"File": "attached_to_doctype",
	"Kanban Board": "reference_doctype",
	"Calendar View": "reference_doctype",
	"Number Card": "document_type",
	"Dashboard Chart": "document_type",
	"Notification": "document_type",
	"Print Format": "doc_type",
	"User Permission": "allow",
	"Assignment Rule": "document_type",
}
SERIES = ("LOC-", "JOB-")


def before_uninstall():
	users.forget_devices()
	remove_service_user()
	customizations.remove()
	remove_traces()


def after_uninstall():
	# The DocTypes, whose permissions name them, are gone by now.
	customizations.remove_roles()
	forget_deletions()
	forget_patches()
	ledger.close()
	frappe.db.commit()
	frappe.clear_cache()


def remove_service_user():
	for email in ledger.made("User"):
		for contact in frappe.get_all("Contact", {"user": email}, pluck="name"):
			ledger.unmake("Contact", contact)
		ledger.unmake("User", email)
		frappe.db.delete("Comment", {"reference_doctype": "User", "reference_name": email})
		frappe.db.delete("DefaultValue", {"parent": email})
		frappe.db.delete("Deleted Document", {"deleted_name": email})


def remove_traces():
	ours = frappe.get_all("DocType", {"module": customizations.MODULE}, pluck="name")
	actions = frappe.get_all("Workflow Action", {"reference_doctype": ("in", ours)}, pluck="name")
	if actions:
		frappe.db.delete("Workflow Action Permitted Role", {"parent": ("in", actions)})
	for doctype, column in VIEWS.items():
		for name in frappe.get_all(doctype, {column: ("in", ours)}, pluck="name"):
			ledger.unmake(doctype, name)
	for table, column in TRACES.items():
		frappe.db.delete(table, {column: ("in", ours)})
	# A letter is the customer's, whatever it was filed under.
	frappe.db.set_value("Communication", {"reference_doctype": ("in", ours)}, {"reference_doctype": None, "reference_name": None}, update_modified=False)
	frappe.db.delete("Series", {"name": ("in", SERIES)})


def forget_deletions():
	"""Frappe keeps a copy of every DocType it deletes; these describe tables that are gone."""
	frappe.db.delete("Deleted Document", {"data": ("like", f'%"module": "{customizations.MODULE}"%')})
	frappe.db.delete("Deleted Document", {"deleted_doctype": "Module Def", "deleted_name": customizations.MODULE})


def forget_patches():
	"""Frappe notes a patch once and for all: what is installed again later would find them done."""
	frappe.db.delete("Patch Log", {"patch": ("like", f"%{ledger.PARENT}.%")})
