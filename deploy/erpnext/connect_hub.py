"""Lets the hub in by the keys of the environment, and tells the site where the hub is: create-site runs it at each start.

What agrees already is not touched.
"""

import os
import sys

import frappe
from frappe.utils.password import get_decrypted_password

from gigafibre_fsm.declared import customization


def connect_hub():
	let_in(os.environ["ERPNEXT_API_KEY"], os.environ["ERPNEXT_API_SECRET"])
	point_to(os.environ["HUB_URL"], os.environ["ERPNEXT_WEBHOOK_SECRET"])


def let_in(key: str, secret: str):
	user = frappe.get_doc("User", customization("roles")["service_user"]["email"])
	if user.api_key == key and secret_of(user, "api_secret") == secret:
		return
	user.api_key = key
	user.api_secret = secret
	user.save()
	print(f"{user.name}: signs in by the key of the environment")


def point_to(url: str, webhook_secret: str):
	settings = frappe.get_single("Gigafibre Settings")
	if settings.hub_url == url and secret_of(settings, "webhook_secret") == webhook_secret:
		return
	settings.hub_url = url
	settings.webhook_secret = webhook_secret
	settings.save()
	print(f"Gigafibre Settings: the hub is at {url}")


def secret_of(doc, field: str) -> str | None:
	return get_decrypted_password(doc.doctype, doc.name, field, raise_exception=False)


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	connect_hub()
	frappe.db.commit()
	frappe.destroy()
