frappe.ui.form.on("Service Location", {
	refresh(frm) {
		if (frm.is_new()) return;
		const { name: service_location, customer } = frm.doc;
		for (const doctype of ["Dispatch Job", "Service Subscription", "Service Equipment", "Issue"]) {
			if (!frappe.model.can_create(doctype)) continue;
			frm.add_custom_button(__(doctype), () => frappe.new_doc(doctype, { customer, service_location }), __("Create"));
		}
		frm.add_custom_button(__("Map"), () => {
			const { latitude, longitude, address_line, city } = frm.doc;
			const where = latitude ? `${latitude},${longitude}` : [address_line, city, "Québec"].filter(Boolean).join(", ");
			window.open(`https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(where)}`, "_blank", "noopener");
		});
	},
});
