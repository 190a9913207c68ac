"""Users who have one of our roles."""

import frappe

from gigafibre_fsm.declared import customization

# A phone, a tablet, a browser or two: with Frappe's two sessions the third device would sign the first one out.
SESSIONS = 10
FRAPPE_SESSIONS = 2


def our_roles() -> list[str]:
	return [role["role_name"] for role in customization("roles")["roles"]]


def require_role(*roles: str):
	"""An endpoint of ours is for some of our roles and for System Managers; anyone else gets 403."""
	if not {*roles, "System Manager"} & set(frappe.get_roles()):
		raise frappe.PermissionError


def allow_devices(doc, method=None):
	"""On User: whoever receives a role of ours may be signed in on several devices. A number set later by a person stays."""
	if _has_our_role(doc) and not _has_our_role(doc.get_doc_before_save()):
		doc.simultaneous_sessions = max(SESSIONS, doc.simultaneous_sessions or 0)


def forget_devices():
	"""Gives users of our roles Frappe's own number back."""
	names = frappe.get_all("Has Role", {"role": ("in", our_roles()), "parenttype": "User"}, pluck="parent", distinct=True)
	for name in names:
		if frappe.db.get_value("User", name, "simultaneous_sessions") == SESSIONS:
			frappe.db.set_value("User", name, "simultaneous_sessions", FRAPPE_SESSIONS)


def _has_our_role(user) -> bool:
	return user is not None and any(row.role in our_roles() for row in user.get("roles"))
