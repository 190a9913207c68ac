import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm import completion, connection, guesses, install
from gigafibre_fsm.api import setup
from gigafibre_fsm.patches import draw_connection
from gigafibre_fsm.tests import site


class TestConnection(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def setUp(self):
		# As it is right after an install, whatever this site's people did since.
		settings = frappe.get_doc(connection.SETTINGS)
		settings.update({"keys_shown_on": None, "keys_shown_to": None})
		settings.save()

	def secrets(self):
		return connection.api_secret(), connection.webhook_secret()

	def test_install_leaves_only_the_keys_to_copy(self):
		install.fill_settings()
		self.assertTrue(all(len(secret) > 40 for secret in self.secrets()))
		self.assertTrue(frappe.db.get_value("User", site.HUB, "api_key"))

	def test_keys_are_shown_once_and_then_drawn_anew(self):
		first = connection.show("http://127.0.0.1:9")
		self.assertEqual((first["ERPNEXT_API_SECRET"], first["ERPNEXT_WEBHOOK_SECRET"]), self.secrets())
		self.assertRaises(frappe.ValidationError, connection.show)
		second = connection.show(anew=True)
		self.assertEqual(second["ERPNEXT_API_KEY"], first["ERPNEXT_API_KEY"])
		for name in ("ERPNEXT_API_SECRET", "ERPNEXT_WEBHOOK_SECRET"):
			self.assertNotEqual(second[name], first[name])
		self.assertEqual((second["ERPNEXT_API_SECRET"], second["ERPNEXT_WEBHOOK_SECRET"]), self.secrets())

	def test_showing_leaves_a_trace_without_the_secrets(self):
		shown = connection.show("http://127.0.0.1:9")
		settings = frappe.get_doc(connection.SETTINGS)
		self.assertEqual(settings.keys_shown_to, frappe.session.user)
		comments = frappe.get_all("Comment", {"reference_doctype": connection.SETTINGS, "comment_type": "Info"}, ["content", "owner"])
		self.assertIn(frappe.session.user, [comment.owner for comment in comments])
		for table in ("Version", "Comment"):
			for row in frappe.get_all(table, {"creation": (">", settings.creation or "2000-01-01")}, ["*"]):
				self.assertNotIn(shown["ERPNEXT_API_SECRET"], str(row))
				self.assertNotIn(shown["ERPNEXT_WEBHOOK_SECRET"], str(row))

	def test_keys_are_for_system_managers(self):
		for user in (site.AGENT, site.DISPATCHER, site.HUB):
			with site.signed_in(user):
				for method in (setup.connect, setup.state, setup.make_missing):
					self.assertRaises(frappe.PermissionError, method)

	def test_patch_draws_what_is_missing_and_leaves_what_is_there(self):
		before = self.secrets()
		draw_connection.execute()
		self.assertEqual(self.secrets(), before)
		frappe.db.delete("__Auth", {"doctype": "User", "name": site.HUB, "fieldname": "api_secret"})
		draw_connection.execute()
		self.assertNotEqual(self.secrets()[0], before[0])
		self.assertEqual(self.secrets()[1], before[1])
		once = self.secrets()
		draw_connection.execute()
		self.assertEqual(self.secrets(), once)

	def test_what_people_chose_is_not_guessed_over(self):
		settings = frappe.get_doc(connection.SETTINGS)
		settings.mode_of_payment = "Cash"
		guesses.fill(settings)
		self.assertEqual(settings.mode_of_payment, "Cash")

	def test_what_is_missing_is_made_when_asked_for_and_only_once(self):
		company = frappe.get_doc({"doctype": "Company", "company_name": "Fibre Neuve", "abbr": "FN", "default_currency": "CAD", "country": "Canada"}).insert()
		settings = frappe.get_doc(connection.SETTINGS)
		settings.update({"company": company.name, "tax_template": None, "mode_of_payment": None, "payment_account": None, "holiday_list": None})
		for field in ("income_account", "receivable_account"):
			settings.set(field, company.get(f"default_{field}"))
		settings.save()
		planned = [(step["doctype"], step["name"]) for step in completion.plan()]
		self.assertIn(("Sales Taxes and Charges Template", "TPS + TVQ"), planned)
		self.assertFalse([step for step in completion.make() if step.get("problem")])
		settings = frappe.get_doc(connection.SETTINGS)
		self.assertTrue(guesses.is_quebec(settings.tax_template))
		self.assertEqual(frappe.db.get_value("Account", settings.payment_account, "company"), company.name)
		self.assertEqual(completion.plan(), [])
		self.assertEqual({row["field"] for row in guesses.missing()} & {"tax_template", "mode_of_payment", "payment_account", "holiday_list"}, set())
		# A second one like it, and it is for people to say which.
		other = frappe.copy_doc(frappe.get_doc("Sales Taxes and Charges Template", settings.tax_template))
		other.update({"title": "Deuxième", "is_default": 0})
		other.insert()
		self.assertIsNone(guesses.tax_template(settings))
