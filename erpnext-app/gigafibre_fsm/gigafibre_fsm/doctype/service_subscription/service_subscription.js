frappe.ui.form.on("Service Subscription", {
	setup(frm) {
		frm.set_query("service_location", () => ({ filters: frm.doc.customer ? { customer: frm.doc.customer } : {} }));
		frm.set_query("item", () => ({ filters: { service_type: ["is", "set"], one_time: 0, disabled: 0 } }));
	},

	service_location(frm) {
		if (!frm.doc.service_location) return;
		frappe.db.get_value("Service Location", frm.doc.service_location, "customer").then(({ message }) => frm.set_value("customer", message.customer));
		take_price(frm);
	},

	item: (frm) => take_price(frm),
});

function take_price(frm) {
	const { item, service_location } = frm.doc;
	if (!item || !service_location) return;
	const method = "gigafibre_fsm.gigafibre_fsm.doctype.service_subscription.service_subscription.zone_price";
	frappe.xcall(method, { item, service_location }).then((price) => price !== null && price !== undefined && frm.set_value("price", price));
}
