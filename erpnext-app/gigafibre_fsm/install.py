"""What an install puts on a site; uninstall.py takes it back, in the opposite order."""

import frappe

from gigafibre_fsm import collisions, connection, customizations, guesses, ledger
from gigafibre_fsm.declared import customization


def before_install():
	collisions.refuse()
	# Before the DocTypes come: Frappe makes a role that a permission names by itself, with access to Desk.
	customizations.make_roles()


def after_install():
	customizations.apply()
	customizations.make_records()
	make_service_user()
	fill_settings()


def before_migrate():
	collisions.refuse()


def after_migrate():
	customizations.apply()


def after_setup_wizard(args=None):
	"""The setup wizard makes the company, and the roots of ERPNext's trees, under which some records stand."""
	customizations.make_records()
	fill_settings()


def make_service_user():
	"""The user the hub writes as. It has no password, only keys (connection.py)."""
	user = customization("roles")["service_user"]
	if frappe.db.exists("User", user["email"]):
		return
	ledger.make(
		{
			"doctype": "User",
			"email": user["email"],
			"first_name": user["full_name"],
			"role_profile_name": user["role_profile"],
			"send_welcome_email": 0,
		}
	)


def fill_settings():
	"""Draws the hub's keys and chooses what leaves one choice only, so that what is left to do is to copy the keys."""
	settings = frappe.get_doc(connection.SETTINGS)
	drawn = connection.draw(settings)
	filled = guesses.fill(settings)
	if drawn or filled:
		settings.save(ignore_permissions=True)
