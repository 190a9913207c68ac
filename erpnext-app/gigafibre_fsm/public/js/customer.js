frappe.ui.form.on("Customer", {
	refresh(frm) {
		if (frm.is_new()) return;
		for (const doctype of ["Service Location", "Dispatch Job"]) {
			if (!frappe.model.can_create(doctype)) continue;
			frm.add_custom_button(__(doctype), () => frappe.new_doc(doctype, { customer: frm.doc.name }), __("Create"));
		}
	},
});
