"""Visits from before these fields came show their address and technician too. What was changed last is not touched: nothing is told to the hub."""

import frappe


def execute():
	frappe.db.sql(
		"""update `tabDispatch Job` job join `tabService Location` place on place.name = job.service_location
		set job.address_line = place.address_line, job.city = place.city"""
	)
	frappe.db.sql(
		"""update `tabDispatch Job` job join `tabUser` person on person.name = job.assigned_to
		set job.technician_name = person.full_name"""
	)
