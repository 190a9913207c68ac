from frappe.model.document import Document


class TechnicianAbsence(Document):
	"""Days, the first and the last included, on which the technician does not work."""
