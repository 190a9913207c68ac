"""What a site says of itself to the hub's doctor. Facts only: what they should be, the hub knows."""

import json
from datetime import datetime, timezone

import frappe
import requests
from frappe.utils import cint
from frappe.utils.background_jobs import get_workers
from frappe.utils.scheduler import get_scheduler_status

from gigafibre_fsm import __version__, connection, webhooks
from gigafibre_fsm.declared import customization
from gigafibre_fsm.users import require_role

REACH_WITHIN_SECONDS = 5
QUEUE_OF_WEBHOOKS = "default"
TEST_SITE = "Gigafibre Test Site"


@frappe.whitelist(methods=["GET"])
def report(nonce: str) -> dict:
	"""For Hub Service: versions, clock, the proof that both know one webhook secret, and what its own permissions do not show it.

	`proof` is HMAC-SHA256(webhook secret, "doctor:" + nonce) in hex, null without a secret; no body of a webhook begins so.
	"""
	require_role("Hub Service")
	settings = frappe.get_doc(connection.SETTINGS)
	return {
		"versions": {"app": __version__, **{app: frappe.get_attr(f"{app}.__version__") for app in ("frappe", "erpnext")}},
		"clock": {"now": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), "time_zone": frappe.utils.get_system_timezone()},
		"test_site": bool(frappe.db.exists("Role", TEST_SITE)),
		"proof": webhooks.signature_of(f"doctor:{nonce}", hexadecimal=True),
		"hub_url": settings.hub_url or None,
		"reached": _reached(settings),
		"webhooks": [_webhook(settings, doctype, event) for doctype, event in webhooks.followed()],
		"scheduler": get_scheduler_status().get("status"),
		"workers": _workers(),
		"rounding_method": frappe.db.get_single_value("System Settings", "rounding_method"),
		"disable_rounded_total": cint(frappe.db.get_single_value("Global Defaults", "disable_rounded_total")),
		"round_row_wise_tax": cint(frappe.db.get_single_value("Accounts Settings", "round_row_wise_tax")),
		"roles": _roles(),
		"role_profiles": _role_profiles(),
		"caller_lacks": _caller_lacks(),
		"technicians": [_technician(user) for user in frappe.get_all("Technician", {"active": 1}, pluck="user", order_by="user asc")],
	}


def _reached(settings) -> dict | None:
	"""A signed hint about a DocType nobody follows, to where the real ones go: 200 is a hub that knows our secret, 401 one that does not."""
	if not settings.hub_url:
		return None
	body = json.dumps({"doctype": "Doctor", "name": "doctor"})
	headers = {"Content-Type": "application/json", "X-Frappe-Webhook-Signature": webhooks.signature_of(body) or ""}
	try:
		answer = requests.post(webhooks.address(settings), data=body, headers=headers, timeout=REACH_WITHIN_SECONDS, allow_redirects=False)
	except requests.RequestException as error:
		return {"status": 0, "error": type(error).__name__}
	return {"status": answer.status_code, "error": None}


def _webhook(settings, doctype: str, event: str) -> dict:
	name = webhooks.name_of(doctype, event)
	told = {"doctype": doctype, "event": event, "there": False, "enabled": False, "to_hub": False, "signed": False}
	if not frappe.db.exists("Webhook", name):
		return told
	webhook = frappe.get_doc("Webhook", name)
	secret = webhook.get_password("webhook_secret", raise_exception=False)
	return {
		**told,
		"there": True,
		"enabled": bool(webhook.enabled),
		"to_hub": bool(settings.hub_url) and webhook.request_url == webhooks.address(settings),
		"signed": bool(webhook.enable_security) and secret == connection.webhook_secret(),
	}


def _workers() -> int | None:
	"""How many work on the queue of webhooks; null where the queues themselves do not answer."""
	try:
		return sum(1 for worker in get_workers() if any(name.rpartition(":")[2] == QUEUE_OF_WEBHOOKS for name in worker.queue_names()))
	except Exception as error:
		frappe.logger().warning(f"doctor: the queues do not answer: {error}")
		return None


def _roles() -> list[dict]:
	names = [role["role_name"] for role in customization("roles")["roles"]]
	return [{"name": name, "there": bool(frappe.db.exists("Role", {"name": name, "disabled": 0}))} for name in names]


def _role_profiles() -> list[dict]:
	profiles = customization("roles")["role_profiles"]
	return [
		{
			"name": profile["name"],
			"there": bool(frappe.db.exists("Role Profile", profile["name"])),
			"lacks": sorted(set(profile["roles"]) - set(frappe.get_all("Has Role", {"parent": profile["name"], "parenttype": "Role Profile"}, pluck="role"))),
		}
		for profile in profiles
	]


def _caller_lacks() -> list[str]:
	"""Roles that the hub's profile declares and whoever asks has not."""
	hub = customization("roles")["service_user"]["role_profile"]
	declared = {role for profile in customization("roles")["role_profiles"] if profile["name"] == hub for role in profile["roles"]}
	return sorted(declared - set(frappe.get_roles()))


def _technician(user: str) -> dict:
	enabled = bool(frappe.db.get_value("User", user, "enabled"))
	return {"user": user, "enabled": enabled, "technician": "Field Technician" in frappe.get_roles(user)}
