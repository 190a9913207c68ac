import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.tests import site


class TestDocumentRename(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def noted(self, old):
		return frappe.get_all("Document Rename", filters={"old_name": old}, fields=["document_type", "new_name", "merged"])

	def test_a_rename_is_noted_with_both_names(self):
		customer = site.customer("Jean Avant")
		frappe.rename_doc("Customer", customer.name, "Jean Après")
		self.assertEqual(self.noted(customer.name), [{"document_type": "Customer", "new_name": "Jean Après", "merged": 0}])

	def test_a_merge_is_noted_as_one(self):
		one, other = site.customer("Jean Un"), site.customer("Jean Deux")
		frappe.rename_doc("Customer", one.name, other.name, merge=True)
		self.assertEqual(self.noted(one.name), [{"document_type": "Customer", "new_name": other.name, "merged": 1}])

	def test_the_hub_reads_it_and_staff_do_not(self):
		customer = site.customer("Jean Lu")
		frappe.rename_doc("Customer", customer.name, "Jean Relu")
		with site.signed_in(site.HUB):
			self.assertEqual(len(frappe.get_list("Document Rename", filters={"old_name": customer.name})), 1)
		for user in (site.AGENT, site.DISPATCHER, site.TECHNICIAN):
			with site.signed_in(user):
				self.assertRaises(frappe.PermissionError, frappe.get_list, "Document Rename")

	def test_it_is_never_changed(self):
		customer = site.customer("Jean Fixe")
		frappe.rename_doc("Customer", customer.name, "Jean Figé")
		doc = frappe.get_doc("Document Rename", {"old_name": customer.name})
		doc.new_name = "Autre"
		self.assertRaises(frappe.ValidationError, doc.save)

	def test_what_nobody_follows_is_not_noted(self):
		tag = frappe.get_doc({"doctype": "Dispatch Tag", "tag": "Avant"}).insert()
		frappe.rename_doc("Dispatch Tag", tag.name, "Après")
		self.assertEqual(self.noted(tag.name), [])
