"""Two customers that are one: all that is linked to the one becomes the other's, in one transaction."""

import frappe
from frappe import _

from gigafibre_fsm.users import require_role

CARD = ("stripe_customer_id", "stripe_payment_method", "ppa_enabled")


@frappe.whitelist(methods=["POST"])
def customers(old: str, into: str, values: dict | str | None = None, on_behalf_of: str | None = None, note: str | None = None) -> dict:
	"""For Hub Service: merges the Customer `old` into `into` and sets `values` there, of the card on file only.

	A merge deletes the one that goes, which ERPNext lets no agent do: the hub asks first, as the person, whether they may write both. Frappe notes that
	the hub merged; `note` is a Comment beside it, by the User `on_behalf_of`.

	Answers `{customer, replayed}`; `replayed` where `old` was merged into it before.
	"""
	require_role("Hub Service")
	card = frappe.parse_json(values) or {}
	if set(card) - set(CARD):
		frappe.throw(_("Only the card on file is set by a merge"))
	if not frappe.db.exists("Customer", old):
		if frappe.db.exists("Document Rename", {"document_type": "Customer", "old_name": old, "new_name": into, "merged": 1}):
			return {"customer": into, "replayed": True}
		frappe.throw(_("{0} {1} not found").format(_("Customer"), old), frappe.DoesNotExistError)
	kept = frappe.get_doc("Customer", into, for_update=True)
	kept.check_permission("write")
	called = kept.customer_name
	frappe.rename_doc("Customer", old, into, merge=True, show_alert=False)
	kept.reload()
	# ERPNext calls a renamed customer as its document is named.
	kept.update({"customer_name": called, **card})
	kept.save()
	if note:
		by = frappe.get_doc("User", on_behalf_of)
		kept.add_comment("Comment", note, comment_email=by.name, comment_by=by.full_name)
	return {"customer": into, "replayed": False}
