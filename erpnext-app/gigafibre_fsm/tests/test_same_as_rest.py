"""What a unit of work leaves is, field by field, what the same documents leave when each is inserted by a REST call of its own."""

import re

import frappe
from frappe.model.document import Document
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api.unit_of_work import commit
from gigafibre_fsm.tests import site

TASKS = ("Préparer équipement", "Assigner technicien", "Configurer WiFi", "Installation sur site", "Confirmer service fonctionnel")
# What no two documents share.
OWN = {"creation", "modified", "_seen"}
# Of a Project: the time of day at which it was made, by their defaults.
OWN |= {"from_time", "to_time", "first_email", "second_email", "daily_time_to_send", "weekly_time_to_send"}
# What hangs on a document without being part of it.
BESIDE = {
	"Version": ("ref_doctype", "docname"),
	"Comment": ("reference_doctype", "reference_name"),
	"Workflow Action": ("reference_doctype", "reference_name"),
	"ToDo": ("reference_type", "reference_name"),
}


def ref(path):
	return {"$ref": path}


def order(mark: str) -> list[dict]:
	"""The kinds of documents of an order, each with the fields that the hub sends."""
	person = [{"link_doctype": "Customer", "link_name": ref("customer.name")}]
	own = {"customer": ref("customer.name"), "service_location": ref("location.name")}
	return [
		insert("Customer", "customer", customer_name=f"Marie {mark}", customer_type="Individual", customer_group="Résidentiel", order_id=f"GF-{mark}"),
		insert(
			"Contact",
			"contact",
			first_name="Marie",
			last_name=mark,
			is_primary_contact=1,
			links=person,
			email_ids=[{"email_id": f"{mark}@example.test", "is_primary": 1}],
			phone_nos=[{"phone": "450-555-0123", "is_primary_mobile_no": 1}],
		),
		insert(
			"Address",
			"address",
			address_title=f"Marie {mark}",
			address_type="Billing",
			address_line1="12 rue Principale",
			city="Havelock",
			country="Canada",
			links=person,
		),
		{
			"op": "update",
			"doctype": "Customer",
			"name": ref("customer.name"),
			"values": {"customer_primary_contact": ref("contact.name"), "customer_primary_address": ref("address.name")},
		},
		insert("Service Location", "location", customer=ref("customer.name"), address_line="12 rue Principale", fibre_id=f"F-{mark}", connection_type="FTTH"),
		insert("Service Subscription", "internet", **own, item=site.item(), service_type="Internet", quantity=1, price=99.95, order_id=f"GF-{mark}"),
		insert("Service Equipment", "router", **own, equipment_type="Routeur", custom_wifi_ssid="Chez nous", custom_wifi_password="secret-secret"),
		insert("Project", "project", project_name=f"Installation {mark}", status="Open", customer=ref("customer.name"), order_id=f"GF-{mark}"),
		*(insert("Task", f"task_{index}", subject=subject, project=ref("project.name"), team="tech", status="Open") for index, subject in enumerate(TASKS)),
		insert("Task", "done", subject="Vendu", project=ref("project.name"), status="Completed", completed_by="Administrator"),
		insert(
			"Dispatch Job",
			"job",
			**own,
			project=ref("project.name"),
			job_type="Installation",
			order_id=f"GF-{mark}",
			required_tags=[{"tag": "Fibre"}],
			equipment_list=[{"service_equipment": ref("router.name")}],
		),
	]


def insert(doctype, alias, **values):
	return {"op": "insert", "doctype": doctype, "as": alias, "values": values}


class TestSameAsRest(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		site.item()

	def setUp(self):
		frappe.set_user(site.HUB)
		self.addCleanup(frappe.set_user, "Administrator")

	def by_unit(self, steps) -> dict[str, tuple[str, str]]:
		return {document["as"]: (document["doctype"], document["name"]) for document in commit(frappe.generate_hash(), steps)["documents"]}

	def by_rest(self, steps) -> dict[str, tuple[str, str]]:
		"""As `frappe.api` does it: `frappe.get_doc(data).insert()`, and for an update `doc.update(data); doc.save()`."""
		made: dict[str, Document] = {}

		def resolved(value):
			if isinstance(value, list):
				return [resolved(entry) for entry in value]
			if not isinstance(value, dict):
				return value
			if "$ref" in value:
				alias, _dot, field = value["$ref"].partition(".")
				return made[alias].get(field)
			return {field: resolved(entry) for field, entry in value.items()}

		for step in steps:
			frappe.local.document_cache = {}
			values = resolved(step["values"])
			if step["op"] == "insert":
				made[step["as"]] = frappe.get_doc({"doctype": step["doctype"], **values}).insert()
			else:
				doc = frappe.get_doc(step["doctype"], resolved(step["name"]), for_update=True)
				doc.update(values)
				doc.save()
		return {alias: (doc.doctype, doc.name) for alias, doc in made.items()}

	def left(self, way, mark: str) -> tuple[dict, list, list]:
		"""All columns of all documents and of what hangs on them, the notices to send and the events to publish, without the names of one run."""
		frappe.local._webhook_queue, frappe.local._realtime_log = [], []
		# Frappe adds its callbacks where it finds no list; here they are looked at, not sent.
		documents = way(order(mark))
		notices, events = frappe.local._webhook_queue, frappe.local._realtime_log
		del frappe.local._webhook_queue, frappe.local._realtime_log
		names = {name: alias for alias, (_doctype, name) in documents.items()}

		def plain(value):
			text = re.sub(mark, "MARK", str(value), flags=re.IGNORECASE)
			for name in sorted(names, key=len, reverse=True):
				text = text.replace(re.sub(mark, "MARK", name, flags=re.IGNORECASE), f"<{names[name]}>")
			return text

		first = min(frappe.db.get_value("Task", name, "lft") for doctype, name in documents.values() if doctype == "Task")
		rows = {}
		for alias, (doctype, name) in documents.items():
			rows[alias] = self.row(doctype, {"name": name}, plain, first)
			for table in frappe.get_meta(doctype).get_table_fields():
				rows[alias, table.fieldname] = self.row(table.options, {"parent": name, "parenttype": doctype}, plain, first)
			for beside, (kind, field) in BESIDE.items():
				rows[alias, beside] = self.row(beside, {kind: doctype, field: name}, plain, first)
		told = sorted({(notice.webhook.name, plain(notice.doc.name)) for notice in notices})
		shown = sorted({(event, plain(message["name"]), plain(room)) for event, message, room in events if message.get("name") in names})
		return rows, told, shown

	def row(self, doctype, filters, plain, first) -> list[dict]:
		found = frappe.get_all(doctype, filters=filters, fields=["*"], order_by="creation, idx")
		own = OWN | (set() if "name" in filters else {"name"})
		for row in found:
			if doctype == "Task":
				row.lft, row.rgt = row.lft - first, row.rgt - first
		return [{field: plain(value) for field, value in row.items() if field not in own and not isinstance(value, dict) and field != "data"} for row in found]

	def test_documents_notices_and_events_are_those_of_single_calls(self):
		self.maxDiff = None
		rest, rest_notices, rest_events = self.left(self.by_rest, "restmark")
		unit, unit_notices, unit_events = self.left(self.by_unit, "unitmark")
		self.assertEqual(set(unit), set(rest))
		for key in rest:
			self.assertEqual(unit[key], rest[key], key)
		self.assertEqual(unit_notices, rest_notices)
		self.assertEqual(unit_events, rest_events)
		self.assertEqual(float(rest["project"][0]["percent_complete"]), 16.67)
		self.assertEqual([rest[f"task_{index}"][0]["lft"] for index in range(5)], ["0", "2", "4", "6", "8"])

	def test_task_inside_another_has_its_place_inside_it(self):
		project = insert("Project", "project", project_name="Installation inside", status="Open")
		group = insert("Task", "group", subject="Group", is_group=1, project=ref("project.name"))
		inside = insert("Task", "inside", subject="Inside", parent_task=ref("group.name"), project=ref("project.name"))
		after = insert("Task", "after", subject="After", project=ref("project.name"))
		documents = self.by_unit([project, group, inside, after])
		place = {alias: frappe.db.get_value("Task", documents[alias][1], ["lft", "rgt"]) for alias in ("group", "inside", "after")}
		self.assertLess(place["group"][0], place["inside"][0])
		self.assertLess(place["inside"][1], place["group"][1])
		self.assertLess(place["group"][1], place["after"][0])

	def test_later_step_sees_the_project_with_all_its_tasks(self):
		project = insert("Project", "project", project_name="Installation seen", status="Open")
		task = insert("Task", "task", subject="Done", project=ref("project.name"), status="Completed")
		seen = {"op": "expect", "doctype": "Project", "filters": {"name": ref("project.name"), "percent_complete": 100}, "count": 1}
		self.by_unit([project, task, seen])
