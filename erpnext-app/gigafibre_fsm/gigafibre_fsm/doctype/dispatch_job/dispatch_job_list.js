frappe.listview_settings["Dispatch Job"] = {
	add_fields: ["job_type", "address_line", "technician_name"],
	hide_name_column: true,
	// The list is of what is left to do; a calendar and a board show more.
	get filters() {
		return frappe.get_route()[2] === "List" ? [["status", "not in", ["Completed", "Cancelled"]]] : [];
	},
	// The colour of a status is its Workflow State's: people may change it there.
	onload(listview) {
		listview.page.add_inner_button(__("Calendar"), () => frappe.set_route("List", "Dispatch Job", "Calendar", "default"));
		listview.page.add_inner_button(__("Board"), () => frappe.set_route("List", "Dispatch Job", "Kanban", "Dispatch Jobs"));
	},
};
