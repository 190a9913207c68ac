"""Whose Contacts and Addresses may be reached: Frappe's own answer, whoever gives it."""

from unittest.mock import patch

import frappe
from frappe.contacts.address_and_contact import has_permission as frappes
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm import links
from gigafibre_fsm.tests import site


class TestLinks(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def test_as_it_comes_the_answer_is_frappes_and_no_permission_of_the_site_is_read(self):
		for doctype in ("Contact", "Address"):
			for user in (*site.PROFILES, site.HUB):
				doc = frappe.new_doc(doctype)
				with site.signed_in(user):
					self.assertTrue(frappes(doc, "read", user), f"{doctype} {user}")
					with patch("frappe.permissions.get_valid_perms") as asked:
						self.assertTrue(links.has_permission(doc=doc, ptype="read", user=user))
					asked.assert_not_called()

	def test_field_that_names_a_party_leaves_it_to_frappe(self):
		for party in links.PARTIES:
			field = frappe._dict(fieldname="of_whom", fieldtype="Link", options=party)
			with patch.object(type(frappe.get_meta("Contact")), "get_link_fields", return_value=[field]):
				self.assertIsNone(links.has_permission(doc=frappe._dict(doctype="Contact"), ptype="read", user=site.AGENT), party)

	def test_another_app_keeps_its_say(self):
		asked = {"Contact": [links.FRAPPES, "another.app.refuses", links.OURS], "Address": [links.FRAPPES, links.OURS]}
		hooks = frappe.get_hooks
		with patch("frappe.get_hooks", side_effect=lambda hook=None, *rest, **named: asked if hook == "has_permission" else hooks(hook, *rest, **named)):
			self.assertIsNone(links.has_permission(doc=frappe._dict(doctype="Contact"), ptype="read", user=site.AGENT))
			self.assertTrue(links.has_permission(doc=frappe._dict(doctype="Address"), ptype="read", user=site.AGENT))

	def test_site_calls_it_before_frappes(self):
		for doctype in ("Contact", "Address"):
			methods = frappe.get_hooks("has_permission")[doctype]
			self.assertGreater(methods.index(links.OURS), methods.index(links.FRAPPES))
