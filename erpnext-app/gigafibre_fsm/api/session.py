"""Who is signed in."""

import frappe


@frappe.whitelist(methods=["GET"])
def whoami() -> dict:
	"""`{user, full_name, roles}` of the session or API key that asks; a guest gets 403.

	The roles are all the user has, ERPNext's own included.
	"""
	if frappe.session.user == "Guest":
		raise frappe.PermissionError
	return {
		"user": frappe.session.user,
		"full_name": frappe.utils.get_fullname(frappe.session.user),
		"roles": sorted(frappe.get_roles()),
	}
