import frappe
from frappe.model.workflow import WorkflowPermissionError
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.tests import site

FORWARD = ["Open", "Scheduled", "En Route", "In Progress", "Completed"]


class TestDispatchJob(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.place = site.location()

	def moved(self, job, status, user, **values):
		with site.signed_in(user):
			doc = frappe.get_doc("Dispatch Job", job.name)
			doc.update({"status": status, **values})
			doc.save()
			return doc

	def test_name_can_be_said_aloud_and_begins_open(self):
		job = site.job(self.place)
		self.assertRegex(job.name, r"^JOB-\d{5}$")
		self.assertEqual(job.status, "Open")

	def test_is_not_inserted_in_a_later_state(self):
		self.assertRaises(WorkflowPermissionError, site.job, self.place, status="Completed")

	def test_order_has_one_job(self):
		site.job(self.place, order_id="ORD-TEST-1")
		self.assertRaises(frappe.UniqueValidationError, site.job, self.place, order_id="ORD-TEST-1")

	def test_scheduled_needs_someone_and_a_time(self):
		job = site.job(self.place)
		for values in ({}, {"assigned_to": site.TECHNICIAN}, {"scheduled_start": "2026-12-01 08:00:00"}):
			self.assertRaises(frappe.MandatoryError, self.moved, job, "Scheduled", site.DISPATCHER, **values)

	def test_dispatcher_moves_forward_by_any_step_and_back_only_what_was_scheduled(self):
		values = {"assigned_to": site.TECHNICIAN, "scheduled_start": "2026-12-01 08:00:00"}
		for start in range(len(FORWARD) - 1):
			for end in range(len(FORWARD)):
				job = site.job(self.place)
				if start:
					self.moved(job, FORWARD[start], site.DISPATCHER, **values)
				if end > start:
					self.moved(job, FORWARD[end], site.DISPATCHER, **values)
				elif (FORWARD[start], FORWARD[end]) == ("Scheduled", "Open"):
					self.assertEqual(self.moved(job, "Open", site.DISPATCHER, assigned_to=None, scheduled_start=None).status, "Open")
				elif end < start:
					self.assertRaises(WorkflowPermissionError, self.moved, job, FORWARD[end], site.DISPATCHER, **values)

	def test_dispatcher_cancels_whatever_is_not_completed(self):
		job = site.scheduled_job(self.place)
		self.assertEqual(self.moved(job, "Cancelled", site.DISPATCHER).status, "Cancelled")
		done = self.moved(site.scheduled_job(self.place), "Completed", site.DISPATCHER)
		self.assertRaises(WorkflowPermissionError, self.moved, done, "Cancelled", site.DISPATCHER)

	def test_agent_moves_nothing(self):
		self.assertRaises(WorkflowPermissionError, self.moved, site.job(self.place), "Cancelled", site.AGENT)

	def test_technician_makes_the_three_moves_of_their_own_job_and_each_is_timed(self):
		job = site.scheduled_job(self.place)
		for status, field in (("En Route", "en_route_at"), ("In Progress", "started_at"), ("Completed", "completed_at")):
			self.assertTrue(self.moved(job, status, site.TECHNICIAN).get(field))

	def test_time_told_by_the_phone_is_kept(self):
		job = self.moved(site.scheduled_job(self.place), "En Route", site.TECHNICIAN, en_route_at="2026-12-01 07:45:00")
		self.assertEqual(str(job.reload().en_route_at), "2026-12-01 07:45:00")

	def test_technician_neither_schedules_skips_cancels_nor_puts_back(self):
		job = site.scheduled_job(self.place)
		for status in ("Open", "In Progress", "Completed", "Cancelled"):
			self.assertRaises(WorkflowPermissionError, self.moved, job, status, site.TECHNICIAN)

	def test_technician_reaches_only_their_own_jobs(self):
		theirs = site.scheduled_job(self.place, site.OTHER_TECHNICIAN)
		self.assertRaises(frappe.PermissionError, self.moved, theirs, "En Route", site.TECHNICIAN)
		with site.signed_in(site.TECHNICIAN):
			self.assertNotIn(theirs.name, frappe.get_list("Dispatch Job", pluck="name", limit_page_length=0))

	def test_technician_cannot_take_a_job_nor_give_it_away(self):
		mine, theirs = site.scheduled_job(self.place), site.scheduled_job(self.place, site.OTHER_TECHNICIAN)
		self.assertRaises(frappe.PermissionError, self.moved, theirs, "Scheduled", site.TECHNICIAN, assigned_to=site.TECHNICIAN)
		self.assertRaises(frappe.PermissionError, self.moved, mine, "Scheduled", site.TECHNICIAN, assigned_to=site.OTHER_TECHNICIAN)

	def test_technician_fills_in_the_visit(self):
		job = site.scheduled_job(self.place, checklist=[{"label": "Signal", "required": 1}])
		row = {"label": "Signal", "required": 1, "done": 1, "value": "-19 dBm"}
		done = self.moved(job, "En Route", site.TECHNICIAN, checklist=[row], sign_off_name="Jean Test", notes="Chien gentil")
		self.assertEqual(done.reload().checklist[0].value, "-19 dBm")

	def test_someone_who_dispatches_and_visits_is_bound_as_a_dispatcher(self):
		user = frappe.get_doc("User", site.OTHER_TECHNICIAN)
		user.role_profile_name = None
		user.append("roles", {"role": "Dispatcher"})
		user.save()
		with site.signed_in(site.OTHER_TECHNICIAN):
			self.assertTrue(frappe.has_permission("Dispatch Job", "write", site.job(self.place).name))

	def test_belongs_to_the_customer_of_its_place(self):
		self.assertRaises(frappe.ValidationError, site.job, self.place, customer=site.customer("Autre").name)

	def test_charge_is_positive(self):
		charge = {"item": site.item(), "kind": "credit", "quantity": 1, "rate": -1}
		self.assertRaises(frappe.NonNegativeError, site.job, self.place, charges=[charge])
