import frappe
from frappe import _
from frappe.model.document import Document

from gigafibre_fsm import webhooks


class GigafibreSettings(Document):
	"""What the site's people decide: the company's books, days, the hub and the thresholds of a signal."""

	def validate(self):
		self.validate_hub()

	def validate_hub(self):
		if self.hub_url and not self.webhook_secret:
			frappe.throw(_("With a hub URL goes a webhook secret: the hub believes nothing unsigned"), frappe.MandatoryError)

	def on_update(self):
		webhooks.sync(self)
