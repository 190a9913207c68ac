"""What Gigafibre Settings can be filled in with without asking, because the site leaves one choice only."""

import frappe
from frappe import _
from frappe.utils import flt, today

from gigafibre_fsm.connection import SETTINGS

# Quebec's: TPS and TVQ, each on the net amount.
TAX_RATES = [5.0, 9.975]
CARD_PAYMENTS = "Stripe"


def fill(settings) -> list[str]:
	"""Fills what is empty and certain; what people chose stays. The fields it filled."""
	filled = []
	for field, guess in GUESSES.items():
		if not settings.get(field) and (value := guess(settings)):
			settings.set(field, value)
			filled.append(field)
	return filled


def missing(settings=None) -> list[dict]:
	"""What is still empty and why it could not be guessed: `[{field, label, why}]`."""
	settings = settings or frappe.get_doc(SETTINGS)
	meta = frappe.get_meta(SETTINGS)
	return [{"field": field, "label": _(meta.get_label(field)), "why": why()} for field, why in REASONS.items() if not settings.get(field)]


def company(settings) -> str | None:
	default = frappe.db.get_single_value("Global Defaults", "default_company")
	return default or _only("Company", {})


def income_account(settings) -> str | None:
	return _of_company(settings, "default_income_account")


def receivable_account(settings) -> str | None:
	return _of_company(settings, "default_receivable_account")


def mode_of_payment(settings) -> str | None:
	return CARD_PAYMENTS if frappe.db.exists("Mode of Payment", {"name": CARD_PAYMENTS, "enabled": 1}) else None


def payment_account(settings) -> str | None:
	if not (settings.company and settings.mode_of_payment):
		return None
	return frappe.db.get_value("Mode of Payment Account", {"parent": settings.mode_of_payment, "company": settings.company}, "default_account")


def tax_template(settings) -> str | None:
	if not settings.company:
		return None
	templates = frappe.get_all("Sales Taxes and Charges Template", {"company": settings.company, "disabled": 0}, ["name", "is_default"])
	fitting = [template for template in templates if is_quebec(template.name)]
	chosen = [template for template in fitting if template.is_default] if len(fitting) > 1 else fitting
	return chosen[0].name if len(chosen) == 1 else None


def holiday_list(settings) -> str | None:
	return _of_company(settings, "default_holiday_list") or _only("Holiday List", {"from_date": ("<=", today()), "to_date": (">=", today())})


def is_quebec(template: str) -> bool:
	"""Whether a tax template charges TPS and TVQ and nothing else."""
	rows = frappe.get_all("Sales Taxes and Charges", {"parent": template, "parenttype": "Sales Taxes and Charges Template"}, ["rate", "charge_type"])
	return sorted(flt(row.rate) for row in rows) == TAX_RATES and all(row.charge_type == "On Net Total" for row in rows)


# In this order: the later ones ask what the earlier ones found.
GUESSES = {
	"company": company,
	"income_account": income_account,
	"receivable_account": receivable_account,
	"mode_of_payment": mode_of_payment,
	"payment_account": payment_account,
	"tax_template": tax_template,
	"holiday_list": holiday_list,
}

REASONS = {
	"company": lambda: _("There is no default company, or more than one"),
	"income_account": lambda: _("The company has no default income account"),
	"receivable_account": lambda: _("The company has no default receivable account"),
	"mode_of_payment": lambda: _("There is no Mode of Payment named Stripe"),
	"payment_account": lambda: _("The mode of payment has no account in the company"),
	"tax_template": lambda: _("There is not exactly one template with TPS 5 % and TVQ 9.975 %"),
	"holiday_list": lambda: _("The company has no holiday list, and not exactly one covers today"),
	"tps_number": lambda: _("Only you know it"),
	"tvq_number": lambda: _("Only you know it"),
	"hub_url": lambda: _("Connect the hub says it"),
}


def _of_company(settings, field: str) -> str | None:
	return frappe.db.get_value("Company", settings.company, field) if settings.company else None


def _only(doctype: str, filters: dict) -> str | None:
	found = frappe.get_all(doctype, filters, pluck="name", limit=2)
	return found[0] if len(found) == 1 else None
