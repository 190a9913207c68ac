/** That ERPNext's totals are ours to the cent, and that its books can take an invoice and a payment. What each setting does: docs/erpnext-facts.md, Money. */
import type { ErpnextClient, ErpnextDocument } from "../../plugins/erpnext.ts";
import { both, judged, some } from "./findings.ts";
import type { Finding } from "./findings.ts";
import type { SiteReport } from "./report.ts";

const SETTINGS = "Gigafibre Settings";
const TEMPLATE = "Sales Taxes and Charges Template";
/** TPS and TVQ, in percent, each on the net amount. */
const TAX_RATES = [5, 9.975];
const ROUNDING = "Commercial Rounding";

type Row = Readonly<Record<string, unknown>>;

const said = (row: Row | null, field: string): string => (typeof row?.[field] === "string" ? row[field].trim() : "");
const rowsOf = (row: Row | null, field: string): Row[] => (Array.isArray(row?.[field]) ? (row[field] as Row[]) : []);
const MAKE = both("Gigafibre Settings → « Créer ce qui manque », ou choisissez-le.", "Gigafibre Settings → “Make what is missing”, or choose it.");

export function* roundingFindings(report: SiteReport): Generator<Finding> {
  yield judged("money.rounding", report.rounding_method === ROUNDING, {
    ok: both("Arrondi commercial", "Commercial rounding"),
    says: both(`La méthode d'arrondi est « ${report.rounding_method ?? ""} »: 8,50 $ × 5 % y fait 0,42 $, au Québec 0,43 $`, `The rounding method is “${report.rounding_method ?? ""}”: $8.50 × 5 % is $0.42 there, in Quebec $0.43`),
    mend: both(`System Settings → Rounding Method: ${ROUNDING}.`, `System Settings → Rounding Method: ${ROUNDING}.`),
  });
  yield judged("money.rounded_total", report.disable_rounded_total === 1, {
    ok: both("Le total n'est pas arrondi au dollar", "The total is not rounded to the dollar"),
    says: both("Le total est arrondi au dollar: le client doit 115 $ pour 114,92 $", "The total is rounded to the dollar: the customer owes $115 for $114.92"),
    mend: both("Global Defaults → Disable Rounded Total: coché.", "Global Defaults → Disable Rounded Total: ticked."),
  });
  yield judged("money.row_wise", report.round_row_wise_tax === 0, {
    ok: both("Les taxes sont arrondies sur le total", "Taxes are rounded on the total"),
    says: both("Les taxes sont arrondies ligne par ligne: le total s'écarte du nôtre de quelques cents", "Taxes are rounded row by row: the total differs from ours by some cents"),
    mend: both("Accounts Settings → Round Tax Amount Row-wise: décoché.", "Accounts Settings → Round Tax Amount Row-wise: unticked."),
  });
}

/** @throws ErpnextUnavailable. */
export async function* bookFindings(erpnext: ErpnextClient): AsyncGenerator<Finding> {
  const settings = await erpnext.get(SETTINGS, SETTINGS);
  const get = async (doctype: string, field: string): Promise<ErpnextDocument | null> => (said(settings, field) ? erpnext.get(doctype, said(settings, field)) : null);
  const [company, template, mode, income, receivable, payment] = await Promise.all([
    get("Company", "company"),
    get(TEMPLATE, "tax_template"),
    get("Mode of Payment", "mode_of_payment"),
    get("Account", "income_account"),
    get("Account", "receivable_account"),
    get("Account", "payment_account"),
  ]);
  const currency = said(company, "default_currency");
  yield judged("money.company", company !== null, {
    ok: both(`Entreprise ${company?.name ?? ""}`, `Company ${company?.name ?? ""}`),
    says: both("Gigafibre Settings ne nomme aucune entreprise", "Gigafibre Settings names no company"),
    mend: both("Gigafibre Settings → Company.", "Gigafibre Settings → Company."),
  });
  if (company === null) return;
  yield judged("money.currency", currency === "CAD", {
    ok: both("Les livres sont en dollars canadiens", "The books are in Canadian dollars"),
    says: both(`Les livres de ${company.name} sont en ${currency}; les prix sont en CAD`, `The books of ${company.name} are in ${currency}; prices are in CAD`),
    mend: both("Choisissez une entreprise dont la devise est CAD.", "Choose a company whose currency is CAD."),
  });
  const accounts = { income_account: income, receivable_account: receivable, payment_account: payment };
  const bad = Object.entries(accounts).flatMap(([field, account]) => (account && said(account, "company") === company.name && Number(account["is_group"] ?? 0) === 0 && Number(account["disabled"] ?? 0) === 0 ? [] : [field]));
  yield judged("money.accounts", bad.length === 0, {
    ok: both("Les comptes sont choisis", "The accounts are chosen"),
    says: both(`Comptes absents, ou d'une autre entreprise: ${bad.join(", ")}`, `Accounts missing, or another company's: ${bad.join(", ")}`),
    mend: MAKE,
  });
  yield judged("money.mode", mode !== null && Number(mode["enabled"] ?? 1) === 1 && rowsOf(mode, "accounts").some((row) => said(row, "company") === company.name), {
    ok: both(`Mode de paiement ${mode?.name ?? ""}`, `Mode of payment ${mode?.name ?? ""}`),
    says: both("Aucun mode de paiement par carte, ou sans compte dans l'entreprise", "No mode of payment for cards, or none with an account in the company"),
    mend: MAKE,
  });
  yield* taxFindings(settings, template, company.name);
}

function* taxFindings(settings: Row | null, template: ErpnextDocument | null, company: string): Generator<Finding> {
  const usable = template !== null && said(template, "company") === company && Number(template["disabled"] ?? 0) === 0;
  yield judged("money.template", usable, {
    ok: both(`Modèle de taxes ${template?.name ?? ""}`, `Tax template ${template?.name ?? ""}`),
    says: both("Aucun modèle de taxes utilisable", "No usable tax template"),
    mend: MAKE,
  });
  if (usable) {
    const rows = rowsOf(template, "taxes");
    const rates = rows.map((row) => Number(row["rate"])).toSorted((one, other) => one - other);
    const right = rates.join() === TAX_RATES.join() && rows.every((row) => said(row, "charge_type") === "On Net Total" && Number(row["included_in_print_rate"] ?? 0) === 0);
    yield judged("money.rates", right, {
      ok: both("TPS 5 % et TVQ 9,975 %", "TPS 5 % and TVQ 9.975 %"),
      says: both(`Le modèle de taxes compte ${rates.join(" % + ")} %, au lieu de 5 % et 9,975 % sur le net`, `The tax template charges ${rates.join(" % + ")} %, instead of 5 % and 9.975 % on the net amount`),
      mend: both(`Corrigez le modèle ${template.name}.`, `Correct the template ${template.name}.`),
    });
  }
  const numbers = ["tps_number", "tvq_number"].filter((field) => !said(settings, field));
  yield judged("money.numbers", numbers.length === 0, {
    ok: both("Numéros de TPS et de TVQ", "TPS and TVQ numbers"),
    says: both(`Il manque sur les factures: ${some(numbers)}`, `Missing on invoices: ${some(numbers)}`),
    mend: both("Gigafibre Settings → TPS number, TVQ number.", "Gigafibre Settings → TPS number, TVQ number."),
  });
}
