from frappe.model.document import Document


class HubMark(Document):
	"""What this site and the hub's database both hold. Written by `api.hub_mark` alone, past the document: it is no change that anybody is told of."""
