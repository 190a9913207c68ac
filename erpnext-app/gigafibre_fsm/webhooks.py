"""The hints the hub is sent: which document changed. Where to and signed with what stands in Gigafibre Settings, never in a file."""

import base64
import hashlib
import hmac
import json

import frappe

from gigafibre_fsm import connection, ledger
from gigafibre_fsm.declared import customization

PATH = "/webhooks/erpnext"


def sync(settings=None):
	"""Makes the webhooks that are missing and tells all of them where the hub is. Without a hub there are none."""
	settings = settings or frappe.get_single("Gigafibre Settings")
	if not settings.hub_url:
		remove()
		return
	secret = settings.get_password("webhook_secret")
	for doctype, event in followed():
		name = name_of(doctype, event)
		if frappe.db.exists("Webhook", name):
			_tell(frappe.get_doc("Webhook", name), address(settings), secret)
		else:
			_make(name, doctype, event, address(settings), secret)


def remove():
	for doctype, event in followed():
		name = name_of(doctype, event)
		if frappe.db.exists("Webhook", name):
			frappe.db.delete("Webhook Request Log", {"webhook": name})
			ledger.unmake("Webhook", name)
	frappe.cache.delete_value("webhooks")


def address(settings) -> str:
	return f"{settings.hub_url.rstrip('/')}{PATH}"


def signature_of(body: str, hexadecimal: bool = False) -> str | None:
	"""As Frappe signs a webhook's body, in base64; None where there is no secret."""
	secret = connection.webhook_secret()
	if not secret:
		return None
	digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256)
	return digest.hexdigest() if hexadecimal else base64.b64encode(digest.digest()).decode()


def name_of(doctype: str, event: str) -> str:
	return f"Gigafibre {doctype} {event}"


def followed():
	for entry in customization("webhooks"):
		for event in entry["events"]:
			yield entry["doctype"], event


def _make(name: str, doctype: str, event: str, address: str, secret: str):
	ledger.make(
		{
			"doctype": "Webhook",
			"webhook_doctype": doctype,
			"webhook_docevent": event,
			"request_url": address,
			"request_method": "POST",
			"request_structure": "JSON",
			"webhook_json": _body(event),
			"webhook_headers": [{"key": "Content-Type", "value": "application/json"}],
			"enable_security": 1,
			"webhook_secret": secret,
			"enabled": 1,
		},
		name,
	)


def _tell(webhook, address: str, secret: str):
	"""Writes only what differs, so that a migration with nothing to say changes nothing. One switched off by a person stays off."""
	if webhook.request_url == address and webhook.get_password("webhook_secret", raise_exception=False) == secret:
		return
	webhook.request_url = address
	webhook.webhook_secret = secret
	webhook.save(ignore_permissions=True)


def _body(event: str) -> str:
	"""A Jinja template of the body. No personal data: Frappe logs each request with its body."""
	return (
		'{"doctype": {{ doc.doctype | tojson }}, "name": {{ doc.name | string | tojson }}, '
		'"modified": {{ doc.modified | string | tojson }}, "event": ' + json.dumps(event) + "}"
	)
