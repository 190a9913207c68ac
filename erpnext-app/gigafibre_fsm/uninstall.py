"""Takes back what install.py put on a site."""

import frappe

from gigafibre_fsm import customizations, users
from gigafibre_fsm.declared import customization

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
	frappe.db.commit()
	frappe.clear_cache()


def remove_service_user():
	email = customization("roles")["service_user"]["email"]
	frappe.delete_doc("User", email, force=True, ignore_missing=True, ignore_permissions=True, delete_permanently=True)


def remove_traces():
	ours = frappe.get_all("DocType", {"module": customizations.MODULE}, pluck="name")
	for table, column in TRACES.items():
		frappe.db.delete(table, {column: ("in", ours)})
	frappe.db.delete("Series", {"name": ("in", SERIES)})
