const VISIT_HOURS = 2;

frappe.ui.form.on("Dispatch Job", {
	setup(frm) {
		const ofCustomer = () => (frm.doc.customer ? { customer: frm.doc.customer } : {});
		frm.set_query("service_location", () => ({ filters: { ...ofCustomer(), status: ["!=", "Cancelled"] } }));
		frm.set_query("project", () => ({ filters: ofCustomer() }));
		frm.set_query("service_equipment", "equipment_list", () => ({ filters: { service_location: frm.doc.service_location } }));
		frappe.db.get_list("Technician", { filters: { active: 1 }, pluck: "name", limit: 0 }).then((names) => {
			frm.set_query("assigned_to", () => ({ filters: { name: ["in", names] } }));
		});
	},

	refresh(frm) {
		if (frm.is_new()) return;
		const list = (doctype, filters) => frappe.set_route("List", doctype, "List", filters);
		const to = __("Go to");
		const offer = (doctype, label, open) => frappe.model.can_read(doctype) && frm.add_custom_button(label, open, to);
		offer("Customer", __("Customer"), () => frappe.set_route("Form", "Customer", frm.doc.customer));
		offer("Service Location", __("Service Location"), () => frappe.set_route("Form", "Service Location", frm.doc.service_location));
		if (frm.doc.project) offer("Task", __("Tasks"), () => list("Task", { project: frm.doc.project }));
		offer("Sales Invoice", __("Invoices"), () => list("Sales Invoice", { customer: frm.doc.customer }));
		frm.add_custom_button(__("Map"), () => show_map(frm.doc.service_location));
		if (frm.perm[0].write) frm.add_custom_button(__("Devices of the place"), () => add_devices(frm));
	},

	service_location(frm) {
		if (!frm.doc.service_location) return;
		frappe.db.get_value("Service Location", frm.doc.service_location, "customer").then(({ message }) => {
			if (message.customer !== frm.doc.customer) frm.set_value("customer", message.customer);
			if (frm.is_new()) add_devices(frm);
		});
	},

	scheduled_start(frm) {
		const { scheduled_start, scheduled_end } = frm.doc;
		if (!scheduled_start || scheduled_end > scheduled_start) return;
		frm.set_value("scheduled_end", moment(scheduled_start).add(VISIT_HOURS, "hours").format(frappe.defaultDatetimeFormat));
	},

	/** A visit is planned for someone, at some time: asked here rather than refused. */
	before_workflow_action(frm) {
		const { assigned_to, scheduled_start } = frm.doc;
		if (frm.selected_workflow_action !== "Schedule visit" || (assigned_to && scheduled_start)) return undefined;
		frappe.dom.unfreeze();
		return new Promise((resolve, reject) => {
			const dialog = new frappe.ui.Dialog({
				title: __("Schedule visit"),
				fields: [
					{ fieldname: "assigned_to", fieldtype: "Link", options: "Technician", label: __("Technician"), reqd: 1, only_select: 1, default: assigned_to, get_query: () => ({ filters: { active: 1 } }) },
					{ fieldname: "scheduled_start", fieldtype: "Datetime", label: __("Scheduled start"), reqd: 1, default: scheduled_start },
				],
				primary_action_label: __("Schedule visit"),
				primary_action(values) {
					dialog.onhide = null;
					dialog.hide();
					frm.set_value(values).then(() => frm.save()).then(resolve, reject);
				},
			});
			dialog.onhide = reject;
			dialog.show();
		});
	},
});

function add_devices(frm) {
	const there = new Set((frm.doc.equipment_list || []).map((row) => row.service_equipment));
	const filters = { service_location: frm.doc.service_location, status: ["in", ["En attente", "Actif"]] };
	return frappe.db.get_list("Service Equipment", { filters, fields: ["name", "equipment_type", "serial_number"], limit: 0 }).then((devices) => {
		for (const { name, equipment_type, serial_number } of devices.filter((device) => !there.has(device.name))) {
			frm.add_child("equipment_list", { service_equipment: name, equipment_type, serial_number });
		}
		frm.set_value("equipment_list", (frm.doc.equipment_list || []).filter((row) => row.service_equipment));
		frm.refresh_field("equipment_list");
	});
}

function show_map(place) {
	frappe.db.get_value("Service Location", place, ["latitude", "longitude", "address_line", "city"]).then(({ message: at }) => {
		const where = at.latitude ? `${at.latitude},${at.longitude}` : [at.address_line, at.city, "Québec"].filter(Boolean).join(", ");
		window.open(`https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(where)}`, "_blank", "noopener");
	});
}
