"""Makes of a new site one for tests: ERPNext's setup wizard finished, and the Role that says that anything there may be changed or lost.

A site on which people have finished the wizard themselves is theirs, and is refused.
"""

import sys

import frappe
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
from frappe.utils import cint, getdate

MARK = "Gigafibre Test Site"


def make_test_site():
	if frappe.db.exists("Role", MARK):
		return
	if cint(frappe.db.get_single_value("System Settings", "setup_complete")):
		sys.exit(f'{frappe.local.site} is in use: somebody finished its setup. To make it a test site all the same, make the Role "{MARK}" in Desk.')
	year = getdate().year
	setup_complete(
		{
			"language": "English",
			"country": "Canada",
			"timezone": "America/Toronto",
			"currency": "CAD",
			"full_name": "QA",
			"email": "qa@gigafibre.test",
			"password": frappe.generate_hash(length=24),
			"company_name": "Gigafibre",
			"company_abbr": "GF",
			"chart_of_accounts": "Standard",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"setup_demo": 0,
			"enable_telemetry": 0,
		}
	)
	frappe.get_doc({"doctype": "Role", "role_name": MARK, "desk_access": 0}).insert()
	print(f"{frappe.local.site}: set up, and marked as a test site")


if __name__ == "__main__":
	frappe.init(site=sys.argv[1])
	frappe.connect()
	frappe.set_user("Administrator")
	make_test_site()
	frappe.db.commit()
	frappe.destroy()
