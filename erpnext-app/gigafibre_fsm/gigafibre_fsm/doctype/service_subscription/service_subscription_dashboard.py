from frappe import _


def get_data():
	return {
		"internal_links": {"Customer": "customer", "Service Location": "service_location", "Item": "item"},
		"transactions": [{"label": _("Customer"), "items": ["Customer", "Service Location"]}, {"label": _("Item"), "items": ["Item"]}],
	}
