import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.gigafibre_fsm.doctype.service_subscription.service_subscription import zone_price
from gigafibre_fsm.tests import site


class TestServiceSubscription(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.place = site.location()

	def test_belongs_to_the_customer_of_its_place(self):
		self.assertRaises(frappe.ValidationError, site.subscription, self.place, customer=site.customer("Autre").name)

	def test_discount_lowers_and_a_service_does_not(self):
		self.assertEqual(site.subscription(self.place, service_type="Discount", price=-10).price, -10)
		self.assertRaises(frappe.ValidationError, site.subscription, self.place, service_type="Discount", price=10)
		self.assertRaises(frappe.ValidationError, site.subscription, self.place, price=-1)

	def test_commitment_is_none_or_24_or_36_months(self):
		for months in (0, 24, 36):
			self.assertEqual(site.subscription(self.place, commitment_months=months).commitment_months, months)
		self.assertRaises(frappe.ValidationError, site.subscription, self.place, commitment_months=12)

	def test_quantity_is_at_least_one(self):
		self.assertRaises(frappe.ValidationError, site.subscription, self.place, quantity=-1)

	def test_line_profile_is_one_the_olt_has(self):
		self.assertEqual(site.subscription(self.place, line_profile="lp:102").line_profile, "LP:102")
		self.assertRaises(frappe.ValidationError, site.subscription, self.place, line_profile="LP:105")

	def test_telephone_is_not_active_without_its_911_address(self):
		line = site.subscription(self.place, service_type="Phone", price=28.95)
		line.status = "Active"
		self.assertRaises(frappe.MandatoryError, line.save)
		line.reload().update({"status": "Active", "e911_address": "12 rue Principale"})
		line.save()

	def test_cancelled_stays_cancelled(self):
		line = site.subscription(self.place)
		line.status = "Cancelled"
		line.save()
		line.status = "Pending"
		self.assertRaises(frappe.ValidationError, line.save)

	def test_technician_sees_what_hangs_on_their_own_jobs(self):
		place = site.location()
		mine, theirs = site.subscription(place), site.subscription(self.place)
		site.scheduled_job(place)
		with site.signed_in(site.TECHNICIAN):
			seen = frappe.get_list("Service Subscription", pluck="name", limit_page_length=0)
		self.assertIn(mine.name, seen)
		self.assertNotIn(theirs.name, seen)

	def test_price_by_hand_is_the_zones_and_a_discount_is_negative(self):
		zone = frappe.get_doc({"doctype": "Price List", "price_list_name": "TEST-ZONE", "selling": 1, "currency": "CAD"}).insert().name
		place = site.location(zone_tarifaire=zone)
		for code, kind, price in (("TEST-HAND-NET", "Internet", 69.95), ("TEST-HAND-OFF", "Discount", -10)):
			frappe.db.set_value("Item", site.item(code), "service_type", kind)
			values = {"item_code": code, "price_list": zone, "price_list_rate": abs(price), "uom": "Nos"}
			frappe.get_doc({"doctype": "Item Price", **values}).insert()
			with site.signed_in(site.AGENT):
				self.assertEqual(zone_price(code, place.name), price)
		with site.signed_in(site.AGENT):
			self.assertIsNone(zone_price(site.item(), place.name))
		with site.signed_in(site.TECHNICIAN):
			self.assertRaises(frappe.PermissionError, zone_price, "TEST-HAND-NET", place.name)
