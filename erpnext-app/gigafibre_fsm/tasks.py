"""Tasks written one after the other in one transaction.

After each of them ERPNext makes room in the tree of Tasks, reads the Task again and adds up its Project. Here that is done once, after the last
of them, and leaves what ERPNext leaves.
"""

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Max
from pypika.terms import Case


class Tasks:
	"""Those inserted since the last `settle`. Each runs all of ERPNext's own checks when it is inserted."""

	def __init__(self):
		self._waiting = []

	def insert(self, doc):
		if doc.parent_task:
			# Its place is inside another's, which must have one by now.
			self.settle()
			doc.insert()
			return
		doc.flags.from_project = True
		doc.update_nsm_model = _later
		try:
			doc.insert()
		finally:
			del doc.update_nsm_model
			del doc.flags.from_project
		self._waiting.append(doc)

	def settle(self):
		docs, self._waiting = self._waiting, []
		if not docs:
			return
		place_at_the_end(docs)
		for project in dict.fromkeys(doc.project for doc in docs if doc.project):
			frappe.get_cached_doc("Project", project).update_project()


def _later():
	"""In place of a Task's own method, which `settle` makes up for."""


def place_at_the_end(docs):
	"""As `frappe.utils.nestedset.update_nsm` places new roots, all of them at once."""
	task = frappe.qb.DocType("Task")
	roots = frappe.qb.from_(task).select(Coalesce(Max(task.rgt), 0) + 1).where(Coalesce(task.parent_task, "") == "")
	((left,),) = roots.run()
	after = left + 2 * len(docs)
	# Where others came in between since this transaction began, they move to the right; where nobody did, this locks the end.
	moved = Case().when(task.lft >= left, task.lft + (after - left)).else_(task.lft)
	frappe.qb.update(task).set(task.lft, moved).set(task.rgt, task.rgt + (after - left)).where(task.rgt >= left).run()
	if frappe.db._cursor.rowcount:
		frappe.clear_document_cache("Task")
	if frappe.qb.from_(task).select(task.name).where(task.lft[left : after - 1] | task.rgt[left : after - 1]).limit(1).run():
		frappe.throw(_("Nested set error. Please contact the Administrator."))
	place = Case()
	for index, doc in enumerate(docs):
		doc.update({"lft": left + 2 * index, "rgt": left + 2 * index + 1, "old_parent": ""})
		place = place.when(task.name == doc.name, doc.lft)
	names = [doc.name for doc in docs]
	frappe.qb.update(task).set(task.lft, place).set(task.rgt, place + 1).set(task.old_parent, "").where(task.name.isin(names)).run()
