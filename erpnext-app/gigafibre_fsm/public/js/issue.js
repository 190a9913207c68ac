// ERPNext's own `onload` reads settings that only a System Manager may: to anyone else it would open every issue with an error message.
if (!frappe.model.can_read("Support Settings")) {
	frappe.ui.form.off("Issue", "onload");
	frappe.ui.form.on("Issue", "onload", (frm) => {
		frm.email_field = "raised_by";
		frm.set_df_property("reset_service_level_agreement", "hidden", 1);
	});
}

frappe.ui.form.on("Issue", {
	setup(frm) {
		const ofCustomer = () => ({ filters: frm.doc.customer ? { customer: frm.doc.customer } : {} });
		for (const field of ["service_location", "service_equipment", "dispatch_job"]) frm.set_query(field, ofCustomer);
	},

	refresh(frm) {
		const { customer, service_location, dispatch_job, subject } = frm.doc;
		if (frm.is_new() || !service_location || dispatch_job || !frappe.model.can_create("Dispatch Job")) return;
		frm.add_custom_button(
			__("Dispatch Job"),
			async () => {
				const job = await frappe.db.insert({ doctype: "Dispatch Job", customer, service_location, job_type: "Repair", notes: subject });
				await frm.set_value("dispatch_job", job.name);
				await frm.save();
				frappe.set_route("Form", "Dispatch Job", job.name);
			},
			__("Create"),
		);
	},

	service_location(frm) {
		if (!frm.doc.service_location || frm.doc.customer) return;
		frappe.db.get_value("Service Location", frm.doc.service_location, "customer").then(({ message }) => frm.set_value("customer", message.customer));
	},
});
