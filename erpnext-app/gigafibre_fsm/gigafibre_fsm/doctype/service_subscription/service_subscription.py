from frappe.model.document import Document


class ServiceSubscription(Document):
	"""One recurring line at one location: a service, the 911 fee, or a discount."""
