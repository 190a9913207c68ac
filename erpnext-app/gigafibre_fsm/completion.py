"""Makes what a company's books lack to invoice in Quebec and to take cards. Only when a person asks for it, with that person's permissions.

What is made here belongs to the books: it is not noted in the ledger, and uninstall leaves it.
"""

import frappe
from frappe import _
from frappe.utils import getdate, today

from gigafibre_fsm import guesses
from gigafibre_fsm.connection import SETTINGS

TAXES = {"TPS": 5.0, "TVQ": 9.975}
TEMPLATE = "TPS + TVQ"
HOLIDAYS = "Québec"
YEARS_OF_HOLIDAYS = 3


def plan(settings=None) -> list[dict]:
	"""What `make` would make: `[{doctype, name, under}]`; `problem` in place of `under` where it cannot."""
	settings = settings or frappe.get_doc(SETTINGS)
	if not settings.company:
		return []
	return [*_taxes(settings), *_card_payments(settings), *_holidays(settings)]


def make() -> list[dict]:
	"""Makes it, and chooses it in the settings. A step that cannot be made stays in the answer with its `problem`."""
	settings = frappe.get_doc(SETTINGS)
	guesses.fill(settings)
	steps = plan(settings)
	for step in steps:
		if not step.get("problem"):
			MAKERS[step["doctype"]](settings, step)
	guesses.fill(settings)
	if not settings.holiday_list and any(step["doctype"] == "Holiday List" for step in steps):
		settings.holiday_list = HOLIDAYS
	settings.save()
	return steps


def _taxes(settings) -> list[dict]:
	if settings.tax_template or guesses.tax_template(settings):
		return []
	accounts = [_account(settings, name, "Tax") for name in TAXES if not _found(settings, name)]
	blocked = next((step["problem"] for step in accounts if step.get("problem")), None)
	template = {"doctype": "Sales Taxes and Charges Template", "name": TEMPLATE, "under": settings.company}
	if frappe.db.exists(template["doctype"], {"title": TEMPLATE, "company": settings.company}):
		blocked = _("There is one of that name with other taxes")
	return [*accounts, {**template, "problem": blocked} if blocked else template]


def _card_payments(settings) -> list[dict]:
	if settings.mode_of_payment and settings.payment_account:
		return []
	mode = guesses.mode_of_payment(settings)
	if mode and guesses.payment_account(frappe._dict(company=settings.company, mode_of_payment=mode)):
		return []
	account = [] if _found(settings, guesses.CARD_PAYMENTS) else [_account(settings, guesses.CARD_PAYMENTS, "Bank")]
	problem = account[0].get("problem") if account else None
	step = {"doctype": "Mode of Payment", "name": guesses.CARD_PAYMENTS, "under": settings.company}
	return [*account, {**step, "problem": problem} if problem else step]


def _holidays(settings) -> list[dict]:
	if settings.holiday_list or guesses.holiday_list(settings):
		return []
	step = {"doctype": "Holiday List", "name": HOLIDAYS, "under": settings.company}
	if frappe.db.exists("Holiday List", HOLIDAYS):
		return [{**step, "problem": _("There is one of that name for other days")}]
	return [step]


def _account(settings, name: str, kind: str) -> dict:
	groups = frappe.get_all("Account", {"company": settings.company, "account_type": kind, "is_group": 1, "disabled": 0}, pluck="name", limit=2)
	step = {"doctype": "Account", "name": name, "kind": kind}
	if len(groups) == 1:
		return {**step, "under": groups[0]}
	return {**step, "problem": _("There is not exactly one group of accounts of the type {0}").format(_(kind))}


def _found(settings, account_name: str) -> str | None:
	return frappe.db.get_value("Account", {"company": settings.company, "account_name": account_name, "is_group": 0}, "name")


def _make_account(settings, step: dict):
	values = {
		"account_name": step["name"],
		"parent_account": step["under"],
		"account_type": step["kind"],
		"company": settings.company,
		"account_currency": frappe.db.get_value("Company", settings.company, "default_currency"),
		"tax_rate": TAXES.get(step["name"], 0),
	}
	frappe.get_doc({"doctype": "Account", **values}).insert()


def _make_template(settings, step: dict):
	cost_center = frappe.db.get_value("Company", settings.company, "cost_center")
	rows = [
		{"charge_type": "On Net Total", "account_head": _found(settings, name), "description": name, "rate": rate, "cost_center": cost_center}
		for name, rate in TAXES.items()
	]
	made = frappe.get_doc({"doctype": step["doctype"], "title": TEMPLATE, "company": settings.company, "taxes": rows}).insert()
	settings.tax_template = made.name


def _make_mode(settings, step: dict):
	if frappe.db.exists("Mode of Payment", step["name"]):
		mode = frappe.get_doc("Mode of Payment", step["name"])
	else:
		mode = frappe.get_doc({"doctype": "Mode of Payment", "mode_of_payment": step["name"], "type": "Bank"})
	mode.append("accounts", {"company": settings.company, "default_account": _found(settings, step["name"])})
	mode.save()


def _make_holidays(settings, step: dict):
	year = getdate(today()).year
	days = {"from_date": f"{year}-01-01", "to_date": f"{year + YEARS_OF_HOLIDAYS - 1}-12-31"}
	made = frappe.get_doc({"doctype": "Holiday List", "holiday_list_name": HOLIDAYS, "country": "CA", "subdivision": "QC", **days})
	made.get_local_holidays()
	made.insert()


MAKERS = {
	"Account": _make_account,
	"Sales Taxes and Charges Template": _make_template,
	"Mode of Payment": _make_mode,
	"Holiday List": _make_holidays,
}
