from frappe.model.document import Document


class ServiceEquipment(Document):
	"""One device, or the empty template that waits for it."""
