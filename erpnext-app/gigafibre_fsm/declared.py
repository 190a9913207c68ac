"""What the app declares as data: rules (rules/README.md) and customizations. Everything here is read, nothing is decided."""

import json
from functools import cache
from pathlib import Path
from typing import Any

APP = Path(__file__).parent


@cache
def _all_rules() -> dict[str, dict[str, Any]]:
	files = (json.loads(path.read_text("utf-8")) for path in sorted((APP / "rules").glob("*.json")))
	return {rules["doctype"]: rules for rules in files}


def rules_of(doctype: str) -> dict[str, Any]:
	"""The rules of one DocType; empty where it has none."""
	return _all_rules().get(doctype, {})


def doctypes_with_rules(key: str | None = None) -> list[str]:
	"""DocTypes that have rules, or that have the named one."""
	return [doctype for doctype, rules in _all_rules().items() if key is None or key in rules]


def customization(name: str) -> Any:
	"""One file of customizations/, by its name without the ending."""
	return json.loads((APP / "customizations" / f"{name}.json").read_text("utf-8"))
