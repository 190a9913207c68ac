"""Our documents on the dashboards of ERPNext's own DocTypes."""

from frappe import _


def customer(data):
	return _with_group(data, _("Fibre"), ["Service Location", "Service Subscription", "Service Equipment", "Dispatch Job"])


def project(data):
	return _with_group(data, _("Fibre"), ["Dispatch Job"])


def item(data):
	data.setdefault("non_standard_fieldnames", {})["Service Subscription"] = "item"
	return _with_group(data, _("Fibre"), ["Service Subscription"])


def _with_group(data, label, doctypes):
	data.setdefault("transactions", []).append({"label": label, "items": doctypes})
	return data
