frappe.listview_settings["Service Equipment"] = {
	hide_name_column: true,
	add_fields: ["connection_state"],
	get_indicator(device) {
		if (device.status === "Actif" && device.connection_state === "Offline") {
			return [__("Offline"), "red", "status,=,Actif|connection_state,=,Offline"];
		}
		const colour = { "En attente": "orange", Actif: "green", Retourné: "gray", Défectueux: "red" }[device.status];
		return [__(device.status), colour, `status,=,${device.status}`];
	},
};
