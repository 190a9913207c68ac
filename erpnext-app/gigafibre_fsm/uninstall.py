"""Takes back what install.py put on a site."""

import frappe

from gigafibre_fsm import customizations, ledger, users

# Where Frappe keeps things about documents, and the column that names their DocType. They would outlive the DocTypes.
TRACES = {
	"Version": "ref_doctype",
	"Comment": "reference_doctype",
	"ToDo": "reference_type",
	"DocShare": "share_doctype",
	"Workflow Action": "reference_doctype",
	"Deleted Document": "deleted_doctype",
	"Singles": "doctype",
	"__Auth": "doctype",
	"__UserSettings": "doctype",
	"__global_search": "doctype",
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
	for table, column in TRACES.items():
		frappe.db.delete(table, {column: ("in", ours)})
	frappe.db.delete("Series", {"name": ("in", SERIES)})


def forget_deletions():
	"""Frappe keeps a copy of every DocType it deletes; these describe tables that are gone."""
	frappe.db.delete("Deleted Document", {"data": ("like", f'%"module": "{customizations.MODULE}"%')})
	frappe.db.delete("Deleted Document", {"deleted_doctype": "Module Def", "deleted_name": customizations.MODULE})
