from frappe.model.document import Document


class ServiceLocation(Document):
	"""A premises that can have service, of one customer. Another customer there is another document."""
