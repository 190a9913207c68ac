"""The passwords that devices are told: for the hub alone, and each one it is given is noted."""

import json

import frappe
from frappe.utils.password import get_decrypted_password

from gigafibre_fsm.users import require_role

DOCTYPE = "Service Equipment"
PASSWORDS = ("custom_wifi_password", "custom_sip_password")
MOST = 500


@frappe.whitelist(methods=["POST"])
def read(equipment: str | list) -> list[dict]:
	"""The passwords of these devices with the provision version they belong to; one that is not there is left out.

	Each device read has a row of its own in Access Log, in the same transaction: where it cannot be noted, nothing is told.
	"""
	require_role("Hub Service")
	names = json.loads(equipment) if isinstance(equipment, str) else equipment
	if len(names) > MOST:
		frappe.throw(f"At most {MOST} devices at once")
	found = frappe.get_all(DOCTYPE, {"name": ("in", names)}, ["name", "provision_version"], order_by="name asc") if names else []
	for device in found:
		_note(device.name)
	return [{**device, **{field: get_decrypted_password(DOCTYPE, device.name, field, raise_exception=False) for field in PASSWORDS}} for device in found]


def _note(name: str):
	# Past make_access_log, which commits by itself.
	log = {"doctype": "Access Log", "user": frappe.session.user, "export_from": DOCTYPE, "reference_document": name, "method": f"{__name__}.read"}
	frappe.get_doc(log).db_insert()
