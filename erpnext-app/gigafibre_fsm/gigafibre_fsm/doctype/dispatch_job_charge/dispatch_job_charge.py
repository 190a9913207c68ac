from frappe.model.document import Document


class DispatchJobCharge(Document):
	"""One line of the one-time part of an order."""
