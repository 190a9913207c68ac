import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date

# What a visit takes on the calendar where nobody said when it ends.
HOURS = 2
FINISHED = ("Completed", "Cancelled")


class DispatchJob(Document):
	"""One visit. Its status moves by the Workflow of the same name."""


@frappe.whitelist()
def get_events(start: str, end: str, filters: str | list | None = None) -> list[dict]:
	"""The calendar's visits of a period: those with a day, and that the caller may see."""
	fields = ["name", "customer_name", "address_line", "city", "job_type", "status", "technician_name", "scheduled_start", "scheduled_end"]
	within = [["Dispatch Job", "scheduled_start", "between", [start, end]]]
	visits = frappe.get_list("Dispatch Job", fields=fields, filters=[*(frappe.parse_json(filters) or []), *within], limit_page_length=0)
	for visit in visits:
		visit.scheduled_end = visit.scheduled_end or add_to_date(visit.scheduled_start, hours=HOURS)
		visit.title = " · ".join(part for part in (visit.customer_name, visit.city or visit.address_line) if part)
		# The calendar lets nobody drag what looks submitted.
		visit.docstatus = 1 if visit.status in FINISHED else 0
	return visits
