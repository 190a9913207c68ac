import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api import devices
from gigafibre_fsm.tests import site

SAID = {"connection_state": "Connected", "last_inform": "2026-04-07 09:00:00", "ip_address": " 10.0.0.9 ", "firmware_version": "2.0", "rx_power_dbm": -19.5}


class TestDevices(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.place = site.location()

	def test_notes_readings_of_many_and_leaves_what_is_not_given(self):
		first, second = site.equipment(self.place), site.equipment(self.place, equipment_type="Décodeur TV")
		answer = devices.note_informs([{"name": first.name, **SAID}, {"name": second.name, "connection_state": "Offline"}, {"name": "nowhere", **SAID}])
		self.assertEqual(answer, {"noted": sorted([first.name, second.name]), "refused": []})
		first.reload()
		self.assertEqual((first.connection_state, first.ip_address, first.firmware_version, first.rx_power_dbm), ("Connected", "10.0.0.9", "2.0", -19.5))
		self.assertEqual(str(first.last_inform), "2026-04-07 09:00:00")
		self.assertEqual(second.reload().connection_state, "Offline")
		devices.note_informs(frappe.as_json([{"name": first.name, "connection_state": "Offline"}]))
		self.assertEqual((first.reload().connection_state, first.ip_address), ("Offline", "10.0.0.9"))

	def test_is_no_edit_and_an_open_form_is_saved_without_undoing_it(self):
		router = site.equipment(self.place)
		with site.signed_in(site.DISPATCHER):
			form = frappe.get_doc("Service Equipment", router.name)
		devices.note_informs([{"name": router.name, **SAID}])
		self.assertEqual(str(router.modified), str(frappe.db.get_value("Service Equipment", router.name, "modified")))
		self.assertEqual(frappe.get_all("Version", {"ref_doctype": "Service Equipment", "docname": router.name}), [])
		with site.signed_in(site.DISPATCHER):
			form.brand = "TP-Link"
			form.save()
			self.assertEqual(form.reload().connection_state, "Connected")

	def test_a_value_that_the_document_does_not_take_holds_back_its_own_device_only(self):
		good, bad = site.equipment(self.place), site.equipment(self.place, equipment_type="Décodeur TV")
		for wrong in ({"connection_state": "Perhaps"}, {"last_inform": "yesterday"}, {"status": "Actif"}, {"ip_address": "1" * 200}):
			answer = devices.note_informs([{"name": bad.name, **wrong}, {"name": good.name, **SAID}])
			self.assertEqual((answer["noted"], [device["name"] for device in answer["refused"]]), ([good.name], [bad.name]))
		self.assertEqual((bad.reload().connection_state, bad.status), ("Never seen", "En attente"))

	def test_is_for_the_hub_alone_and_for_so_many_at_once(self):
		router = site.equipment(self.place)
		for user in (site.AGENT, site.DISPATCHER, site.TECHNICIAN):
			with site.signed_in(user):
				self.assertRaises(frappe.PermissionError, devices.note_informs, [{"name": router.name, **SAID}])
		self.assertRaises(frappe.ValidationError, devices.note_informs, [{"name": "x"}] * 1001)
