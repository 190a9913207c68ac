"""What follows the commit of many documents. Frappe speaks to Redis for each of them while the caller waits; here it speaks once."""

from contextlib import suppress

import frappe
import redis
from frappe.utils.background_jobs import get_redis_connection_without_auth


def gather():
	"""To be called once in a transaction that writes many documents."""
	frappe.db.before_commit.add(_gather)


def _gather():
	if notices := _take("_webhook_queue"):
		# As Frappe does: of several changes of one document, the last is told.
		last = {(notice.webhook.get("name"), notice.doc.get("name")): notice for notice in notices}
		frappe.db.after_commit.add(lambda: _leave_to_worker(list(last.values())))
	if events := _take("_realtime_log"):
		frappe.db.after_commit.add(lambda: _publish(events))


def _take(queue: str) -> list:
	"""Empties a list of Frappe's that its own callback would go through after the commit."""
	entries = getattr(frappe.local, queue, None) or []
	if entries:
		setattr(frappe.local, queue, [])
	return entries


def _leave_to_worker(notices: list):
	frappe.enqueue("gigafibre_fsm.afterwards.send_notices", notices=[(notice.webhook, notice.doc) for notice in notices], now=frappe.flags.in_test)


def send_notices(notices: list):
	"""In the background: each webhook becomes the job that Frappe would have made of it, with tries of its own."""
	for webhook, doc in notices:
		frappe.enqueue(
			"frappe.integrations.doctype.webhook.webhook.enqueue_webhook",
			doc=doc,
			webhook=webhook,
			now=frappe.flags.in_test,
			queue=webhook.get("background_jobs_queue") or "default",
		)


def _publish(events: list):
	"""To the pages that are open. Nobody waits for them: without Redis they are told nothing, as with Frappe's own."""
	with suppress(redis.exceptions.ConnectionError), get_redis_connection_without_auth().pipeline(transaction=False) as pipeline:
		for event, message, room in events:
			pipeline.publish("events", frappe.as_json({"event": event, "message": message, "room": room, "namespace": frappe.local.site}))
		pipeline.execute()
