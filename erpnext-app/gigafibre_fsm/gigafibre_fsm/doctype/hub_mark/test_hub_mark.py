import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api import hub_mark
from gigafibre_fsm.tests import site


class TestHubMark(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def setUp(self):
		frappe.db.set_single_value("Hub Mark", "mark", "", update_modified=False)

	def test_is_moved_from_the_mark_that_stands_and_no_other(self):
		self.assertIsNone(hub_mark.advance(to="1@a")["mark"])
		self.assertEqual(hub_mark.advance(to="2@b", before="1@a")["mark"], "1@a")
		self.assertEqual(hub_mark.advance(to="3@c", before="1@a")["mark"], "2@b")
		self.assertEqual(hub_mark.advance()["mark"], "2@b")

	def test_is_no_change_that_anybody_is_told_of(self):
		modified = frappe.db.get_singles_dict("Hub Mark").get("modified")
		hub_mark.advance(to="1@a")
		self.assertEqual(frappe.db.get_singles_dict("Hub Mark").get("modified"), modified)
		self.assertFalse(frappe.db.exists("Version", {"ref_doctype": "Hub Mark"}))

	def test_is_for_the_hub_alone(self):
		with site.signed_in(site.DISPATCHER):
			self.assertRaises(frappe.PermissionError, hub_mark.advance)
