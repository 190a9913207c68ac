import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.declared import customization


def profile(**values):
	return frappe.get_doc({"doctype": "Device Profile", "profile_name": frappe.generate_hash(length=8), **values})


class TestDeviceProfile(FrappeTestCase):
	def test_shipped_profiles_are_there_with_their_parameters(self):
		for record in customization("records")["Device Profile"]:
			doc = frappe.get_doc("Device Profile", record["profile_name"])
			self.assertEqual(len(doc.parameters), len(record["parameters"]))

	def test_sign_by_which_a_model_is_known_must_be_readable(self):
		self.assertRaises(frappe.ValidationError, profile(product_class="HT803G(").insert)
		self.assertRaises(frappe.ValidationError, profile(oui="00:25:5E").insert)
		self.assertEqual(profile(oui="00255e").insert().oui, "00255E")

	def test_dscp_fits_six_bits(self):
		self.assertRaises(frappe.ValidationError, profile(dscp=64).insert)
