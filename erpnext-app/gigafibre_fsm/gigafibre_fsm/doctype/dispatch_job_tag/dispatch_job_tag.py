from frappe.model.document import Document


class DispatchJobTag(Document):
	"""A tag the technician must have."""
