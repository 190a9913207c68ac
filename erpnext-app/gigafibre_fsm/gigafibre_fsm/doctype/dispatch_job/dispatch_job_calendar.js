frappe.views.calendar["Dispatch Job"] = {
	field_map: { id: "name", start: "scheduled_start", end: "scheduled_end", title: "title", tooltip: "tooltip" },
	get_events_method: "gigafibre_fsm.gigafibre_fsm.doctype.dispatch_job.dispatch_job.get_events",

	prepare_colors(visit) {
		const colour = { Open: "orange", Scheduled: "blue", "En Route": "purple", "In Progress": "yellow", Completed: "green", Cancelled: "gray" }[visit.status];
		visit.backgroundColor = frappe.ui.color.get(colour, "extra-light");
		visit.textColor = frappe.ui.color.get(colour, "dark");
		return visit;
	},

	/** Calendars have no filter of their own on screen: one technician's visits, or everyone's. */
	make_page() {
		frappe.views.Calendar.prototype.make_page.call(this);
		this.technician = frappe.ui.form.make_control({
			parent: $('<div class="visit-technician" style="max-width: 280px; padding: 8px 15px 0">').appendTo(this.parent),
			df: {
				fieldtype: "Link",
				fieldname: "technician",
				options: "Technician",
				placeholder: __("Technician"),
				only_select: 1,
				change: () => this.$cal && this.refresh(),
			},
			render_input: true,
		});
	},

	get_args(start, end) {
		const args = frappe.views.Calendar.prototype.get_args.call(this, start, end);
		const technician = this.technician.get_value();
		if (technician) args.filters = [...args.filters, ["Dispatch Job", "assigned_to", "=", technician]];
		return args;
	},

	prepare_events(visits) {
		for (const visit of visits || []) {
			visit.tooltip = [__(visit.job_type), __(visit.status, null, "Dispatch Job"), visit.address_line, visit.technician_name].filter(Boolean).join("\n");
		}
		return frappe.views.Calendar.prototype.prepare_events.call(this, visits);
	},
};
