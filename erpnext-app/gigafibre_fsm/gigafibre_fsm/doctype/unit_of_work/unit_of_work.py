import frappe
from frappe import _
from frappe.model.document import Document

from gigafibre_fsm.declared import rules_of


class UnitofWork(Document):
	"""That a caller's key was used, for what, and what it was answered. Written by `api.unit_of_work` alone, in the transaction of its steps."""

	def validate(self):
		if not self.is_new():
			frappe.throw(_("A unit of work is never changed"))


def on_doctype_update():
	for fields in rules_of("Unit of Work")["unique_together"]:
		# `key` is a word of SQL.
		frappe.db.add_unique("Unit of Work", [f"`{field}`" for field in fields], constraint_name=f"unique_{'_'.join(fields)}")
