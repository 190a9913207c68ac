"""How hub and site know each other: the key the hub signs in with, and the secret the site signs its webhooks with.

Both are drawn, never invented by a person, and each secret is shown once.
"""

import secrets

import frappe
from frappe import _
from frappe.utils import format_datetime, get_url, now_datetime
from frappe.utils.password import get_decrypted_password

from gigafibre_fsm.declared import customization

SETTINGS = "Gigafibre Settings"
SECRET_BYTES = 32


def service_user() -> str:
	return customization("roles")["service_user"]["email"]


def new_secret() -> str:
	return secrets.token_urlsafe(SECRET_BYTES)


def draw(settings) -> bool:
	"""Draws what is missing and leaves what is there. Whether something was; the caller saves the settings."""
	drawn = False
	if frappe.db.exists("User", service_user()) and not api_secret():
		_give_key()
		drawn = True
	if not webhook_secret():
		settings.webhook_secret = new_secret()
		drawn = True
	return drawn


def show(hub_url: str | None = None, anew: bool = False) -> dict[str, str]:
	"""The lines of the hub's .env, for one look. A second look is at new secrets: whoever saw the first ones may have been someone else.

	Leaves a trace on Gigafibre Settings: who was shown what, and when.
	"""
	settings = frappe.get_doc(SETTINGS)
	if settings.keys_shown_on and not anew:
		when = format_datetime(settings.keys_shown_on)
		frappe.throw(_("The keys were shown to {0} on {1}. Shown again, they are new ones, and the hub waits for them").format(settings.keys_shown_to, when))
	if hub_url:
		settings.hub_url = hub_url
	if settings.keys_shown_on:
		_give_key()
		settings.webhook_secret = new_secret()
	else:
		draw(settings)
	settings.update({"keys_shown_on": now_datetime(), "keys_shown_to": frappe.session.user})
	settings.save()
	settings.add_comment("Info", _("The hub's keys were shown"))
	return {
		"ERPNEXT_URL": get_url(),
		"ERPNEXT_API_KEY": frappe.db.get_value("User", service_user(), "api_key"),
		"ERPNEXT_API_SECRET": api_secret(),
		"ERPNEXT_WEBHOOK_SECRET": webhook_secret(),
	}


def api_secret() -> str | None:
	return get_decrypted_password("User", service_user(), "api_secret", raise_exception=False)


def webhook_secret() -> str | None:
	return get_decrypted_password(SETTINGS, SETTINGS, "webhook_secret", raise_exception=False)


def _give_key():
	user = frappe.get_doc("User", service_user())
	user.api_key = user.api_key or frappe.generate_hash(length=20)
	user.api_secret = new_secret()
	user.save(ignore_permissions=True)
