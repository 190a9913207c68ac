"""Our documents on the dashboards of ERPNext's own DocTypes."""

from frappe import _


def customer(data):
	return _with_group(data, _("Fibre"), ["Service Location", "Service Subscription", "Service Equipment", "Dispatch Job"])


def issue(data):
	"""What an issue is about: links that it holds itself."""
	inside = {"Customer": "customer", "Service Location": "service_location", "Service Equipment": "service_equipment", "Dispatch Job": "dispatch_job"}
	return _with_internal_links(data, _("Fibre"), inside)


def item(data):
	data.setdefault("non_standard_fieldnames", {})["Service Subscription"] = "item"
	return _with_group(data, _("Fibre"), ["Service Subscription"])


def project(data):
	data = _with_group(data, _("Fibre"), ["Dispatch Job"])
	return _with_internal_links(data, _("Fibre"), {"Customer": "customer", "Service Location": "service_location"})


def sales_invoice(data):
	return _with_internal_links(data, _("Fibre"), {"Customer": "customer", "Project": "project"})


def task(data):
	return _with_internal_links(data, _("Fibre"), {"Project": "project"})


def _with_internal_links(data, label, links: dict[str, str]):
	data.setdefault("internal_links", {}).update(links)
	return _with_group(data, label, list(links))


def _with_group(data, label, doctypes):
	groups = data.setdefault("transactions", [])
	group = next((group for group in groups if group.get("label") == label), None)
	if group is None:
		groups.append({"label": label, "items": doctypes})
	else:
		group["items"] += doctypes
	return data
