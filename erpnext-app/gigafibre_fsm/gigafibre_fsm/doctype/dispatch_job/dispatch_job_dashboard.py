from frappe import _


def get_data():
	return {
		"fieldname": "dispatch_job",
		"internal_links": {
			"Customer": "customer",
			"Service Location": "service_location",
			"Project": "project",
			"Service Equipment": ["equipment_list", "service_equipment"],
		},
		"transactions": [
			{"label": _("Customer"), "items": ["Customer", "Service Location"]},
			{"label": _("Work"), "items": ["Project", "Service Equipment"]},
		],
	}
