import json

import frappe
from frappe.desk.desktop import get_desktop_page
from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.model.workflow import WorkflowPermissionError
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm import collisions, desk, ledger
from gigafibre_fsm.api.search import search
from gigafibre_fsm.declared import customization
from gigafibre_fsm.gigafibre_fsm.doctype.dispatch_job.dispatch_job import get_events
from gigafibre_fsm.tests import site

BOARD = "Dispatch Jobs"


class TestDesk(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.place = site.location()

	def workspace(self):
		return get_desktop_page(json.dumps({"name": "Gigafibre", "title": "Gigafibre", "public": 1}))

	def count(self, label):
		card = frappe.get_doc("Number Card", next(card["name"] for card in customization("desk")["Number Card"] if card["label"] == label))
		return get_result(card.as_dict(), card.filters_json)

	def test_workspace_shows_each_role_its_cards_and_links(self):
		every = {card["name"] for card in customization("desk")["Number Card"]}
		for user in (site.AGENT, site.DISPATCHER):
			with site.signed_in(user):
				page = self.workspace()
				self.assertEqual({card.number_card_name for card in page["number_cards"]["items"]}, every, user)
				links = {link["link_to"] for card in page["cards"]["items"] for link in card["links"]}
			self.assertLessEqual({"Service Location", "Dispatch Job", "Service Equipment", "Customer", "Issue"}, links)
		with site.signed_in(site.TECHNICIAN):
			cards = {card.number_card_name for card in self.workspace()["number_cards"]["items"]}
		self.assertNotIn("Gigafibre orders that need attention", cards)

	def test_number_cards_count_what_their_list_shows(self):
		with site.signed_in(site.DISPATCHER):
			before = {label: self.count(label) for label in ("Orders today", "Jobs without technician", "Locations pending", "Orders that need attention")}
		site.job(site.location())
		frappe.get_doc({"doctype": "Issue", "subject": "Commande à traiter ORD-TEST"}).insert(ignore_permissions=True)
		with site.signed_in(site.DISPATCHER):
			for label, count in before.items():
				self.assertEqual(self.count(label), count + 1, label)

	def test_technicians_numbers_are_of_their_own_jobs(self):
		site.scheduled_job(self.place, site.OTHER_TECHNICIAN)
		with site.signed_in(site.TECHNICIAN):
			mine = frappe.get_list("Dispatch Job", {"job_type": "Installation"}, pluck="name", limit_page_length=0)
			self.assertEqual(self.count("Orders today"), len(mine))

	def test_a_card_dragged_on_the_board_moves_as_its_workflow_allows(self):
		job = site.scheduled_job(self.place)
		with site.signed_in(site.DISPATCHER):
			self.drag(job, "Scheduled", "En Route")
			self.assertEqual(frappe.db.get_value("Dispatch Job", job.name, "status"), "En Route")
			self.assertRaises(WorkflowPermissionError, self.drag, job, "En Route", "Open")
		with site.signed_in(site.AGENT):
			self.assertRaises(WorkflowPermissionError, self.drag, job, "En Route", "Completed")

	def test_a_card_is_not_dragged_to_scheduled_without_someone_and_a_time(self):
		job = site.job(self.place)
		with site.signed_in(site.DISPATCHER):
			self.assertRaises(frappe.MandatoryError, self.drag, job, "Open", "Scheduled")

	def drag(self, job, from_column, to_column):
		board = frappe.get_doc("Kanban Board", BOARD)
		for column in board.columns:
			column.order = json.dumps([job.name] if column.column_name == from_column else [])
		board.save(ignore_permissions=True)
		update_order_for_single_card(BOARD, job.name, from_column, to_column, 0, 0)

	def test_calendar_has_the_visits_of_its_days_that_the_caller_may_see(self):
		mine, theirs = site.scheduled_job(self.place), site.scheduled_job(self.place, site.OTHER_TECHNICIAN)
		site.job(self.place)
		with site.signed_in(site.TECHNICIAN):
			names = [visit.name for visit in get_events("2026-11-30 00:00:00", "2026-12-02 00:00:00")]
			self.assertIn(mine.name, names)
			self.assertNotIn(theirs.name, names)
		with site.signed_in(site.DISPATCHER):
			visits = get_events("2026-11-30 00:00:00", "2026-12-02 00:00:00", [["Dispatch Job", "assigned_to", "=", site.OTHER_TECHNICIAN]])
			self.assertEqual([visit.name for visit in visits], [theirs.name])
			self.assertEqual(str(visits[0].scheduled_end), "2026-12-01 10:00:00")
			self.assertFalse(get_events("2026-12-02 00:00:00", "2026-12-03 00:00:00"))

	def test_dashboards_lead_both_ways(self):
		for doctype, others in {
			"Customer": ["Service Location", "Service Subscription", "Service Equipment", "Dispatch Job", "Issue", "Project"],
			"Service Location": ["Customer", "Service Subscription", "Service Equipment", "Dispatch Job", "Issue", "Project"],
			"Service Subscription": ["Customer", "Service Location"],
			"Service Equipment": ["Customer", "Service Location", "Dispatch Job", "Issue"],
			"Dispatch Job": ["Customer", "Service Location", "Service Equipment", "Project", "Issue"],
			"Issue": ["Customer", "Service Location", "Service Equipment", "Dispatch Job"],
			"Project": ["Customer", "Service Location", "Dispatch Job", "Task"],
			"Sales Invoice": ["Customer", "Project"],
		}.items():
			listed = {item for group in frappe.get_meta(doctype).get_dashboard_data().transactions for item in group["items"]}
			self.assertLessEqual(set(others), listed, doctype)

	def test_lists_leave_room_for_what_an_issue_and_a_task_are_about(self):
		for doctype, others in {"Issue": ["raised_by"], "Task": ["is_group"]}.items():
			shown = [field.fieldname for field in frappe.get_meta(doctype).fields if field.in_list_view]
			self.assertFalse(set(others) & set(shown), doctype)

	def test_global_search_shows_a_technician_only_their_own(self):
		place = site.location(site.customer("Zéphirin Introuvable"), address_line="77 chemin Introuvable")
		frappe.utils.global_search.sync_global_search()
		with site.signed_in(site.DISPATCHER):
			self.assertIn(place.name, [row.name for row in search("Introuvable")])
		with site.signed_in(site.TECHNICIAN):
			self.assertNotIn(place.name, [row.name for row in search("Introuvable")])
		site.scheduled_job(place)
		with site.signed_in(site.TECHNICIAN):
			self.assertIn(place.name, [row.name for row in search("Introuvable", doctype="Service Location")])

	def test_a_document_that_is_no_more_does_not_stop_the_search(self):
		frappe.db.sql("insert into __global_search (doctype, name, content, published) values ('Dispatch Job', 'JOB-GONE', 'Name : Zygomorphe', 0)")
		with site.signed_in(site.DISPATCHER):
			self.assertEqual(search("Zygomorphe"), [])
		frappe.db.delete("__global_search", {"name": "JOB-GONE"})

	def test_a_board_that_people_delete_stays_deleted_and_a_number_card_comes_back(self):
		card = customization("desk")["Number Card"][0]["name"]
		frappe.db.savepoint("as_it_was")
		for doctype, name in (("Number Card", card), ("Kanban Board", BOARD)):
			frappe.delete_doc(doctype, name)
		for _time in range(2):
			desk.make()
			self.assertTrue(frappe.db.exists("Number Card", card))
			self.assertFalse(frappe.db.exists("Kanban Board", BOARD))
		self.assertEqual(ledger.made("Number Card").count(card), 1)
		frappe.db.rollback(save_point="as_it_was")

	def test_a_workspace_is_as_people_left_it_after_a_migration(self):
		card = customization("desk")["Number Card"][0]["name"]
		frappe.db.savepoint("as_it_was")
		page = frappe.get_doc("Workspace", "Gigafibre")
		page.number_cards = [row for row in page.number_cards if row.number_card_name != card]
		page.shortcuts = page.shortcuts[1:]
		page.save()
		frappe.delete_doc("Number Card", card)
		# Frappe brings in no workspace of ours from a file, which it would write over every edit.
		self.assertNotIn("Workspace", [doctype for doctype, _name in collisions.shipped()])
		desk.make()
		after = frappe.get_doc("Workspace", "Gigafibre")
		self.assertEqual([row.label for row in after.shortcuts], [row.label for row in page.shortcuts])
		self.assertEqual(len(after.number_cards), len(customization("desk")["Number Card"]) - 1)
		self.assertFalse(frappe.db.exists("Number Card", card))
		frappe.delete_doc("Workspace", "Gigafibre")
		desk.make()
		self.assertFalse(frappe.db.exists("Workspace", "Gigafibre"))
		frappe.db.rollback(save_point="as_it_was")

	def test_what_people_take_out_of_global_search_stays_out(self):
		settings = frappe.get_single("Global Search Settings")
		settings.allowed_in_global_search = [row for row in settings.allowed_in_global_search if row.document_type != "Service Equipment"]
		settings.save()
		desk.make()
		self.assertFalse(frappe.db.exists("Global Search DocType", {"document_type": "Service Equipment"}))

	def test_what_joins_global_search_leaves_the_others_rows_as_they_are(self):
		frappe.db.delete("Global Search DocType", {"document_type": "Service Equipment"})
		frappe.db.delete("DefaultValue", {"parent": ledger.PARENT, "defkey": desk.SEARCHED, "defvalue": "Service Equipment"})
		before = frappe.get_all("Global Search DocType", ["*"], order_by="idx")
		desk.make()
		after = frappe.get_all("Global Search DocType", ["*"], order_by="idx")
		self.assertEqual(after[:-1], before)
		self.assertEqual(after[-1].document_type, "Service Equipment")
