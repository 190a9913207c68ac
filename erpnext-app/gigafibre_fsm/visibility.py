"""Whose records a role sees, from `visible` in the rules. Ownership would not do: what the hub makes is owned by the hub's user."""

import frappe

from gigafibre_fsm.declared import rules_of
from gigafibre_fsm.invariants import binding_roles

# Rights that a permission row can carry; any other kind of access counts as reading.
RIGHTS = {"read", "write", "create", "delete", "submit", "cancel", "amend", "print", "email", "report", "export", "share"}


def query_conditions(user: str | None = None, doctype: str | None = None) -> str:
	"""`permission_query_conditions`: the SQL that narrows a list to what the user may see."""
	user = user or frappe.session.user
	alternatives = _alternatives(doctype, "read", user)
	return f"({' or '.join(_sql(doctype, alternative, user) for alternative in alternatives)})" if alternatives else ""


def has_permission(doc, ptype: str = "read", user: str | None = None) -> bool:
	"""`has_permission`: the same for one document. A write must leave it visible too, so nobody reaches what is not theirs by moving it."""
	user = user or frappe.session.user
	alternatives = _alternatives(doc.doctype, ptype if ptype in RIGHTS else "read", user)
	if not alternatives:
		return True
	versions = [doc] if doc.is_new() else [_stored(doc, alternatives)]
	if not doc.is_new() and ptype != "read":
		versions.append(doc)
	return all(any(_sees(version, alternative, user) for alternative in alternatives) for version in versions)


def _alternatives(doctype: str, right: str, user: str) -> list[dict]:
	visible = rules_of(doctype).get("visible", {})
	return [alternative for role in binding_roles(visible, doctype, right, user) for alternative in visible[role]] if visible else []


def _stored(doc, alternatives) -> frappe._dict:
	fields = list({alternative["field"] for alternative in alternatives})
	return frappe.db.get_value(doc.doctype, doc.name, fields, as_dict=True) or frappe._dict()


def _sees(doc, alternative: dict, user: str) -> bool:
	value = doc.get(alternative["field"])
	if not value:
		return False
	if "is" in alternative:
		return value == _argument(alternative["is"], user)
	return bool(frappe.db.sql(f"select 1 from ({_lookup(alternative['in'], user)}) seen where seen.value = %s limit 1", value))


def _sql(doctype: str, alternative: dict, user: str) -> str:
	column = f"`tab{doctype}`.`{alternative['field']}`"
	if "is" in alternative:
		return f"{column} = {frappe.db.escape(_argument(alternative['is'], user))}"
	return f"{column} in ({_lookup(alternative['in'], user)})"


def _lookup(within: dict, user: str) -> str:
	"""A subquery of the values that show a document; rule files name the columns, the user's name is escaped."""
	parent = f"`tab{within['doctype']}`"
	where = [f"{parent}.`{field}` = {frappe.db.escape(_argument(value, user))}" for field, value in within["where"].items()]
	if "child" not in within:
		return f"select {parent}.`{within['pluck']}` as value from {parent} where {' and '.join(where)}"
	child = f"`tab{frappe.get_meta(within['doctype']).get_field(within['child']).options}`"
	where += [f"{child}.parent = {parent}.name", f"{child}.parentfield = {frappe.db.escape(within['child'])}"]
	return f"select {child}.`{within['pluck']}` as value from {parent}, {child} where {' and '.join(where)}"


def _argument(value: str, user: str) -> str:
	return user if value == "$user" else value
