from frappe.model.document import Document


class Technician(Document):
	"""Someone who visits, and when they can."""
