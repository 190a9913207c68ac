import hashlib
import hmac

import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm import connection
from gigafibre_fsm.api.doctor import report
from gigafibre_fsm.tests import site


class TestDoctor(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()

	def test_proof_is_of_the_sites_secret(self):
		with site.signed_in(site.HUB):
			proof = report("n1")["proof"]
		self.assertEqual(proof, hmac.new(connection.webhook_secret().encode(), b"doctor:n1", hashlib.sha256).hexdigest())

	def test_only_the_hub_is_told(self):
		for user in (site.AGENT, site.DISPATCHER, site.TECHNICIAN, "Guest"):
			with site.signed_in(user):
				self.assertRaises(frappe.PermissionError, report, "n1")

	def test_report_names_what_is_off(self):
		connection.show("http://127.0.0.1:9", anew=True)
		webhook = frappe.get_doc("Webhook", "Gigafibre Customer on_update")
		webhook.update({"enabled": 0, "request_url": "http://127.0.0.1:10/else"})
		webhook.save()
		frappe.db.set_value("Role", "Dispatcher", "disabled", 1)
		frappe.delete_doc("Webhook", "Gigafibre Item on_update")
		with site.signed_in(site.HUB):
			told = report("n1")
		webhooks = {(row["doctype"], row["event"]): row for row in told["webhooks"]}
		self.assertEqual(
			webhooks["Customer", "on_update"], {"doctype": "Customer", "event": "on_update", "there": True, "enabled": False, "to_hub": False, "signed": True}
		)
		self.assertFalse(webhooks["Item", "on_update"]["there"])
		self.assertTrue(all(webhooks["Lead", "on_update"][what] for what in ("there", "enabled", "to_hub", "signed")))
		self.assertEqual([role["name"] for role in told["roles"] if not role["there"]], ["Dispatcher"])
		# Nobody answers there.
		self.assertEqual(told["reached"]["status"], 0)
