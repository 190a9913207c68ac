from frappe.model.document import Document


class DispatchJob(Document):
	"""One visit. Its status moves by the Workflow of the same name."""
