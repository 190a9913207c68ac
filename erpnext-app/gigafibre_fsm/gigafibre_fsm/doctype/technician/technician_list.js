frappe.listview_settings["Technician"] = {
	get_indicator: (technician) => (technician.active ? [__("Active", null, "Technician"), "green", "active,=,1"] : [__("Disabled"), "gray", "active,=,0"]),
};
