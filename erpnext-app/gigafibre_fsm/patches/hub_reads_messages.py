"""The hub reads and writes a customer's messages: its profile of before they came lacks the role for it."""

import frappe

PROFILE = "Hub Service"
ROLE = "Inbox User"


def execute():
	if not frappe.db.exists("Role Profile", PROFILE):
		return
	row = {"doctype": "Has Role", "parenttype": "Role Profile", "parent": PROFILE, "parentfield": "roles", "role": ROLE}
	if frappe.db.exists(row):
		return
	# A profile that is saved waits, locked, for a queue to save its users; while a site migrates there may be no worker.
	frappe.get_doc(row).insert(ignore_permissions=True)
	frappe.clear_document_cache("Role Profile", PROFILE)
	for user in frappe.get_all("User", {"role_profile_name": PROFILE}, pluck="name"):
		frappe.get_doc("User", user).save(ignore_permissions=True)
