from unittest.mock import patch

import frappe
from frappe.tests.utils import FrappeTestCase

from gigafibre_fsm.api.unit_of_work import commit, find, hash_of
from gigafibre_fsm.exceptions import KeyReusedError, MalformedUnitOfWorkError, UnitOfWorkStepError
from gigafibre_fsm.gigafibre_fsm.doctype.service_location.service_location import ServiceLocation
from gigafibre_fsm.invariants import reading_links_once
from gigafibre_fsm.tests import site


def insert(doctype, alias=None, **values):
	return {"op": "insert", "doctype": doctype, "values": values, **({"as": alias} if alias else {})}


def ref(name):
	return {"$ref": name}


class TestUnitOfWork(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		cls.customer = site.customer()

	def setUp(self):
		self.key = frappe.generate_hash()
		frappe.set_user(site.HUB)

	def tearDown(self):
		frappe.set_user("Administrator")

	def place(self, alias="location", **values):
		return insert("Service Location", alias, **{"customer": self.customer.name, "address_line": "12 rue Principale", **values})

	def refused(self, *steps):
		"""Commits, and gives what was told of the step that failed."""
		with self.assertRaises(UnitOfWorkStepError) as caught:
			commit(self.key, list(steps))
		self.assertEqual(frappe.local.response["step"], caught.exception.step)
		self.assertFalse(frappe.db.exists("Unit of Work", {"key": self.key}))
		return caught.exception

	def test_later_step_takes_what_an_earlier_one_made(self):
		answer = commit(
			self.key,
			[
				self.place(),
				insert("Service Equipment", "ont", customer=ref("location.customer"), service_location=ref("location.name"), equipment_type="ONT"),
				insert(
					"Dispatch Job",
					"job",
					customer=ref("location.customer"),
					service_location=ref("location.name"),
					job_type="Installation",
					notes={"$format": "Installation - {location.customer} ({location.name})"},
					equipment_list=[{"service_equipment": ref("ont.name")}],
				),
			],
		)
		names = {document["as"]: document["name"] for document in answer["documents"]}
		job = frappe.get_doc("Dispatch Job", names["job"])
		self.assertEqual(job.notes, f"Installation - {self.customer.name} ({names['location']})")
		self.assertEqual(job.equipment_list[0].service_equipment, names["ont"])
		self.assertEqual(job.owner, site.HUB)
		self.assertEqual((answer["key"], answer["replayed"]), (self.key, False))

	def test_reference_takes_what_stands_there_now(self):
		update = {"op": "update", "doctype": "Service Location", "name": ref("location.name"), "values": {"city": "Havelock"}}
		documents = commit(self.key, [self.place(), update, self.place("second", municipality=ref("location.city"))])["documents"]
		self.assertEqual(frappe.db.get_value("Service Location", documents[1]["name"], "municipality"), "Havelock")

	def test_answer_names_each_document_once(self):
		update = {"op": "update", "doctype": "Service Location", "name": ref("location.name"), "values": {"city": "Havelock"}}
		documents = commit(self.key, [self.place(), update])["documents"]
		self.assertEqual([(document["as"], document["doctype"]) for document in documents], [("location", "Service Location")])

	def test_same_key_and_payload_gets_the_first_answer_and_writes_nothing(self):
		first = commit(self.key, [self.place()])
		count = frappe.db.count("Service Location")
		again = commit(self.key, [self.place()])
		self.assertEqual(again, {**first, "replayed": True})
		self.assertEqual(frappe.db.count("Service Location"), count)
		self.assertEqual(find(self.key), again)

	def test_same_key_with_another_payload_is_refused(self):
		commit(self.key, [self.place()])
		self.assertRaises(KeyReusedError, commit, self.key, [self.place(city="Havelock")])
		self.assertRaises(KeyReusedError, commit, self.key, [self.place()], site.AGENT)

	def test_payload_is_the_same_whatever_the_order_of_its_keys(self):
		self.assertEqual(hash_of({"a": 1, "b": [{"c": "é", "d": None}]}), hash_of({"b": [{"d": None, "c": "é"}], "a": 1}))
		self.assertNotEqual(hash_of({"a": [1, 2]}), hash_of({"a": [2, 1]}))

	def test_key_belongs_to_its_caller(self):
		commit(self.key, [self.place()])
		with site.signed_in(site.AGENT):
			self.assertIsNone(find(self.key))
			self.assertFalse(commit(self.key, [self.place()])["replayed"])

	def test_key_that_never_landed_is_found_as_nothing(self):
		self.assertIsNone(find(self.key))

	def test_database_itself_refuses_a_key_twice(self):
		values = {"doctype": "Unit of Work", "caller": site.HUB, "key": self.key, "payload_hash": "x"}
		frappe.get_doc(values).insert(ignore_permissions=True)
		self.assertRaises(frappe.UniqueValidationError, frappe.get_doc(values).insert, ignore_permissions=True)

	def test_first_failure_undoes_every_step_and_is_named(self):
		count = frappe.db.count("Service Location")
		failure = self.refused(
			self.place(), insert("Service Equipment", "ont", equipment_type="Toaster", customer=self.customer.name, service_location=ref("location.name"))
		)
		self.assertEqual(frappe.db.count("Service Location"), count)
		self.assertEqual(failure.http_status_code, 417)
		told = failure.step
		self.assertEqual((told["index"], told["op"], told["doctype"], told["as"]), (1, "insert", "Service Equipment", "ont"))
		self.assertEqual(told["exc_type"], "ValidationError")
		self.assertIn("Toaster", told["message"])

	def test_key_of_a_failed_unit_may_be_used_again(self):
		self.refused(self.place(address_line=None))
		self.assertFalse(commit(self.key, [self.place()])["replayed"])

	def test_missing_field_is_named(self):
		told = self.refused(insert("Service Location", address_line="12 rue Principale")).step
		self.assertEqual((told["exc_type"], told["field"]), ("MandatoryError", "customer"))

	def test_value_used_elsewhere_is_named(self):
		told = self.refused(self.place(fibre_id="DROP-9"), self.place("second", fibre_id="DROP-9")).step
		self.assertEqual((told["index"], told["exc_type"], told["field"]), (1, "UniqueValidationError", "fibre_id"))

	def test_unknown_field_is_refused_and_named_in_rows_too(self):
		self.assertEqual(self.refused(self.place(colour="blue")).step["field"], "colour")
		job = insert("Dispatch Job", customer=self.customer.name, job_type="Repair", charges=[{"colour": "blue"}])
		self.assertEqual(self.refused(job).step["exc_type"], "UnknownFieldError")
		for field in ("name", "owner", "docstatus", "modified", "address_section"):
			self.assertEqual(self.refused(self.place(**{field: "x"})).step["exc_type"], "UnknownFieldError", field)

	def test_missing_permission_is_403(self):
		with site.signed_in(site.TECHNICIAN):
			failure = self.refused(self.place())
		self.assertEqual(failure.http_status_code, 403)
		self.assertEqual(failure.step["exc_type"], "PermissionError")

	def test_whoever_has_no_role_of_ours_may_not_call(self):
		with site.signed_in("Guest"):
			self.assertRaises(frappe.PermissionError, commit, self.key, [self.place()])
			self.assertRaises(frappe.PermissionError, find, self.key)

	def test_update_expects_what_it_saw(self):
		place = frappe.get_doc("Service Location", commit(self.key, [self.place(latitude=45.5)])["documents"][0]["name"])
		step = {"op": "update", "doctype": "Service Location", "name": place.name, "values": {"city": "Havelock"}}
		self.key = frappe.generate_hash()
		for stale in ({"status": "Active"}, {"latitude": 45.6}, {"modified": "2020-01-01 00:00:00"}):
			told = self.refused({**step, "expect": stale}).step
			self.assertEqual((told["exc_type"], told["field"]), ("ExpectationError", next(iter(stale))))
		commit(self.key, [{**step, "expect": {"status": "Pending Install", "latitude": 45.5, "city": None, "modified": str(place.modified)}}])
		self.assertEqual(place.reload().city, "Havelock")

	def test_count_that_is_not_as_expected_is_refused(self):
		expect = {"op": "expect", "doctype": "Dispatch Job", "filters": {"order_id": self.key}, "count": 0}
		job = insert("Dispatch Job", customer=self.customer.name, service_location=ref("location.name"), job_type="Repair", order_id=self.key)
		commit(self.key, [expect, self.place(), job, {**expect, "count": 1}])
		self.key += "#2"
		self.assertEqual(self.refused(expect).step["exc_type"], "ExpectationError")

	def test_expectation_counts_only_what_the_caller_may_see(self):
		place = commit(self.key, [self.place()])["documents"][0]["name"]
		with site.signed_in(site.TECHNICIAN):
			commit(self.key, [{"op": "expect", "doctype": "Service Location", "filters": {"name": place}, "count": 0}])
			self.key += "#2"
			self.assertEqual(self.refused({"op": "expect", "doctype": "Customer", "filters": {}, "count": 0}).http_status_code, 403)

	def test_reference_to_nothing_is_refused(self):
		for reference in ("nobody.name", "location.nothing", "location"):
			told = self.refused(self.place(), insert("Service Equipment", customer=self.customer.name, service_location=ref(reference))).step
			self.assertEqual(told["exc_type"], "StepReferenceError", reference)

	def test_secret_is_no_value_to_take(self):
		router = insert(
			"Service Equipment",
			"router",
			customer=self.customer.name,
			service_location=ref("location.name"),
			equipment_type="Routeur",
			custom_wifi_password="canot-bleu-42",
		)
		told = self.refused(self.place(), router, self.place("copy", address_line=ref("router.custom_wifi_password"))).step
		self.assertEqual(told["exc_type"], "StepReferenceError")

	def test_step_that_cannot_be_read_is_refused(self):
		for step in (
			"insert",
			{"op": "delete", "doctype": "Service Location", "name": "x"},
			{"op": "insert", "doctype": "Service Location"},
			{"op": "insert", "doctype": "Service Location", "values": {}, "force": True},
			{"op": "insert", "doctype": "Dispatch Job Charge", "values": {}},
			{"op": "expect", "doctype": "Service Location", "filters": {}, "count": "0"},
			self.place(address_line={"$ref": "a.b", "$format": "c"}),
			self.place(address_line=[{"a": 1}]),
		):
			self.assertEqual(self.refused(step).step["exc_type"], "MalformedStepError", step)

	def test_unit_without_key_or_steps_is_refused(self):
		for key, steps in ((None, [self.place()]), ("", [self.place()]), ("k" * 256, [self.place()]), (self.key, []), (self.key, None)):
			self.assertRaises(MalformedUnitOfWorkError, commit, key, steps)

	def test_missing_document_or_doctype_is_named(self):
		gone = {"op": "update", "doctype": "Service Location", "name": "LOC-NONE", "values": {"city": "Havelock"}}
		self.assertEqual(self.refused(gone).step["exc_type"], "DoesNotExistError")
		self.assertEqual(self.refused(insert("Spaceship", name="x")).step["exc_type"], "DoesNotExistError")

	def test_code_reached_by_a_step_can_neither_keep_nor_lose_half(self):
		count = frappe.db.count("Service Location")

		def meddle(doc):
			frappe.db.commit()
			if doc.city == "rollback":
				frappe.db.rollback()

		with patch.object(ServiceLocation, "after_insert", meddle, create=True):
			self.refused(self.place(), self.place("second", address_line=None))
			self.assertEqual(frappe.db.count("Service Location"), count)
			self.assertEqual(self.refused(self.place(city="rollback")).step["exc_type"], "TransactionControlError")

	def test_place_is_read_once_and_again_after_it_was_written(self):
		own = {"doctype": "Service Equipment", "equipment_type": "Routeur", "customer": self.customer.name}
		with site.signed_in("Administrator"), reading_links_once():
			place = site.location(self.customer)
			frappe.get_doc({**own, "service_location": place.name}).insert()
			# Behind the rules' back: nobody is told, and what was read of it still stands.
			frappe.db.set_value("Service Location", place.name, "customer", site.customer("Luc Test").name)
			frappe.get_doc({**own, "service_location": place.name}).insert()
			frappe.get_doc("Service Location", place.name).save()
			with self.assertRaises(frappe.ValidationError):
				frappe.get_doc({**own, "service_location": place.name}).insert()

	def test_row_is_never_changed(self):
		commit(self.key, [self.place()])
		row = frappe.get_doc("Unit of Work", {"key": self.key})
		row.on_behalf_of = "someone else"
		self.assertRaises(frappe.ValidationError, row.save, ignore_permissions=True)
