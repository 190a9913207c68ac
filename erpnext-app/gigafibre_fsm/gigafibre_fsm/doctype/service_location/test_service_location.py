import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.tests import site


class TestServiceLocation(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def test_name_can_be_said_aloud(self):
		self.assertRegex(site.location().name, r"^LOC-\d{5}$")

	def test_drop_is_sold_once_while_it_is_in_use(self):
		site.location(fibre_id="DROP-1")
		self.assertRaises(frappe.UniqueValidationError, site.location, fibre_id="DROP-1")

	def test_cancelled_place_gives_its_drop_back(self):
		first = site.location(fibre_id="DROP-2")
		first.status = "Cancelled"
		first.save()
		self.assertFalse(first.reload().fibre_id)
		self.assertEqual(first.former_fibre_id, "DROP-2")
		self.assertEqual(site.location(fibre_id="DROP-2").fibre_id, "DROP-2")

	def test_places_without_a_drop_do_not_collide(self):
		self.assertNotEqual(site.location().name, site.location().name)

	def test_begins_waiting_for_its_installation(self):
		self.assertEqual(site.location().status, "Pending Install")
		self.assertRaises(frappe.ValidationError, site.location, status="Active")

	def test_status_moves_only_forward_and_back_from_a_suspension(self):
		place = site.location()
		for status in ("Active", "Suspended", "Active", "Cancelled"):
			place.status = status
			place.save()
		place.status = "Active"
		self.assertRaises(frappe.ValidationError, place.save)

	def test_postal_code_has_one_spelling(self):
		self.assertEqual(site.location(postal_code="j0s-1m0").postal_code, "J0S 1M0")
		self.assertRaises(frappe.ValidationError, site.location, postal_code="12345")

	def test_latitude_is_on_earth(self):
		self.assertRaises(frappe.ValidationError, site.location, latitude=91)

	def test_customer_stays(self):
		place = site.location()
		place.customer = site.customer("Quelqu'un d'autre").name
		self.assertRaises(frappe.CannotChangeConstantError, place.save)

	def test_technician_sees_the_places_of_their_own_jobs_only(self):
		mine, theirs = site.location(), site.location()
		site.scheduled_job(mine)
		site.scheduled_job(theirs, site.OTHER_TECHNICIAN)
		with site.signed_in(site.TECHNICIAN):
			seen = frappe.get_list("Service Location", pluck="name", limit_page_length=0)
			self.assertIn(mine.name, seen)
			self.assertNotIn(theirs.name, seen)
			self.assertTrue(frappe.has_permission("Service Location", "read", mine.name))
			self.assertFalse(frappe.has_permission("Service Location", "read", theirs.name))
			self.assertFalse(frappe.has_permission("Service Location", "write", mine.name))

	def test_agent_sees_every_place(self):
		place = site.location()
		with site.signed_in(site.AGENT):
			self.assertTrue(frappe.has_permission("Service Location", "write", place.name))
