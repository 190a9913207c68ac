from frappe import _


def get_data():
	return {
		"fieldname": "service_equipment",
		"internal_links": {"Customer": "customer", "Service Location": "service_location", "Device Profile": "device_profile"},
		"transactions": [{"label": _("Customer"), "items": ["Customer", "Service Location"]}, {"label": _("Device"), "items": ["Device Profile"]}],
	}
