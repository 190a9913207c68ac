"""What Gigafibre Settings asks the site for in Desk. For System Managers only."""

import frappe
from frappe.utils import cint

from gigafibre_fsm import completion, connection, guesses
from gigafibre_fsm.users import require_role


@frappe.whitelist(methods=["GET"])
def state() -> dict:
	"""`{missing: [{field, label, why}], makeable: [{doctype, name, under | problem}]}`: what is not set, and what could be made."""
	require_role()
	return {"missing": guesses.missing(), "makeable": completion.plan()}


@frappe.whitelist(methods=["POST"])
def make_missing() -> dict:
	"""Makes what `state` called makeable, with the caller's own permissions in the books, and chooses it in the settings."""
	require_role()
	return {"made": completion.make(), **state()}


@frappe.whitelist(methods=["POST"])
def connect(hub_url: str | None = None, anew: int = 0) -> dict[str, str]:
	"""The lines of the hub's .env, shown once. `anew` draws new secrets, which the hub must be given before it can go on."""
	require_role()
	return connection.show(hub_url, bool(cint(anew)))
