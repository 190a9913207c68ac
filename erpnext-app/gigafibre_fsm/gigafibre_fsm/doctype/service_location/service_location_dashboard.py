from frappe import _


def get_data():
	return {
		"fieldname": "service_location",
		"internal_links": {"Customer": "customer"},
		"transactions": [{"label": _("Customer"), "items": ["Customer"]}],
	}
