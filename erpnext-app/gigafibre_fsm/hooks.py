from gigafibre_fsm.declared import customization, doctypes_with_rules

app_name = "gigafibre_fsm"
app_title = "Gigafibre FSM"
app_publisher = "Gigafibre"
app_description = "From an address to a live, paid fibre service"
app_email = "info@gigafibre.invalid"
app_license = "gpl-3.0"
required_apps = ["frappe/erpnext"]

before_install = "gigafibre_fsm.install.before_install"
after_install = "gigafibre_fsm.install.after_install"
before_migrate = "gigafibre_fsm.install.before_migrate"
after_migrate = "gigafibre_fsm.install.after_migrate"
setup_wizard_complete = "gigafibre_fsm.install.after_setup_wizard"
before_uninstall = "gigafibre_fsm.uninstall.before_uninstall"
after_uninstall = "gigafibre_fsm.uninstall.after_uninstall"

doc_events = {
	doctype: {
		"before_validate": "gigafibre_fsm.invariants.before_validate",
		"validate": "gigafibre_fsm.invariants.validate",
		"before_cancel": "gigafibre_fsm.invariants.before_cancel",
	}
	for doctype in doctypes_with_rules()
}
doc_events["User"] = {"validate": "gigafibre_fsm.users.allow_devices"}
RENAMED = {"after_rename": "gigafibre_fsm.gigafibre_fsm.doctype.document_rename.document_rename.note"}
doc_events |= {followed["doctype"]: doc_events.get(followed["doctype"], {}) | RENAMED for followed in customization("webhooks")}

permission_query_conditions = dict.fromkeys(doctypes_with_rules("visible"), "gigafibre_fsm.visibility.query_conditions")
has_permission = dict.fromkeys(("Contact", "Address"), "gigafibre_fsm.links.has_permission")
has_permission |= dict.fromkeys(doctypes_with_rules("visible"), "gigafibre_fsm.visibility.has_permission")

override_doctype_dashboards = {
	"Customer": "gigafibre_fsm.dashboards.customer",
	"Issue": "gigafibre_fsm.dashboards.issue",
	"Item": "gigafibre_fsm.dashboards.item",
	"Project": "gigafibre_fsm.dashboards.project",
	"Sales Invoice": "gigafibre_fsm.dashboards.sales_invoice",
	"Task": "gigafibre_fsm.dashboards.task",
}
override_whitelisted_methods = {"frappe.utils.global_search.search": "gigafibre_fsm.api.search.search"}
doctype_js = {
	"Customer": "public/js/customer.js",
	"Issue": "public/js/issue.js",
}
global_search_doctypes = {
	"Default": [{"doctype": doctype} for doctype in ("Service Location", "Dispatch Job", "Service Equipment", "Service Subscription")],
}
