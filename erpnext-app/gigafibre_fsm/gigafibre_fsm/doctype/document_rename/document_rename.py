import frappe
from frappe import _
from frappe.model.document import Document


class DocumentRename(Document):
	"""That a document has another name than before. Frappe changes neither its `modified` nor tells a webhook; whoever follows documents by name reads this."""

	def validate(self):
		if not self.is_new():
			frappe.throw(_("What was noted of a document's name is never changed"))


def note(doc, method, old: str, new: str, merge: bool = False):
	"""After a rename, in its transaction."""
	frappe.get_doc({"doctype": "Document Rename", "document_type": doc.doctype, "old_name": old, "new_name": new, "merged": 1 if merge else 0}).insert(
		ignore_permissions=True
	)
