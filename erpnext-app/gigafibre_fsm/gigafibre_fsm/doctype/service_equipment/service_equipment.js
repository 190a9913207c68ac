frappe.ui.form.on("Service Equipment", {
	setup(frm) {
		frm.set_query("service_location", () => ({ filters: frm.doc.customer ? { customer: frm.doc.customer } : {} }));
	},

	refresh(frm) {
		if (frm.is_new() || !frm.doc.service_location || !frappe.model.can_create("Dispatch Job")) return;
		const { customer, service_location } = frm.doc;
		frm.add_custom_button(__("Dispatch Job"), () => frappe.new_doc("Dispatch Job", { customer, service_location, job_type: "Repair" }), __("Create"));
	},

	service_location(frm) {
		if (!frm.doc.service_location) return;
		frappe.db.get_value("Service Location", frm.doc.service_location, "customer").then(({ message }) => frm.set_value("customer", message.customer));
	},
});
