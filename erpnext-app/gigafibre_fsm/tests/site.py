"""What the tests stand on: people of each role and a premises with a customer. Everything is rolled back with the test's class."""

from contextlib import contextmanager

import frappe

AGENT = "agent.test@gigafibre.invalid"
DISPATCHER = "dispatcher.test@gigafibre.invalid"
TECHNICIAN = "technician.test@gigafibre.invalid"
OTHER_TECHNICIAN = "other.technician.test@gigafibre.invalid"
HUB = "hub@gigafibre.invalid"
PROFILES = {AGENT: "Ops Agent", DISPATCHER: "Dispatcher", TECHNICIAN: "Field Technician", OTHER_TECHNICIAN: "Field Technician"}


def people():
	for email, profile in PROFILES.items():
		if not frappe.db.exists("User", email):
			user = {"doctype": "User", "email": email, "first_name": profile, "role_profile_name": profile, "send_welcome_email": 0}
			frappe.get_doc(user).insert(ignore_permissions=True)


@contextmanager
def signed_in(user: str):
	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


def customer(name: str = "Jean Test"):
	group = frappe.db.get_value("Customer Group", {"is_group": 0})
	territory = frappe.db.get_value("Territory", {"is_group": 0})
	values = {"customer_name": name, "customer_type": "Individual", "customer_group": group, "territory": territory}
	return frappe.get_doc({"doctype": "Customer", **values}).insert()


def item(code: str = "TEST-FTTH"):
	if not frappe.db.exists("Item", code):
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		frappe.get_doc({"doctype": "Item", "item_code": code, "item_group": group, "stock_uom": "Nos", "is_stock_item": 0}).insert()
	return code


def location(of=None, **values):
	return frappe.get_doc({"doctype": "Service Location", "customer": (of or customer()).name, "address_line": "12 rue Principale", **values}).insert()


def subscription(at, **values):
	values = {"service_type": "Internet", "quantity": 1, "price": 99.95, **values}
	return frappe.get_doc({"doctype": "Service Subscription", "customer": at.customer, "service_location": at.name, "item": item(), **values}).insert()


def equipment(at, **values):
	values = {"equipment_type": "Routeur", **values}
	return frappe.get_doc({"doctype": "Service Equipment", "customer": at.customer, "service_location": at.name, **values}).insert()


def job(at, **values):
	values = {"job_type": "Installation", **values}
	return frappe.get_doc({"doctype": "Dispatch Job", "customer": at.customer, "service_location": at.name, **values}).insert()


def scheduled_job(at, technician: str = TECHNICIAN, **values):
	doc = job(at, **values)
	with signed_in(DISPATCHER):
		doc = frappe.get_doc("Dispatch Job", doc.name)
		doc.update({"status": "Scheduled", "assigned_to": technician, "scheduled_start": "2026-12-01 08:00:00"})
		doc.save()
	return doc
