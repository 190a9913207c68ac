import json

import frappe
from frappe.integrations.doctype.webhook.webhook import get_webhook_data, get_webhook_headers
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm import webhooks
from gigafibre_fsm.declared import customization
from gigafibre_fsm.tests import site


class TestGigafibreSettings(FrappeTestCase):
	def setUp(self):
		self.told("http://127.0.0.1:9/", "first-secret")

	def told(self, hub_url, secret):
		settings = frappe.get_doc("Gigafibre Settings")
		settings.update({"hub_url": hub_url, "webhook_secret": secret})
		settings.save()

	def webhook(self):
		return frappe.get_doc("Webhook", webhooks.name_of("Service Location", "on_update"))

	def test_every_followed_doctype_has_its_webhooks(self):
		for entry in customization("webhooks"):
			for event in entry["events"]:
				self.assertTrue(frappe.db.exists("Webhook", {"webhook_doctype": entry["doctype"], "webhook_docevent": event, "enabled": 1}))

	def test_new_address_and_secret_reach_every_webhook(self):
		self.told("https://hub.example/base", "second-secret")
		self.assertEqual(self.webhook().request_url, "https://hub.example/base/webhooks/erpnext")
		self.assertEqual(self.webhook().get_password("webhook_secret"), "second-secret")

	def test_webhook_switched_off_by_a_person_stays_off(self):
		webhook = self.webhook()
		webhook.enabled = 0
		webhook.save()
		self.told("https://hub.example", "second-secret")
		self.assertFalse(self.webhook().enabled)

	def test_without_a_hub_there_are_no_webhooks(self):
		self.told(None, "first-secret")
		self.assertFalse(frappe.db.exists("Webhook", webhooks.name_of("Customer", "on_update")))

	def test_hub_without_a_secret_is_refused(self):
		self.assertRaises(frappe.MandatoryError, self.told, "https://hub.example", "")

	def test_hint_names_the_document_and_nothing_of_a_person(self):
		place = site.location()
		body = get_webhook_data(place, self.webhook())
		self.assertEqual(set(body), {"doctype", "name", "modified", "event"})
		self.assertEqual((body["doctype"], body["name"], body["event"]), ("Service Location", place.name, "on_update"))
		self.assertNotIn("rue Principale", json.dumps(body))
		self.assertTrue(get_webhook_headers(place, self.webhook())["X-Frappe-Webhook-Signature"])

	def test_billing_day_is_in_every_month(self):
		settings = frappe.get_doc("Gigafibre Settings")
		settings.billing_day = 29
		self.assertRaises(frappe.ValidationError, settings.save)
