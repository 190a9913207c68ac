from frappe.model.document import Document


class SalesInvoiceDiscount(Document):
	"""One part of an invoice's discount amount."""
