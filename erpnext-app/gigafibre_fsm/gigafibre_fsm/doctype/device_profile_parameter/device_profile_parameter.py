from frappe.model.document import Document


class DeviceProfileParameter(Document):
	"""One value a device is told."""
