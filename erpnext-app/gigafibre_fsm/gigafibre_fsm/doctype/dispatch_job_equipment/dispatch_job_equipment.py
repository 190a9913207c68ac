from frappe.model.document import Document


class DispatchJobEquipment(Document):
	"""A device to install, repair or bring back."""
