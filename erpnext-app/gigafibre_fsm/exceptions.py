"""Reasons the unit of work refuses for, told apart by name in `exc_type`."""

import frappe


class UnitOfWorkStepError(frappe.ValidationError):
	"""A step failed and everything was rolled back. 403 where a permission was missing, else 417."""

	http_status_code = 417


class MalformedUnitOfWorkError(frappe.ValidationError):
	"""The body as a whole cannot be read."""


class MalformedStepError(frappe.ValidationError):
	"""A step cannot be read."""


class KeyReusedError(frappe.ValidationError):
	"""The key was used before with another payload."""

	http_status_code = 409


class UnknownFieldError(frappe.ValidationError):
	"""The DocType has no such field. Frappe by itself drops it silently."""

	def __init__(self, message: str = "", field: str | None = None):
		super().__init__(message)
		self.field = field


class ExpectationError(frappe.ValidationError):
	"""A document is not as the caller thought."""

	def __init__(self, message: str = "", field: str | None = None):
		super().__init__(message)
		self.field = field


class StepReferenceError(frappe.ValidationError):
	"""A `$ref` or `$format` names nothing that an earlier step made."""


class TransactionControlError(frappe.ValidationError):
	"""Code reached by a step tried to roll back the steps before it."""
