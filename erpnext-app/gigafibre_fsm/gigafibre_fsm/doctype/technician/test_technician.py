import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.tests import site


class TestTechnician(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		for user in (site.TECHNICIAN, site.OTHER_TECHNICIAN):
			frappe.get_doc({"doctype": "Technician", "user": user, "tags": [{"tag": "Fibre"}]}).insert()

	def test_user_is_one_technician(self):
		self.assertRaises(frappe.DuplicateEntryError, frappe.get_doc({"doctype": "Technician", "user": site.TECHNICIAN}).insert)

	def test_works_weekdays_unless_told(self):
		doc = frappe.get_doc("Technician", site.TECHNICIAN)
		self.assertEqual((doc.monday, doc.friday, doc.saturday, doc.sunday), (1, 1, 0, 0))

	def test_works_from_eight_to_five_unless_told(self):
		doc = frappe.get_doc("Technician", site.TECHNICIAN)
		self.assertEqual((doc.day_starts_at, doc.day_ends_at), ("08:00", "17:00"))

	def test_technician_sees_themselves_only(self):
		with site.signed_in(site.TECHNICIAN):
			self.assertEqual(frappe.get_list("Technician", pluck="name"), [site.TECHNICIAN])

	def test_whoever_gets_our_role_may_use_ten_devices(self):
		self.assertEqual(frappe.db.get_value("User", site.OTHER_TECHNICIAN, "simultaneous_sessions"), 10)

	def test_number_of_devices_set_by_a_person_stays(self):
		user = frappe.get_doc("User", site.TECHNICIAN)
		user.simultaneous_sessions = 3
		user.save()
		self.assertEqual(user.reload().simultaneous_sessions, 3)
