import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm import collisions, install, ledger
from gigafibre_fsm.api.session import whoami
from gigafibre_fsm.declared import customization
from gigafibre_fsm.normal_forms import NotNormalisableError, normalise
from gigafibre_fsm.patches import hub_reads_messages
from gigafibre_fsm.tests import site


class TestCustomizations(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def test_every_custom_field_stands_on_its_doctype(self):
		for doctype, fields in customization("custom_fields").items():
			for field in fields:
				self.assertTrue(frappe.get_meta(doctype).has_field(field["fieldname"]), f"{doctype}.{field['fieldname']}")

	def test_second_migration_changes_nothing(self):
		install.after_migrate()
		before = self.fingerprint()
		install.after_migrate()
		self.assertEqual(self.fingerprint(), before)

	def test_what_the_sites_people_changed_stays(self):
		for change in (("Custom Field", "Task-team", "label", "Équipe"), ("Workflow", "Dispatch Job", "is_active", 0), ("Role", "Dispatcher", "disabled", 1)):
			frappe.db.set_value(*change)
			install.after_migrate()
			self.assertEqual(frappe.db.get_value(*change[:3]), change[3])

	def test_what_the_sites_people_deleted_stays_deleted(self):
		ours = (("Property Setter", "Customer-main-search_fields"), ("Role Profile", "Field Technician"), ("Workflow", "Dispatch Job"))
		frappe.db.savepoint("as_it_was")
		for doctype, name in ours:
			self.assertTrue(frappe.db.exists(doctype, name), name)
			frappe.db.delete(doctype, {"name": name})
		install.after_migrate()
		for doctype, name in ours:
			self.assertFalse(frappe.db.exists(doctype, name), name)
		frappe.db.rollback(save_point="as_it_was")

	def test_what_was_there_before_is_not_noted_as_ours(self):
		# ERPNext makes a customer group of that name itself.
		self.assertNotIn("All Customer Groups", ledger.made("Customer Group"))
		self.assertIn("Customer-ppa_enabled", ledger.made("Custom Field"))

	def test_what_people_named_like_ours_is_not_written_over(self):
		self.assertEqual(collisions.found(), [])
		for doctype, name, module in (("Print Format", "Bon de travail", None), ("DocType", "Technician", "Core")):
			self.assertIn((doctype, name), collisions.shipped())
			ours = frappe.db.get_value(doctype, name, "module")
			frappe.db.set_value(doctype, name, "module", module)
			for before in (install.before_install, install.before_migrate):
				with self.assertRaisesRegex(frappe.ValidationError, name):
					before()
			frappe.db.set_value(doctype, name, "module", ours)

	def test_standard_permissions_are_untouched(self):
		self.assertFalse(frappe.get_all("Custom DocPerm", {"role": ("in", [role["role_name"] for role in customization("roles")["roles"]])}))

	def test_service_user_has_the_roles_and_no_password(self):
		self.assertIn("Hub Service", frappe.get_roles(site.HUB))
		self.assertFalse(frappe.db.sql("select 1 from __Auth where doctype = 'User' and name = %s and fieldname = 'password'", site.HUB))

	def test_a_site_of_before_messages_lets_the_hub_read_them(self):
		frappe.db.delete("Has Role", {"role": hub_reads_messages.ROLE, "parent": ("in", [hub_reads_messages.PROFILE, site.HUB])})
		frappe.clear_cache(user=site.HUB)
		self.assertNotIn(hub_reads_messages.ROLE, frappe.get_roles(site.HUB))
		hub_reads_messages.execute()
		self.assertIn(hub_reads_messages.ROLE, frappe.get_roles(site.HUB))
		hub_reads_messages.execute()
		self.assertEqual(frappe.db.count("Has Role", {"parent": hub_reads_messages.PROFILE, "role": hub_reads_messages.ROLE}), 1)

	def test_legacy_number_is_one_customers(self):
		first, second = site.customer("Un"), site.customer("Deux")
		first.legacy_customer_id = " T-1234 "
		first.save()
		second.legacy_customer_id = "T-1234"
		self.assertRaises(frappe.UniqueValidationError, second.save)

	def test_whoami_names_the_user_and_their_roles(self):
		with site.signed_in(site.AGENT):
			session = whoami()
		self.assertEqual(session["user"], site.AGENT)
		self.assertIn("Ops Agent", session["roles"])
		with site.signed_in("Guest"):
			self.assertRaises(frappe.PermissionError, whoami)

	def test_normal_forms(self):
		for form, value, expected in (
			("trim", "  a b ", "a b"),
			("upper", " rcmg ", "RCMG"),
			("lower", " ABC ", "abc"),
			("mac", "aa-bb-cc-dd-ee-ff", "AABBCCDDEEFF"),
			("postal_code_ca", "h0h0h0", "H0H 0H0"),
			("digits", "+1 (450) 555-0123", "14505550123"),
		):
			self.assertEqual(normalise(form, value), expected)
		for form, value in (("mac", "AABBCC"), ("postal_code_ca", "90210"), ("digits", "none")):
			self.assertRaises(NotNormalisableError, normalise, form, value)

	def fingerprint(self):
		doctypes = ("Custom Field", "Property Setter", "Role", "Role Profile", "Workflow", "Webhook", "Customer Group", "User", "DefaultValue")
		return {doctype: sorted(frappe.get_all(doctype, ["name", "modified"], as_list=True)) for doctype in doctypes}

	def test_nothing_is_noted_twice(self):
		install.after_migrate()
		for doctype in ("Role", "Custom Field", "Workflow", "Webhook"):
			self.assertEqual(len(ledger.made(doctype)), len(set(ledger.made(doctype))))
