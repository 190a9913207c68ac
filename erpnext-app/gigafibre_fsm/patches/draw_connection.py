"""Sites of 0.1 were asked to press Generate Keys and to invent a secret: whoever did neither is given both."""

import frappe

from gigafibre_fsm import connection


def execute():
	settings = frappe.get_doc(connection.SETTINGS)
	if connection.draw(settings):
		settings.save(ignore_permissions=True)
