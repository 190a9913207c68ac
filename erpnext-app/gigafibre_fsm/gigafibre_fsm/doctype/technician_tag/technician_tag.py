from frappe.model.document import Document


class TechnicianTag(Document):
	"""A tag the technician has."""
