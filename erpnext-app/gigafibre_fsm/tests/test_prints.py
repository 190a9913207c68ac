import re

import frappe
from frappe.tests.utils import FrappeTestCase
from frappe.translate import print_language
from frappe.www.printview import get_html_and_style

from gigafibre_fsm.tests import site

TPS, TVQ = "111222333 RT0001", "4445556667 TQ0001"


class TestPrints(FrappeTestCase):
	@classmethod
	def setUpClass(cls):
		super().setUpClass()
		site.people()
		frappe.db.set_single_value("Gigafibre Settings", {"tps_number": TPS, "tvq_number": TVQ})
		cls.company = frappe.db.get_value("Company", {"default_currency": "CAD"})

	def text(self, doc, language, user="Administrator"):
		with site.signed_in(user), print_language(language):
			html = frappe.get_print(doc.doctype, doc.name)
		body = re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
		return " ".join(body.replace("&nbsp;", " ").replace("\xa0", " ").split())

	def invoice(self, language):
		customer = site.customer("Jean Facture")
		customer.db_set("preferred_language", language)
		accounts = [(tax, frappe.db.get_value("Account", {"account_name": tax, "company": self.company})) for tax in ("TPS", "TVQ")]
		rates = {"TPS": 5, "TVQ": 9.975}
		values = {
			"customer": customer.name,
			"company": self.company,
			"items": [{"item_code": site.item(), "qty": 1, "rate": 99.95, "description": "Internet"}],
			"taxes": [{"charge_type": "On Net Total", "account_head": head, "description": tax, "rate": rates[tax]} for tax, head in accounts],
			"apply_discount_on": "Net Total",
			"discount_amount": 15,
			"discounts": [{"label": "Rabais duo", "amount": 10}, {"label": "Crédit décodeur", "amount": 5}],
			"disable_rounded_total": 1,
		}
		frappe.db.delete("Item Default", {"parent": site.item()})
		frappe.clear_document_cache("Item", site.item())
		return frappe.get_doc({"doctype": "Sales Invoice", **values}).insert()

	def test_invoice_names_each_discount_and_both_tax_numbers(self):
		text = self.text(self.invoice("fr"), "en")
		for part in ("Rabais duo -10,00 $", "Crédit décodeur -5,00 $", "Total avant taxes 84,95 $", "Total 97,67 $"):
			self.assertIn(part, text)
		self.assertIn(f"TPS 5 % (N° {TPS}) 4,25 $", text)
		self.assertIn(f"TVQ 9,975 % (N° {TVQ}) 8,47 $", text)

	def test_invoice_speaks_the_customers_language_whoever_prints_it(self):
		text = self.text(self.invoice("en"), "fr")
		self.assertIn(f"GST 5% (No. {TPS}) $4.25", text)
		self.assertIn("Total $97.67", text)
		self.assertNotIn("Facture", text.replace("Jean Facture", ""))

	def test_job_sheet_says_what_the_technician_needs(self):
		place = site.location(fibre_id="TEST-PRINT-1", olt_name="OLT-1", olt_frame="0", olt_slot="3", olt_port="7", ont_id="12")
		device = site.equipment(place, equipment_type="Routeur", serial_number="deco-print-1")
		job = site.scheduled_job(
			place,
			contact_phone="450-555-0100",
			notes="Sonner\n<b>deux fois</b>",
			equipment_list=[{"service_equipment": device.name}],
			checklist=[{"label": "Signal", "required": 1}],
			charges=[
				{"item": site.item(), "label": "Décodeur", "kind": "charge", "quantity": 2, "rate": 99.95},
				{"item": site.item(), "label": "Crédit", "kind": "credit", "quantity": 1, "rate": 50},
			],
		)
		text = self.text(job, "fr", user=site.TECHNICIAN)
		for part in (
			"Bon de travail",
			"12 rue Principale",
			"0/3/7",
			"450-555-0100",
			"DECO-PRINT-1",
			"Signal",
			"Total avant taxes 149,90 $",
			"2026-12-01 08:00",
		):
			self.assertIn(part, text)
		self.assertIn("&lt;b&gt;deux fois", text)

	def test_desk_previews_a_job_sheet_from_what_its_form_holds(self):
		job = site.scheduled_job(site.location(), scheduled_end="2026-12-01 10:00:00", preferred_dates=[{"date": "2026-12-01"}])
		with site.signed_in(site.DISPATCHER):
			html = get_html_and_style(frappe.as_json(job), print_format="Bon de travail")["html"]
		self.assertIn("2026-12-01 08:00", html)
		self.assertIn("2026-12-01 10:00", html)

	def test_prints_are_the_default(self):
		self.assertEqual(frappe.get_meta("Dispatch Job").default_print_format, "Bon de travail")
		self.assertEqual(frappe.get_meta("Sales Invoice").default_print_format, "Facture Gigafibre")
