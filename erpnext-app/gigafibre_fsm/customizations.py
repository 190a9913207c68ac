"""Puts the app's customizations on a site and takes them back.

Whatever exists already is left as it is: a site's people may have changed a label, a role's profile or a workflow, and a migration must
not undo that. Nor does what they deleted come back, but for what the app cannot do without: its roles, its fields and, where there is a hub, the
webhooks. A later version that changes what an earlier one made does it by a patch.
"""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from gigafibre_fsm import desk, ledger, webhooks
from gigafibre_fsm.declared import customization

MODULE = "Gigafibre FSM"


def apply():
	make_roles()
	make_role_profiles()
	make_custom_fields()
	make_property_setters()
	make_workflows()
	desk.make()
	webhooks.sync()


def remove():
	"""The mirror of `apply`, and of `make_records`; roles go last, once nothing refers to them (`remove_roles`)."""
	webhooks.remove()
	desk.remove()
	remove_workflows()
	remove_property_setters()
	remove_custom_fields()
	remove_records()
	remove_role_profiles()


def make_roles():
	for role in customization("roles")["roles"]:
		if not frappe.db.exists("Role", role["role_name"]):
			ledger.make({"doctype": "Role", **role})


def remove_roles():
	for name in ledger.made("Role"):
		for doctype in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(doctype, {"role": name})
		ledger.unmake("Role", name)


def make_role_profiles():
	for profile in customization("roles")["role_profiles"]:
		if _is_new("Role Profile", profile["name"]):
			roles = [{"role": role} for role in profile["roles"]]
			ledger.make({"doctype": "Role Profile", "role_profile": profile["name"], "roles": roles})


def remove_role_profiles():
	for name in ledger.made("Role Profile"):
		frappe.db.set_value("User", {"role_profile_name": name}, "role_profile_name", None)
		ledger.unmake("Role Profile", name)


def make_custom_fields():
	missing = {}
	for doctype, fields in customization("custom_fields").items():
		for field in fields:
			name = f"{doctype}-{field['fieldname']}"
			if not frappe.db.exists("Custom Field", name):
				missing.setdefault(doctype, []).append({**field, "module": MODULE})
				ledger.note("Custom Field", name)
	if missing:
		create_custom_fields(missing, ignore_validate=True)


def remove_custom_fields():
	"""The columns go too: Frappe by itself leaves them, with what they hold, in ERPNext's tables."""
	columns = {}
	for name in ledger.made("Custom Field"):
		doctype, _dash, fieldname = name.partition("-")
		ledger.unmake("Custom Field", name)
		if frappe.db.has_column(doctype, fieldname):
			columns.setdefault(doctype, []).append(fieldname)
	# From here on the database commits by itself: a changed table cannot be rolled back.
	frappe.db.commit()
	for doctype, fieldnames in columns.items():
		frappe.clear_cache(doctype=doctype)
		frappe.db.sql_ddl(f"alter table `tab{doctype}` {', '.join(f'drop column `{fieldname}`' for fieldname in fieldnames)}")


def make_property_setters():
	for setter in customization("property_setters"):
		field = setter.get("fieldname")
		found = {"doc_type": setter["doctype"], "field_name": field or ("is", "not set"), "property": setter["property"]}
		name = f"{setter['doctype']}-{field or 'main'}-{setter['property']}"
		if _is_new("Property Setter", name) and not frappe.db.exists("Property Setter", found):
			ledger.make(
				{
					"doctype": "Property Setter",
					"doctype_or_field": "DocField" if field else "DocType",
					"doc_type": setter["doctype"],
					"field_name": field,
					"property": setter["property"],
					"value": setter["value"],
					"property_type": setter["property_type"],
					"module": MODULE,
				}
			)


def remove_property_setters():
	for name in ledger.made("Property Setter"):
		ledger.unmake("Property Setter", name)


def make_records():
	"""Once, at install: a record that people delete later stays deleted. Those whose parent is not there yet wait for the setup wizard."""
	for doctype, records in customization("records").items():
		for record in records:
			name = record[frappe.get_meta(doctype).autoname.removeprefix("field:")]
			if not frappe.db.exists(doctype, name) and _place(doctype, record):
				ledger.make({"doctype": doctype, **record})


def remove_records():
	"""Only those nothing refers to any more: a customer keeps their group."""
	for doctype in customization("records"):
		for name in ledger.made(doctype):
			if frappe.get_meta(doctype).module == MODULE:  # goes with its DocType
				continue
			try:
				frappe.delete_doc(doctype, name, ignore_missing=True, ignore_permissions=True, delete_permanently=True)
			except frappe.LinkExistsError:
				frappe.clear_last_message()


def make_workflows():
	for workflow in customization("workflows"):
		if not _is_new("Workflow", workflow["name"]):
			continue
		for state in workflow["states"]:
			if not frappe.db.exists("Workflow State", state["state"]):
				ledger.make({"doctype": "Workflow State", "workflow_state_name": state["state"], "style": state["style"]})
		for action in sorted({transition["action"] for transition in workflow["transitions"]}):
			if not frappe.db.exists("Workflow Action Master", action):
				ledger.make({"doctype": "Workflow Action Master", "workflow_action_name": action})
		ledger.make({"doctype": "Workflow", "workflow_name": workflow["name"], **workflow})


def remove_workflows():
	for doctype in ("Workflow", "Workflow Action Master", "Workflow State"):
		for name in ledger.made(doctype):
			ledger.unmake(doctype, name)


def _is_new(doctype: str, name: str) -> bool:
	"""Neither there nor made before: what people deleted since stays deleted."""
	return not frappe.db.exists(doctype, name) and name not in ledger.made(doctype)


def _place(doctype: str, record: dict) -> bool:
	"""Puts a tree's record under the tree's root, whatever its name in the site's language. False where the tree has none yet."""
	parent_field = frappe.get_meta(doctype).get("nsm_parent_field")
	if not parent_field or parent_field not in record:
		return True
	if not frappe.db.exists(doctype, record[parent_field]):
		record[parent_field] = frappe.db.get_value(doctype, {"is_group": 1, parent_field: ("is", "not set")})
	return bool(record[parent_field])
