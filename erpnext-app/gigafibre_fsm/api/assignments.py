"""Whom a ticket is given to: Frappe's own assignment (a ToDo, a Comment, `_assign`), so that Desk shows it and its lists filter by it."""

import frappe
from frappe import _
from frappe.desk.form import assign_to

STAFF = ("Ops Agent", "Dispatcher")


@frappe.whitelist(methods=["GET"])
def people() -> list[dict]:
	"""`[{user, full_name}]`: who may be given a ticket, for whoever may write one."""
	frappe.has_permission("Issue", "write", throw=True)
	users = frappe.get_all("Has Role", filters={"parenttype": "User", "role": ["in", STAFF]}, pluck="parent", distinct=True)
	working = {"name": ["in", users or [""]], "enabled": 1}
	return frappe.get_all("User", filters=working, fields=["name as user", "full_name"], order_by="full_name asc, name asc")


@frappe.whitelist(methods=["POST"])
def give(issue: str, user: str | None = None) -> list[str]:
	"""Gives the ticket to one person, in the place of whoever had it, or to nobody; by whoever may write it.

	Frappe's own `add` and `remove` are two requests, and let whoever reads a document give it to any user there is.

	Answers whom it is given to then. The same again changes nothing.
	"""
	frappe.get_doc("Issue", issue, for_update=True).check_permission("write")
	if user and user not in {each["user"] for each in people()}:
		frappe.throw(_("{0} {1} not found").format(_("User"), user), frappe.DoesNotExistError)
	on = {"doctype": "Issue", "name": issue}
	had = [each["owner"] for each in assign_to.get(on)]
	for each in had:
		if each != user:
			assign_to.remove(**on, assign_to=each, ignore_permissions=True)
	if user and user not in had:
		assign_to.add({**on, "assign_to": [user]}, ignore_permissions=True)
	return [each["owner"] for each in assign_to.get(on)]
