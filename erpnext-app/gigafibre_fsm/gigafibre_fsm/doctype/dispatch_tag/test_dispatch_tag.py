import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.tests import site


class TestDispatchTag(FrappeTestCase):
	def test_tag_of_a_job_must_exist(self):
		place = site.location()
		self.assertRaises(frappe.LinkValidationError, site.job, place, required_tags=[{"tag": "Fibr"}])
		job = site.job(place, required_tags=[{"tag": "Fibre"}, {"tag": "Installation"}])
		self.assertEqual([row.tag for row in job.required_tags], ["Fibre", "Installation"])

	def test_tag_in_use_is_not_deleted(self):
		tag = frappe.get_doc({"doctype": "Dispatch Tag", "tag": "Échelle"}).insert().name
		site.job(site.location(), required_tags=[{"tag": tag}])
		self.assertRaises(frappe.LinkExistsError, frappe.delete_doc, "Dispatch Tag", tag)
