import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.utils.password import get_decrypted_password

from gigafibre_fsm.tests import site


class TestServiceEquipment(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.place = site.location()

	def test_serial_is_stored_in_capitals_and_once(self):
		self.assertEqual(site.equipment(self.place, serial_number=" rcmg1a2b ").serial_number, "RCMG1A2B")
		self.assertRaises(frappe.UniqueValidationError, site.equipment, self.place, serial_number="RCMG1a2b")

	def test_mac_address_has_one_spelling(self):
		self.assertEqual(site.equipment(self.place, mac_address="aa:bb-cc.dd ee01").mac_address, "AABBCCDDEE01")
		self.assertRaises(frappe.UniqueValidationError, site.equipment, self.place, mac_address="AABBCCDDEE01")
		self.assertRaises(frappe.ValidationError, site.equipment, self.place, mac_address="AABBCCDDEE0")

	def test_gpon_serial_is_four_letters_and_eight_hex_digits(self):
		self.assertEqual(site.equipment(self.place, equipment_type="ONT", gpon_sn="rcmg0a1b2c3d").gpon_sn, "RCMG0A1B2C3D")
		self.assertRaises(frappe.ValidationError, site.equipment, self.place, equipment_type="ONT", gpon_sn="RCMG0A1B2C3")

	def test_templates_without_a_serial_do_not_collide(self):
		self.assertNotEqual(site.equipment(self.place).name, site.equipment(self.place).name)

	def test_device_in_use_has_a_place_and_a_returned_one_needs_none(self):
		device = site.equipment(self.place)
		device.update({"customer": None, "service_location": None})
		self.assertRaises(frappe.MandatoryError, device.save)
		device.reload().update({"customer": None, "service_location": None, "status": "Retourné"})
		device.save()

	def test_belongs_to_the_customer_of_its_place(self):
		self.assertRaises(frappe.ValidationError, site.equipment, self.place, customer=site.customer("Autre").name)

	def test_status_moves_as_a_device_does(self):
		device = site.equipment(self.place)
		for status in ("Actif", "Retourné", "En attente", "Actif", "Défectueux", "Retourné"):
			device.status = status
			device.save()
		device.status = "Actif"
		device.save()
		device.status = "En attente"
		self.assertRaises(frappe.ValidationError, device.save)

	def test_version_rises_when_what_the_device_is_told_changes(self):
		device = site.equipment(self.place, custom_wifi_ssid="Érable")
		self.assertEqual(device.provision_version, 0)
		for change in (
			{"serial_number": "SERIAL-1"},
			{"custom_wifi_ssid": "Bouleau"},
			{"custom_wifi_password": "canot-bleu-42"},
			{"vlan_internet": 40},
			{"service_location": site.location(frappe.get_doc("Customer", self.place.customer)).name},
		):
			before = device.provision_version
			device.update(change)
			device.save()
			self.assertEqual(device.reload().provision_version, before + 1, change)

	def test_version_rises_by_nothing_else(self):
		device = site.equipment(self.place, custom_wifi_password="canot-bleu-42", vlan_internet=40)
		for change in ({"status": "Actif"}, {"brand": "TP-Link"}, {"connection_state": "Connected"}, {"vlan_internet": "40"}, {"vlan_tv": 0}):
			device.update(change)
			device.save()
		self.assertEqual(device.reload().provision_version, 0)

	def test_version_is_not_the_callers_to_write(self):
		device = site.equipment(self.place, provision_version=7)
		self.assertEqual(device.provision_version, 0)
		device.provision_version = 7
		device.save()
		self.assertEqual(device.reload().provision_version, 0)

	def test_same_password_written_again_is_no_change_and_another_is(self):
		device = site.equipment(self.place, custom_wifi_password="canot-bleu-42")
		device.custom_wifi_password = "canot-bleu-42"
		device.save()
		self.assertEqual(device.provision_version, 0)
		device.custom_wifi_password = "canot-vert-42"
		device.save()
		self.assertEqual(device.provision_version, 1)
		device.custom_wifi_password = ""
		device.save()
		self.assertEqual(device.provision_version, 2)

	def test_passwords_are_stored_encrypted_and_shown_as_stars(self):
		device = site.equipment(self.place, custom_wifi_password="canot-bleu-42", custom_sip_password="sip-secret")
		stored = frappe.db.get_value("Service Equipment", device.name, ["custom_wifi_password", "custom_sip_password"])
		self.assertEqual({letter for value in stored for letter in value}, {"*"})
		self.assertEqual(get_decrypted_password("Service Equipment", device.name, "custom_wifi_password"), "canot-bleu-42")

	def test_no_version_keeps_a_password(self):
		device = site.equipment(self.place, custom_wifi_password="canot-bleu-42")
		device.custom_wifi_password = "canot-vert-42"
		device.save(ignore_version=False)
		versions = frappe.get_all("Version", {"ref_doctype": "Service Equipment", "docname": device.name}, pluck="data")
		self.assertFalse([data for data in versions if "canot" in data])

	def test_technician_reaches_the_devices_of_their_own_jobs(self):
		place = site.location()
		at_my_place, on_my_list, theirs = site.equipment(place), site.equipment(self.place), site.equipment(self.place)
		site.scheduled_job(place, equipment_list=[{"service_equipment": on_my_list.name}])
		with site.signed_in(site.TECHNICIAN):
			seen = frappe.get_list("Service Equipment", pluck="name", limit_page_length=0)
			self.assertIn(at_my_place.name, seen)
			self.assertIn(on_my_list.name, seen)
			self.assertNotIn(theirs.name, seen)
			device = frappe.get_doc("Service Equipment", at_my_place.name)
			device.serial_number = "SCANNED-1"
			device.save()
			self.assertRaises(frappe.PermissionError, frappe.get_doc("Service Equipment", theirs.name).save)

	def test_technician_cannot_take_a_device_by_moving_it_to_their_own_place(self):
		place = site.location()
		site.scheduled_job(place)
		theirs = site.equipment(self.place)
		with site.signed_in(site.TECHNICIAN):
			device = frappe.get_doc("Service Equipment", theirs.name)
			device.update({"service_location": place.name, "customer": place.customer})
			self.assertRaises(frappe.PermissionError, device.save)
