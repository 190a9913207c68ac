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

/** The zone's own price; a discount's says how much it takes off, and is negative here. */
async function take_price(frm) {
	const { item, service_location } = frm.doc;
	if (!item || !service_location) return;
	const { message: place } = await frappe.db.get_value("Service Location", service_location, "zone_tarifaire");
	if (!place.zone_tarifaire) return;
	const [{ message: price }, { message: kind }] = await Promise.all([
		frappe.db.get_value("Item Price", { item_code: item, price_list: place.zone_tarifaire, selling: 1 }, "price_list_rate"),
		frappe.db.get_value("Item", item, "service_type"),
	]);
	if (price.price_list_rate !== undefined) frm.set_value("price", (kind.service_type === "Discount" ? -1 : 1) * Math.abs(price.price_list_rate));
}
