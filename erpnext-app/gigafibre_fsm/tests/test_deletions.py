import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api.deletions import since
from gigafibre_fsm.tests import site


class TestDeletions(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def test_hub_learns_what_was_deleted_and_not_what_was_in_it(self):
		before = frappe.utils.now()
		place = site.location()
		frappe.delete_doc("Service Location", place.name)
		with site.signed_in(site.HUB):
			(deleted,) = [row for row in since(before) if row.deleted_name == place.name]
		self.assertEqual(deleted.deleted_doctype, "Service Location")
		self.assertEqual(set(deleted), {"name", "deleted_doctype", "deleted_name", "modified"})

	def test_what_nobody_follows_is_not_told(self):
		before = frappe.utils.now()
		note = frappe.get_doc({"doctype": "ToDo", "description": "x"}).insert()
		frappe.delete_doc("ToDo", note.name)
		with site.signed_in(site.HUB):
			self.assertFalse([row for row in since(before) if row.deleted_name == note.name])

	def test_staff_are_not_told(self):
		for user in (site.AGENT, site.DISPATCHER, site.TECHNICIAN):
			with site.signed_in(user):
				self.assertRaises(frappe.PermissionError, since, "2026-01-01")
