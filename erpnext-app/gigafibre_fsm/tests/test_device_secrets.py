import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api import device_secrets
from gigafibre_fsm.tests import site


class TestDeviceSecrets(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.place = site.location()

	def test_tells_the_passwords_with_their_version_and_leaves_out_what_is_not_there(self):
		router = site.equipment(self.place, custom_wifi_password="canot-bleu-42")
		phone = site.equipment(self.place, equipment_type="Téléphone IP", custom_sip_password="sip-secret")
		router.custom_wifi_password = "canot-vert-42"
		router.save()
		told = {device["name"]: device for device in device_secrets.read([router.name, phone.name, "nowhere"])}
		self.assertEqual(set(told), {router.name, phone.name})
		self.assertEqual(told[router.name]["custom_wifi_password"], "canot-vert-42")
		self.assertEqual(told[router.name]["provision_version"], 1)
		self.assertIsNone(told[router.name]["custom_sip_password"])
		self.assertEqual(told[phone.name]["custom_sip_password"], "sip-secret")

	def test_every_device_read_is_noted_with_who_read_it(self):
		router = site.equipment(self.place, custom_wifi_password="canot-bleu-42")
		device_secrets.read(frappe.as_json([router.name, router.name]))
		noted = frappe.get_all("Access Log", {"export_from": "Service Equipment", "reference_document": router.name}, ["user", "method"])
		self.assertEqual(noted, [{"user": frappe.session.user, "method": "gigafibre_fsm.api.device_secrets.read"}])

	def test_is_for_the_hub_alone_and_for_so_many_at_once(self):
		router = site.equipment(self.place, custom_wifi_password="canot-bleu-42")
		for user in (site.AGENT, site.DISPATCHER, site.TECHNICIAN):
			with site.signed_in(user):
				self.assertRaises(frappe.PermissionError, device_secrets.read, [router.name])
		self.assertRaises(frappe.ValidationError, device_secrets.read, ["x"] * 501)
