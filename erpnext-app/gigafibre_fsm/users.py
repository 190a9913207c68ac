"""Users who have one of our roles."""

import frappe

from gigafibre_fsm import ledger
from gigafibre_fsm.declared import customization

# A phone, a tablet, a browser or two: with Frappe's two sessions the third device would sign the first one out.
SESSIONS = 10
RAISED = "User.simultaneous_sessions"


def our_roles() -> list[str]:
	return [role["role_name"] for role in customization("roles")["roles"]]


def require_role(*roles: str):
	"""An endpoint of ours is for some of our roles and for System Managers; anyone else gets 403."""
	if not {*roles, "System Manager"} & set(frappe.get_roles()):
		raise frappe.PermissionError


def allow_devices(doc, method=None):
	"""On User: whoever receives a role of ours may be signed in on several devices. A number set later by a person stays."""
	if not _has_our_role(doc) or _has_our_role(doc.get_doc_before_save()):
		return
	before = doc.simultaneous_sessions or 0
	if before < SESSIONS:
		doc.simultaneous_sessions = SESSIONS
		ledger.note(RAISED, f"{before} {doc.name}")


def forget_devices():
	"""Gives those whose number we raised their own back, unless somebody chose another since. Raised twice, the first note counts: it comes last."""
	for note in ledger.made(RAISED):
		before, _space, name = note.partition(" ")
		if frappe.db.get_value("User", name, "simultaneous_sessions") == SESSIONS:
			frappe.db.set_value("User", name, "simultaneous_sessions", int(before), update_modified=False)


def _has_our_role(user) -> bool:
	return user is not None and any(row.role in our_roles() for row in user.get("roles"))
