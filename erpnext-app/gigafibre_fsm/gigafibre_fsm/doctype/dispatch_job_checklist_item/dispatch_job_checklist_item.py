from frappe.model.document import Document


class DispatchJobChecklistItem(Document):
	"""One thing to do or note during the visit."""
