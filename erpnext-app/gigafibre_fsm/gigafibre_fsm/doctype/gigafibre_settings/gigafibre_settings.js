frappe.ui.form.on("Gigafibre Settings", {
	refresh(frm) {
		if (!frappe.user.has_role("System Manager")) return;
		frm.add_custom_button(__("Connect the hub"), () => connect(frm));
		show_state(frm);
	},
});

async function show_state(frm) {
	const { message } = await frappe.call({ method: "gigafibre_fsm.api.setup.state", type: "GET" });
	if (message.makeable.length) frm.add_custom_button(__("Make what is missing"), () => make_missing(frm, message.makeable));
	frm.dashboard.clear_headline();
	if (!message.missing.length) return;
	const lines = message.missing.map(({ label, why }) => `<li><b>${label}</b>: ${why}</li>`);
	frm.dashboard.set_headline(`${__("Still to be filled in:")}<ul>${lines.join("")}</ul>`, "orange");
}

function make_missing(frm, steps) {
	const lines = steps.map(({ doctype, name, under, problem }) => `<li>${__(doctype)} <b>${frappe.utils.escape_html(name)}</b>: ${frappe.utils.escape_html(problem || under)}</li>`);
	frappe.confirm(`${__("These will be made in your name and chosen here:")}<ul>${lines.join("")}</ul>`, async () => {
		await frappe.call({ method: "gigafibre_fsm.api.setup.make_missing", freeze: true });
		frm.reload_doc();
	});
}

function connect(frm) {
	const shown = Boolean(frm.doc.keys_shown_on);
	const again = __("The keys were shown before. These are new ones: the hub that is connected now stops working until it has them.");
	frappe.prompt(
		[
			...(shown ? [{ fieldtype: "HTML", options: `<p class="text-danger">${again}</p>` }] : []),
			{ fieldname: "hub_url", fieldtype: "Data", label: __("Hub URL"), reqd: 1, default: frm.doc.hub_url, description: __("Where the hub answers; changes are told to it there") },
		],
		async ({ hub_url }) => {
			const { message } = await frappe.call({ method: "gigafibre_fsm.api.setup.connect", args: { hub_url, anew: shown ? 1 : 0 }, freeze: true });
			show_lines(message);
			frm.reload_doc();
		},
		__("Connect the hub"),
		__("Show the keys"),
	);
}

function show_lines(lines) {
	const text = Object.entries(lines)
		.map(([name, value]) => `${name}=${value}`)
		.join("\n");
	const dialog = new frappe.ui.Dialog({
		title: __("For the hub’s .env"),
		// Shown once: a click beside the dialog must not take it away.
		static: true,
		fields: [
			{ fieldtype: "HTML", options: `<p>${__("Copy these lines now: they are not shown again.")}</p>` },
			{ fieldtype: "HTML", options: `<pre>${frappe.utils.escape_html(text)}</pre>` },
		],
		primary_action_label: __("Copy"),
		primary_action: () => frappe.utils.copy_to_clipboard(text),
		secondary_action_label: __("I have kept them"),
		secondary_action: () => dialog.hide(),
	});
	dialog.show();
}
