"""Installs the app on a copy of a site, uses it, uninstalls it, and compares the whole database before and after each.

Whatever changed must be the app's own, by its ledger and its module; whatever was there before must be there afterwards, unchanged.
"""

import zlib
from collections import defaultdict
from collections.abc import Callable

import frappe
from frappe.installer import install_app, remove_app

from gigafibre_fsm import customizations, ledger
from gigafibre_fsm.declared import customization

APP = "gigafibre_fsm"
# What every site writes by itself at any moment.
VOLATILE = ("tabError Log", "tabScheduled Job Log", "tabActivity Log", "tabRoute History", "tabSessions", "tabRQ Job", "__global_search")
# What Frappe writes anew at each install of whatever app, under new names: compared by what it says.
REWRITTEN = dict.fromkeys(("tabInstalled Application", "tabDefaultValue", "tabPortal Menu Item"), ("name", "creation", "modified", "modified_by", "owner"))
# A node put into a tree, or taken out, moves its neighbours' numbers.
TREE = {"lft", "rgt", "old_parent"}
LISTED = 20


class Snapshot:
	"""Every table's columns, and of every row a number for each value."""

	def __init__(self):
		frappe.db.commit()
		self.columns: dict[str, list[str]] = defaultdict(list)
		self.types: dict[str, dict[str, str]] = defaultdict(dict)
		for table, column, kind, default in frappe.db.sql(
			"""select c.table_name, c.column_name, c.column_type, c.column_default from information_schema.columns c
			join information_schema.tables t using (table_schema, table_name)
			where c.table_schema = database() and t.table_type = 'BASE TABLE' order by c.table_name, c.column_name"""
		):
			self.columns[table].append(column)
			self.types[table][column] = f"{kind} {default}"
		self.rows = {table: self._read(table) for table in self.columns if table not in VOLATILE}

	def _read(self, table: str) -> dict[tuple, tuple[int, ...]]:
		columns = self.columns[table]
		listed = ", ".join(f"`{column}`" for column in columns)
		hidden = REWRITTEN.get(table, ())
		rows = {}
		for values in frappe.db.sql(f"select {listed} from `{table}`"):
			row = dict(zip(columns, values, strict=True))
			key = (row["name"],) if "name" in row and "name" not in hidden else tuple(str(row[name]) for name in columns if name not in hidden)
			rows[key] = tuple(0 if name in hidden else zlib.crc32(repr(row[name]).encode()) for name in columns)
		return rows

	def row(self, table: str, key: tuple) -> dict:
		"""What stands in a row now; its key alone where rows have no names."""
		if len(key) == 1 and "name" in self.columns[table]:
			found = frappe.db.sql(f"select * from `{table}` where name = %s", key, as_dict=True)
			return found[0] if found else {"name": key[0]}
		shown = [name for name in self.columns[table] if name not in REWRITTEN.get(table, ())]
		return dict(zip(shown, key, strict=True))


def compare(before: Snapshot, after: Snapshot):
	"""`(kind, table, what)` of each difference: tables and columns gone, made or changed; rows gone, made or changed."""
	for table in before.columns.keys() | after.columns.keys():
		if table not in after.columns:
			yield "table gone", table, None
		elif table not in before.columns:
			yield "table made", table, None
		else:
			yield from _compare_columns(table, before, after)
			yield from _compare_rows(table, before, after)


def _compare_columns(table: str, before: Snapshot, after: Snapshot):
	old, new = before.types[table], after.types[table]
	for column in sorted(old.keys() | new.keys()):
		if column not in new:
			yield "column gone", table, column
		elif column not in old:
			yield "column made", table, column
		elif old[column] != new[column]:
			yield "column changed", table, column


def _compare_rows(table: str, before: Snapshot, after: Snapshot):
	if table in VOLATILE:
		return
	old, new = before.rows[table], after.rows[table]
	for key in old.keys() - new.keys():
		yield "row gone", table, key
	for key in new.keys() - old.keys():
		yield "row made", table, key
	shared = [column for column in before.columns[table] if column in after.types[table]]
	at_old, at_new = ([snapshot.columns[table].index(column) for column in shared] for snapshot in (before, after))
	for key in old.keys() & new.keys():
		changed = {column for column, i, j in zip(shared, at_old, at_new, strict=True) if old[key][i] != new[key][j]}
		if changed:
			yield "row changed", table, (key, changed)


class Ours:
	"""What the ledger and the module say is the app's, while it is installed."""

	def __init__(self):
		self.doctypes = set(frappe.get_all("DocType", {"module": customizations.MODULE}, pluck="name"))
		rows = frappe.get_all("DefaultValue", {"parent": ledger.PARENT}, ["defkey", "defvalue"])
		self.made = {(row.defkey, row.defvalue) for row in rows}
		self.users = {name for doctype, name in self.made if doctype == "User"}
		self.parents = {name for _doctype, name in self.made} | self.doctypes

	def explains(self, kind: str, table: str, what, after: Snapshot) -> bool:
		if table.removeprefix("tab") in self.doctypes or table.removesuffix("_id_seq").removeprefix("tab") in self.doctypes:
			return kind.endswith("made")
		if kind == "column made":
			return ("Custom Field", f"{table.removeprefix('tab')}-{what}") in self.made
		if kind == "row made":
			return _is_frappes_own(table, what, after) or self._has(table, after.row(table, what))
		if kind == "row changed":
			return what[1] <= TREE
		return _is_frappes_own(table, what, after)

	def _has(self, table: str, row: dict) -> bool:
		doctype = table.removeprefix("tab")
		return bool(
			(doctype, row.get("name")) in self.made
			or (doctype, row.get("document_type")) in self.made
			or (row.get("parenttype"), row.get("parent")) in self.made
			or row.get("module") == customizations.MODULE
			or APP in (row.get("app_name"), row.get("app"), row.get("parent"))
			or row.get("doctype") in self.doctypes
			or (row.get("doctype"), row.get("name")) in self.made
			or (row.get("parent") in self.doctypes and str(row.get("parenttype")) in ("DocType", "None"))
			or str(row.get("patch", "")).startswith(f"{APP}.")
			or (row.get("reference_doctype"), row.get("reference_name")) in self.made
			or self.users & {row.get("user"), row.get("parent")}
			or (doctype == "Notification Settings" and row.get("name") in self.users)
			or self._is_part(row)
		)

	def _is_part(self, row: dict) -> bool:
		"""A row of a document of ours that only its module tells."""
		parenttype, parent = row.get("parenttype"), row.get("parent")
		if not parenttype or not parent or not frappe.db.table_exists(parenttype):
			return False  # a Single has no row
		parent_row = frappe.db.sql(f"select * from `tab{parenttype}` where name = %s", parent, as_dict=True)
		return bool(parent_row) and self._has(f"tab{parenttype}", parent_row[0])


def _is_frappes_own(table: str, key, after: Snapshot) -> bool:
	"""Which apps are installed, in which order and version; and that the portal's menu was looked through."""
	return (
		table == "tabInstalled Application"
		or (table == "tabDefaultValue" and "installed_apps" in key)
		or (table == "tabVersion" and len(key) == 1 and after.row(table, key).get("ref_doctype") == "Installed Applications")
		or (table == "tabSingles" and key[:2] in (("Portal Settings", "modified"), ("Installed Applications", "modified")))
	)


def rehearse(say: Callable[[str], None], keep: bool = False) -> int:
	"""How many differences nobody can explain."""
	if APP in frappe.get_installed_apps():
		frappe.throw("The app is installed here: a rehearsal begins without it")
	for doctype in customization("custom_fields"):
		# A default that people changed reaches its column with the next change of the table, whoever makes it: it is not to be ours.
		frappe.db.updatedb(doctype)
	before = Snapshot()
	say(f"before: {len(before.columns)} tables, {sum(map(len, before.rows.values()))} rows")
	install_app(APP)
	frappe.db.commit()
	installed = Snapshot()
	ours = Ours()
	differences = list(compare(before, installed))
	unexplained = [found for found in differences if not ours.explains(*found, installed)]
	say(f"install: {_counted(differences)}; the ledger notes {len(ours.made)}")
	_list(unexplained, installed, say)
	if keep:
		return len(unexplained)

	use()
	remove_app(APP, yes=True, no_backup=True)
	frappe.db.commit()
	after = Snapshot()
	left = [found for found in compare(before, after) if not _is_frappes_own(found[1], found[2], after)]
	say(f"uninstall: {len(left)} differences from before the install")
	_list(left, after, say)
	return len(unexplained) + len(left)


def _counted(differences: list) -> str:
	kinds = defaultdict(int)
	for kind, _table, _what in differences:
		kinds[kind] += 1
	return ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))


def _list(found: list, snapshot: Snapshot, say: Callable[[str], None]):
	for kind, table, what in found[:LISTED]:
		say(f"  {kind}: {table} {what if what is not None else ''}")
	if len(found) > LISTED:
		say(f"  and {len(found) - LISTED} more")


def use():
	"""Works with the app as people do, so that what work leaves behind is looked for too. Only documents of ours are made."""
	from gigafibre_fsm import connection
	from gigafibre_fsm.tests import site

	connection.show("http://127.0.0.1:9")
	customer = frappe.db.get_value("Customer", {})
	if not customer:
		return
	place = site.location(frappe._dict(name=customer))
	place.add_comment("Comment", "rehearsal")
	place.add_tag("rehearsal")
	device = site.equipment(place, serial_number="REHEARSAL-1", custom_wifi_ssid="rehearsal")
	job = site.job(place)
	frappe.get_doc({"doctype": "ToDo", "description": "rehearsal", "reference_type": job.doctype, "reference_name": job.name}).insert()
	frappe.share.add(job.doctype, job.name, "Administrator", notify=0)
	frappe.get_doc(
		{"doctype": "File", "file_name": "rehearsal.txt", "content": "x", "attached_to_doctype": place.doctype, "attached_to_name": place.name}
	).insert()
	frappe.get_doc({"doctype": "List Filter", "filter_name": "rehearsal", "reference_doctype": job.doctype, "for_user": "Administrator"}).insert()
	frappe.get_doc({"doctype": "Kanban Board", "kanban_board_name": "rehearsal", "reference_doctype": job.doctype, "field_name": "status"}).insert()
	frappe.get_doc({"doctype": "Number Card", "label": "rehearsal", "document_type": job.doctype, "function": "Count", "filters_json": "[]"}).insert()
	device.save()
	frappe.delete_doc(device.doctype, device.name)
	frappe.db.delete("Tag", {"name": "rehearsal"})
	frappe.db.commit()
