from frappe.model.document import Document


class DispatchTag(Document):
	"""What a visit needs and a technician has."""
