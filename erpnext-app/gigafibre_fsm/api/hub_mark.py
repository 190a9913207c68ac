"""Tells the hub whether this site's database is still the one it knew, and not one restored from a backup."""

import frappe

from gigafibre_fsm.users import require_role

DOCTYPE = "Hub Mark"
LAST_KEYS = 20


@frappe.whitelist(methods=["POST"])
def advance(to: str | None = None, before: str | None = None) -> dict:
	"""Puts the mark `to` in the place of `before` (none: of no mark at all); where another stands, nothing changes. Without `to` it only tells.

	Answers `{mark, keys}`: the mark that stood when it was asked, or null, and the caller's last keys of units of work, latest first.
	"""
	require_role("Hub Service")
	found = _stands()
	if to and found == (before or None):
		# Past the document: no version, no `modified`, no webhook for what is no change of anybody's.
		frappe.db.set_single_value(DOCTYPE, "mark", to, update_modified=False)
	return {"mark": found, "keys": _last_keys()}


def _stands() -> str | None:
	row = frappe.db.sql("select value from `tabSingles` where doctype = %s and field = 'mark' for update", DOCTYPE)
	return (row[0][0] or None) if row else None


def _last_keys() -> list[str]:
	return frappe.get_all("Unit of Work", filters={"caller": frappe.session.user}, pluck="key", order_by="creation desc", limit_page_length=LAST_KEYS)
