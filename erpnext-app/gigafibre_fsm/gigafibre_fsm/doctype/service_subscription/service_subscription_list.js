frappe.listview_settings["Service Subscription"] = {
	hide_name_column: true,
	add_fields: ["quantity", "service_type"],
	filters: [["status", "!=", "Cancelled"]],
	get_indicator(line) {
		const colour = { Pending: "orange", Active: "green", Suspended: "red", Cancelled: "gray" }[line.status];
		return [__(line.status, null, "Service Subscription"), colour, `status,=,${line.status}`];
	},
};
