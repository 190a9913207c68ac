"""Whether a Contact or an Address may be reached, answered without reading every permission of the site.

Frappe's own hook asks which DocTypes the user may read, of the whole site, twice for each Contact and Address: it hides those that are linked
straight to a Customer, Supplier, Company or Sales Partner that the user may not read. Where the DocType has no such field, as it comes, there is
nothing to hide and its answer is always yes.
"""

import frappe

FRAPPES = "frappe.contacts.address_and_contact.has_permission"
OURS = "gigafibre_fsm.links.has_permission"
PARTIES = {"Customer", "Supplier", "Company", "Sales Partner"}


def has_permission(doc, **_asked) -> bool | None:
	"""`has_permission`: Frappe's own answer where it can be but one; None, which leaves it to Frappe, where a field or another app has a say."""
	asked = frappe.get_hooks("has_permission")
	others = {*asked.get(doc.doctype, []), *asked.get("*", [])} - {FRAPPES, OURS}
	if others or any(field.options in PARTIES for field in frappe.get_meta(doc.doctype).get_link_fields()):
		return None
	return True
