import re

import frappe
from frappe import _
from frappe.model.document import Document


class DeviceProfile(Document):
	"""What a model is told, and by which sign it is known."""

	def validate(self):
		self.validate_product_class()

	def validate_product_class(self):
		try:
			re.compile(self.product_class or "")
		except re.error as error:
			frappe.throw(_("Product class is not a regular expression: {0}").format(error))
