"""A visit's moves have names of their own: Frappe shows "Schedule" and "Complete" in ERPNext's French, "Calendrier" and "Terminé"."""

import frappe

from gigafibre_fsm import ledger

NAMES = {"Schedule": "Schedule visit", "Complete": "Complete visit"}


def execute():
	for before, after in NAMES.items():
		moves = {"parent": "Dispatch Job", "parenttype": "Workflow", "action": before}
		if not frappe.db.exists("Workflow Transition", moves):
			continue
		if not frappe.db.exists("Workflow Action Master", after):
			ledger.make({"doctype": "Workflow Action Master", "workflow_action_name": after})
		frappe.db.set_value("Workflow Transition", moves, "action", after)
	frappe.clear_document_cache("Workflow", "Dispatch Job")
