"""The workspace came from a file, as Frappe's own do: it is the site's now, and noted as made."""

import frappe

from gigafibre_fsm import ledger


def execute():
	if frappe.db.exists("Workspace", "Gigafibre") and "Gigafibre" not in ledger.made("Workspace"):
		ledger.note("Workspace", "Gigafibre")
