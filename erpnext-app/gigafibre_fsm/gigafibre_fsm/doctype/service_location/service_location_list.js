frappe.listview_settings["Service Location"] = {
	filters: [["status", "!=", "Cancelled"]],
	get_indicator(place) {
		const colour = { "Pending Install": "orange", Active: "green", Suspended: "red", Cancelled: "gray" }[place.status];
		return [__(place.status, null, "Service Location"), colour, `status,=,${place.status}`];
	},
};
