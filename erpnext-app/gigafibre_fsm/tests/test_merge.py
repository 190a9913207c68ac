import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api.merge import customers
from gigafibre_fsm.tests import site


class TestMerge(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def test_all_that_is_the_ones_becomes_the_others_once(self):
		one, other = site.location(), site.location()
		with site.signed_in(site.HUB):
			self.assertEqual(customers(other.customer, one.customer, {"stripe_customer_id": "cus_1"}), {"customer": one.customer, "replayed": False})
			self.assertTrue(customers(other.customer, one.customer)["replayed"])
		self.assertEqual(frappe.db.get_value("Service Location", other.name, "customer"), one.customer)
		self.assertEqual(frappe.db.get_value("Customer", one.customer, "stripe_customer_id"), "cus_1")
		self.assertFalse(frappe.db.exists("Customer", other.customer))

	def test_who_asked_is_said_on_the_one_that_stays(self):
		one, other = site.location(), site.location()
		with site.signed_in(site.HUB):
			customers(other.customer, one.customer, on_behalf_of=site.AGENT, note="<p>Fusion demandée</p>")
			customers(other.customer, one.customer, on_behalf_of=site.AGENT, note="<p>Fusion demandée</p>")
		found = frappe.get_all(
			"Comment",
			{"reference_doctype": "Customer", "reference_name": one.customer, "comment_type": "Comment"},
			["owner", "comment_email", "comment_by", "content"],
		)
		self.assertEqual(len(found), 1)
		self.assertEqual((found[0].owner, found[0].comment_email, found[0].comment_by), (site.HUB, site.AGENT, "Ops Agent"))
		self.assertIn("Fusion demandée", found[0].content)

	def test_only_the_card_is_set_and_people_ask_the_hub(self):
		one, other = site.location(), site.location()
		with site.signed_in(site.HUB):
			self.assertRaises(frappe.ValidationError, customers, other.customer, one.customer, {"customer_name": "x"})
		for person in (site.AGENT, site.TECHNICIAN):
			with site.signed_in(person):
				self.assertRaises(frappe.PermissionError, customers, other.customer, one.customer)
