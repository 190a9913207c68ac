"""The one spelling a value is stored in, so that equal things compare equal and uniqueness means something."""

import re


class NotNormalisableError(ValueError):
	"""The value cannot take the form."""


def normalise(form: str, value: str) -> str:
	"""`value` in the named form (rules/README.md lists them), or NotNormalisableError."""
	return _FORMS[form](value)


def _mac(value: str) -> str:
	digits = re.sub(r"[\s:.\-]", "", value).upper()
	if not re.fullmatch(r"[0-9A-F]{12}", digits):
		raise NotNormalisableError
	return digits


def _postal_code_ca(value: str) -> str:
	letters = re.sub(r"[\s\-]", "", value).upper()
	if not re.fullmatch(r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z][0-9][ABCEGHJ-NPRSTV-Z][0-9]", letters):
		raise NotNormalisableError
	return f"{letters[:3]} {letters[3:]}"


def _digits(value: str) -> str:
	digits = re.sub(r"[\s().+\-]", "", value)
	if not re.fullmatch(r"[0-9]+", digits):
		raise NotNormalisableError
	return digits


def _time_of_day(value: str) -> str:
	found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?", value.strip())
	if not found:
		raise NotNormalisableError
	return f"{int(found[1]):02}:{found[2]}"


_FORMS = {
	"trim": str.strip,
	"upper": lambda value: value.strip().upper(),
	"lower": lambda value: value.strip().lower(),
	"mac": _mac,
	"postal_code_ca": _postal_code_ca,
	"digits": _digits,
	"time_of_day": _time_of_day,
}
