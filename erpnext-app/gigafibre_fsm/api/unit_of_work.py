"""Several writes that all happen, or none, and happen once however often they are asked for.

It knows nothing of orders: what a unit holds is decided by whoever sends it.
"""

import hashlib
import json
from contextlib import contextmanager
from itertools import zip_longest

import frappe
import pymysql
import redis
from frappe import _
from frappe.utils import cstr, strip_html

from gigafibre_fsm import afterwards
from gigafibre_fsm.exceptions import KeyReusedError, MalformedUnitOfWorkError, TransactionControlError, UnitOfWorkStepError
from gigafibre_fsm.invariants import reading_links_once
from gigafibre_fsm.steps import Steps
from gigafibre_fsm.users import our_roles, require_role

DOCTYPE = "Unit of Work"
SAVEPOINT = "unit_of_work"
KEY_LENGTH = 255
DEADLOCKS = (frappe.QueryDeadlockError, frappe.QueryTimeoutError)
# The machinery failed, not the step: the answer stays a 5xx, and the same key may be sent again.
OUTAGES = (pymysql.err.OperationalError, pymysql.err.InterfaceError, redis.exceptions.RedisError)


@frappe.whitelist(methods=["POST"])
def commit(key: str | None = None, steps: list | str | None = None, on_behalf_of: str | None = None) -> dict:
	"""Does `steps` in one transaction as the calling user, or none of them.

	Steps (keys not listed are refused):
	`{op: "insert", doctype, values, as?}`, `{op: "update", doctype, name, values, expect?, as?}`,
	`{op: "submit" | "cancel", doctype, name}`, `{op: "expect", doctype, filters, count}`.
	A value is plain, rows of a child table, `{"$ref": "alias.field"}` or `{"$format": "text {alias.field}"}`.

	Answers `{key, replayed, documents: [{as, doctype, name}]}`, each document once. The same key and payload again: the first answer
	with `replayed: true`. The same key, another payload: 409 KeyReusedError. A failed step: 417 UnitOfWorkStepError (403 where a
	permission is missing), the body's `step` is `{index, op, doctype, as, exc_type, field?, message}`. A deadlock or a lock waited for
	too long: 503 QueryDeadlockError, to be sent again with the same key.
	"""
	require_role(*our_roles())
	steps = frappe.parse_json(steps)
	check_unit(key, steps)
	if getattr(frappe.local, "request", None) and not frappe.db.transaction_writes:
		# A request that has written nothing loses nothing, and its steps then see what others committed up to this moment.
		frappe.db.rollback()
	payload_hash = hash_of({"on_behalf_of": on_behalf_of, "steps": steps})
	if stored := _stored(key):
		return _replay(key, stored, payload_hash)
	try:
		return _write(key, on_behalf_of, steps, payload_hash)
	except DuplicateKeyError:
		# Another request wrote this key meanwhile. This transaction began before and will never see the row: a new one does.
		frappe.clear_messages()
		frappe.db.rollback()
		return _replay(key, _stored(key), payload_hash)
	except DEADLOCKS as error:
		raise retryable(error) from error


@frappe.whitelist(methods=["GET"])
def find(key: str) -> dict | None:
	"""What the caller's unit of work `key` was answered, with `replayed: true`, or null: it never landed."""
	require_role(*our_roles())
	stored = _stored(key)
	return _replayed(stored) if stored else None


class DuplicateKeyError(Exception):
	"""The key's row is there already."""


def check_unit(key, steps):
	if not isinstance(key, str) or not 0 < len(key) <= KEY_LENGTH:
		frappe.throw(_("A unit of work has a key of 1 to {0} characters").format(KEY_LENGTH), MalformedUnitOfWorkError)
	if not isinstance(steps, list) or not steps:
		frappe.throw(_("A unit of work has a list of steps"), MalformedUnitOfWorkError)


def hash_of(payload: dict) -> str:
	canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
	return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def retryable(error: Exception) -> frappe.QueryDeadlockError:
	again = frappe.QueryDeadlockError(cstr(error))
	again.http_status_code = 503
	return again


def _stored(key: str):
	return frappe.db.get_value(DOCTYPE, {"caller": frappe.session.user, "key": key}, ["payload_hash", "response"], as_dict=True)


def _replay(key: str, stored, payload_hash: str) -> dict:
	if stored.payload_hash != payload_hash:
		frappe.throw(_("The key {0} was used for another unit of work").format(key), KeyReusedError)
	return _replayed(stored)


def _replayed(stored) -> dict:
	return {**json.loads(stored.response), "replayed": True}


def _write(key: str, on_behalf_of: str | None, steps: list, payload_hash: str) -> dict:
	frappe.db.savepoint(SAVEPOINT)
	with one_transaction(), reading_links_once():
		# First of all, so that a second request with this key waits here and does nothing twice.
		row = _claim(key, on_behalf_of, payload_hash)
		work = Steps()
		afterwards.gather()
		for index, (step, following) in enumerate(zip_longest(steps, steps[1:])):
			messages = len(frappe.message_log)
			try:
				work.run(step, following)
			except (*DEADLOCKS, *OUTAGES):
				raise
			except Exception as error:
				frappe.db.rollback(save_point=SAVEPOINT)
				raise _refused(index, step, error, frappe.message_log[messages:]) from error
		response = {"key": key, "replayed": False, "documents": work.documents}
		row.db_set("response", json.dumps(response, ensure_ascii=False), update_modified=False)
		return response


def _claim(key: str, on_behalf_of: str | None, payload_hash: str):
	row = frappe.get_doc({"doctype": DOCTYPE, "caller": frappe.session.user, "key": key, "on_behalf_of": on_behalf_of, "payload_hash": payload_hash})
	try:
		return row.insert(ignore_permissions=True)
	except (frappe.UniqueValidationError, frappe.DuplicateEntryError) as error:
		raise DuplicateKeyError from error


@contextmanager
def one_transaction():
	"""Code that a step reaches (ERPNext's, another app's) may commit or roll back; that would keep, or lose, half of the steps."""
	db = frappe.local.db

	def rollback(*, save_point=None):
		if save_point is None:
			raise TransactionControlError(_("A step may not roll back the whole unit of work"))
		return type(db).rollback(db, save_point=save_point)

	db.commit, db.rollback = (lambda: None), rollback
	try:
		yield
	finally:
		# What was set on the connection hid its class's own methods.
		del db.commit, db.rollback


def _refused(index: int, step, error: Exception, messages: list[dict]) -> UnitOfWorkStepError:
	step = step if isinstance(step, dict) else {}
	told = {
		"index": index,
		"op": cstr(step.get("op")),
		"doctype": cstr(step.get("doctype")),
		"as": step.get("as"),
		"exc_type": type(error).__name__,
		"field": _field_of(error),
		"message": _message_of(error, messages),
	}
	frappe.local.response["step"] = told
	refusal = UnitOfWorkStepError(_("Step {0} ({1} {2}) was refused: {3}").format(index, told["op"], _(told["doctype"]), told["message"]))
	refusal.step = told
	if isinstance(error, frappe.PermissionError):
		refusal.http_status_code = 403
	return refusal


def _field_of(error: Exception) -> str | None:
	if isinstance(error, frappe.MandatoryError):
		return cstr(error).rpartition(": ")[2].split(", ")[0]
	if isinstance(error, frappe.UniqueValidationError) and len(error.args) == 3:
		# MariaDB names the index, which Frappe names after the field.
		return cstr(error.args[2]).split("'")[-2].rpartition(".")[2]
	return getattr(error, "field", None)


def _message_of(error: Exception, messages: list[dict]) -> str:
	logged = messages[-1].get("message") if messages else None
	said = error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else None
	return strip_html(cstr(logged or said or frappe.flags.error_message or type(error).__name__))
