from frappe.model.document import Document


class DispatchJobPreferredDate(Document):
	"""A day the customer would like, best first."""
