"""A visit that was scheduled may be put back: a site's own Workflow is its people's, so the move is added where it lacks."""

import frappe

from gigafibre_fsm import ledger

ACTION = "Put back to be scheduled"


def execute():
	if not frappe.db.exists("Workflow", "Dispatch Job"):
		return
	if not frappe.db.exists("Workflow Action Master", ACTION):
		ledger.make({"doctype": "Workflow Action Master", "workflow_action_name": ACTION})
	workflow = frappe.get_doc("Workflow", "Dispatch Job")
	for role in ("Dispatcher", "Hub Service"):
		if any((move.state, move.next_state, move.allowed) == ("Scheduled", "Open", role) for move in workflow.transitions):
			continue
		workflow.append("transitions", {"state": "Scheduled", "action": ACTION, "next_state": "Open", "allowed": role, "allow_self_approval": 1})
	workflow.save(ignore_permissions=True)
