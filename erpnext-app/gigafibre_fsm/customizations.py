"""Puts the app's customizations on a site and takes them back.

Whatever exists already is left as it is: a site's people may have changed a label, a role's profile or a workflow, and a migration must
not undo that. A later version that changes what an earlier one made does it by a patch.
"""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from gigafibre_fsm import webhooks
from gigafibre_fsm.declared import customization

MODULE = "Gigafibre FSM"


def apply():
	make_roles()
	make_role_profiles()
	make_custom_fields()
	make_property_setters()
	make_workflows()
	webhooks.sync()


def remove():
	"""The mirror of `apply`, and of `make_records`; roles go last, once nothing refers to them (`remove_roles`)."""
	webhooks.remove()
	remove_workflows()
	remove_records()
	remove_property_setters()
	remove_custom_fields()
	remove_role_profiles()


def make_roles():
	for role in customization("roles")["roles"]:
		if not frappe.db.exists("Role", role["role_name"]):
			frappe.get_doc({"doctype": "Role", **role}).insert(ignore_permissions=True)


def remove_roles():
	for role in customization("roles")["roles"]:
		name = role["role_name"]
		for doctype in ("Has Role", "DocPerm", "Custom DocPerm"):
			frappe.db.delete(doctype, {"role": name})
		_delete("Role", name)


def make_role_profiles():
	for profile in customization("roles")["role_profiles"]:
		if not frappe.db.exists("Role Profile", profile["name"]):
			roles = [{"role": role} for role in profile["roles"]]
			frappe.get_doc({"doctype": "Role Profile", "role_profile": profile["name"], "roles": roles}).insert(ignore_permissions=True)


def remove_role_profiles():
	for profile in customization("roles")["role_profiles"]:
		frappe.db.set_value("User", {"role_profile_name": profile["name"]}, "role_profile_name", None)
		_delete("Role Profile", profile["name"])


def make_custom_fields():
	missing = {}
	for doctype, fields in customization("custom_fields").items():
		absent = [{**field, "module": MODULE} for field in fields if not frappe.db.exists("Custom Field", _custom_field(doctype, field))]
		if absent:
			missing[doctype] = absent
	if missing:
		create_custom_fields(missing, ignore_validate=True)


def remove_custom_fields():
	"""The columns go too: Frappe by itself leaves them, with what they hold, in ERPNext's tables."""
	for doctype, fields in customization("custom_fields").items():
		for field in fields:
			_delete("Custom Field", _custom_field(doctype, field))
		frappe.clear_cache(doctype=doctype)
		theirs = {field.fieldname for field in frappe.get_meta(doctype).fields}
		columns = [field["fieldname"] for field in fields if field["fieldname"] not in theirs]
		_drop_columns(doctype, [column for column in columns if frappe.db.has_column(doctype, column)])


def make_property_setters():
	for setter in customization("property_setters"):
		if not frappe.db.exists("Property Setter", _property_filters(setter)):
			frappe.get_doc(
				{
					"doctype": "Property Setter",
					"doctype_or_field": "DocField" if setter.get("fieldname") else "DocType",
					"doc_type": setter["doctype"],
					"field_name": setter.get("fieldname"),
					"property": setter["property"],
					"value": setter["value"],
					"property_type": setter["property_type"],
					"module": MODULE,
				}
			).insert(ignore_permissions=True)


def remove_property_setters():
	for setter in customization("property_setters"):
		for name in frappe.get_all("Property Setter", {**_property_filters(setter), "module": MODULE}, pluck="name"):
			_delete("Property Setter", name)


def make_records():
	"""Once, at install: a record that people delete later stays deleted. Those whose parent is not there yet wait for the setup wizard."""
	for doctype, records in customization("records").items():
		for record in records:
			name = _record_name(doctype, record)
			if not frappe.db.exists(doctype, name) and _place(doctype, record):
				frappe.get_doc({"doctype": doctype, **record}).insert(ignore_permissions=True)


def remove_records():
	"""Only those nothing refers to any more; a customer keeps their group."""
	for doctype, records in customization("records").items():
		for record in records:
			name = _record_name(doctype, record)
			if frappe.db.exists(doctype, name):
				try:
					frappe.delete_doc(doctype, name, ignore_permissions=True, delete_permanently=True)
				except frappe.LinkExistsError:
					frappe.clear_last_message()


def make_workflows():
	for workflow in customization("workflows"):
		if frappe.db.exists("Workflow", workflow["name"]):
			continue
		for state in workflow["states"]:
			if not frappe.db.exists("Workflow State", state["state"]):
				frappe.get_doc({"doctype": "Workflow State", "workflow_state_name": state["state"], "style": state["style"]}).insert(ignore_permissions=True)
		for action in {transition["action"] for transition in workflow["transitions"]}:
			if not frappe.db.exists("Workflow Action Master", action):
				frappe.get_doc({"doctype": "Workflow Action Master", "workflow_action_name": action}).insert(ignore_permissions=True)
		frappe.get_doc({"doctype": "Workflow", "workflow_name": workflow["name"], **workflow}).insert(ignore_permissions=True)


def remove_workflows():
	for workflow in customization("workflows"):
		_delete("Workflow", workflow["name"])
		for state in {state["state"] for state in workflow["states"]}:
			if not frappe.db.exists("Workflow Document State", {"state": state}):
				_delete("Workflow State", state)
		for action in {transition["action"] for transition in workflow["transitions"]}:
			if not frappe.db.exists("Workflow Transition", {"action": action}):
				_delete("Workflow Action Master", action)


def _delete(doctype: str, name: str):
	frappe.delete_doc(doctype, name, force=True, ignore_missing=True, ignore_permissions=True, delete_permanently=True)


def _custom_field(doctype: str, field: dict) -> str:
	return f"{doctype}-{field['fieldname']}"


def _property_filters(setter: dict) -> dict:
	return {"doc_type": setter["doctype"], "field_name": setter.get("fieldname") or ("is", "not set"), "property": setter["property"]}


def _record_name(doctype: str, record: dict) -> str:
	return record[frappe.get_meta(doctype).autoname.removeprefix("field:")]


def _place(doctype: str, record: dict) -> bool:
	"""Puts a tree's record under the tree's root, whatever its name in the site's language. False where the tree has none yet."""
	meta = frappe.get_meta(doctype)
	parent_field = meta.get("nsm_parent_field")
	if not parent_field or parent_field not in record:
		return True
	if not frappe.db.exists(doctype, record[parent_field]):
		record[parent_field] = frappe.db.get_value(doctype, {"is_group": 1, parent_field: ("is", "not set")})
	return bool(record[parent_field])


def _drop_columns(doctype: str, columns: list[str]):
	if columns:
		frappe.db.commit()
		frappe.db.sql_ddl(f"alter table `tab{doctype}` {', '.join(f'drop column `{column}`' for column in columns)}")
