"""What devices say of themselves, noted of many at once: readings, and no edits of the document that a person would look for in its history."""

import json

import frappe
from frappe import _
from frappe.utils import cstr, get_datetime, strip_html

from gigafibre_fsm.declared import rules_of
from gigafibre_fsm.invariants import apply_normal_forms
from gigafibre_fsm.users import require_role

DOCTYPE = "Service Equipment"
READINGS = ("connection_state", "last_inform", "ip_address", "firmware_version", "rx_power_dbm", "provisioned_on")
MOST = 1000


@frappe.whitelist(methods=["POST"])
def note_informs(devices: str | list) -> dict:
	"""Writes the readings of `[{name, ...readings}]`, all in one transaction; what is not given stands.

	Answers `{noted: [name], refused: [{name, message}]}`: a value that the document would not take holds back its own device only, and a
	device that is not there is in neither. There is no Version, no webhook, and `modified` stays: a form that is open may be saved. A form
	does not write readings (permission level 1), so that what it saves is not what the device said when it was opened.
	"""
	require_role("Hub Service")
	frappe.has_permission(DOCTYPE, "write", throw=True)
	devices = json.loads(devices) if isinstance(devices, str) else devices
	if len(devices) > MOST:
		frappe.throw(f"At most {MOST} devices at once")
	readings, refused = {}, []
	for device in devices:
		try:
			readings[device["name"]] = _checked(device)
		except (frappe.ValidationError, ValueError) as error:
			frappe.clear_last_message()
			refused.append({"name": device["name"], "message": strip_html(cstr(error))})
	noted = _locked(list(readings))
	frappe.db.bulk_update(DOCTYPE, {name: readings[name] for name in noted if readings[name]}, update_modified=False)
	if noted:
		frappe.clear_document_cache(DOCTYPE)
	return {"noted": noted, "refused": refused}


def _checked(device: dict) -> dict:
	"""The values as the document's own checks and normal forms leave them."""
	values = {field: value for field, value in device.items() if field != "name"}
	if unknown := set(values) - set(READINGS):
		frappe.throw(_("{0} is no reading of a device").format(", ".join(sorted(unknown))))
	doc = frappe.get_doc({"doctype": DOCTYPE, **values})
	apply_normal_forms(doc, rules_of(DOCTYPE))
	doc._validate_selects()
	doc._validate_length()
	doc._fix_numeric_types()
	for field in ("last_inform", "provisioned_on"):
		if field in values:
			doc.set(field, cstr(get_datetime(values[field])))
	return {field: doc.get(field) for field in values}


def _locked(names: list[str]) -> list[str]:
	"""Those that are there, locked by name in one order for all."""
	if not names:
		return []
	table = frappe.qb.DocType(DOCTYPE)
	return frappe.qb.from_(table).select(table.name).where(table.name.isin(names)).orderby(table.name).for_update().run(pluck=True)
