import { devices, expect, test } from "@playwright/test";
import type { APIRequestContext, Locator } from "@playwright/test";
import { keepCard, messagesAbout, paymentsAtStripe, STANDS } from "../read-back.ts";
import { callersOf } from "./callers.ts";
import type { Caller, Callers } from "./callers.ts";
import { CustomerPage } from "./customer-page.ts";
import { faultsOf } from "./office.ts";

let callers: Callers;
let caller: Caller;
test.beforeAll(async ({ playwright, baseURL }) => {
  test.setTimeout(300_000);
  callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
  caller = await callers.live("Lucie Mensuelle");
});
test.afterAll(() => callers.close());

/** Of no order: as somebody makes one in Desk, or a Subscription does. */
async function monthly(dollars: number): Promise<string> {
  const { erpnext } = callers;
  const [first] = await erpnext.list("Sales Invoice", [["order_id", "=", caller.order]]);
  const { company } = await erpnext.get("Sales Invoice", String(first?.name));
  const draft = await erpnext.insert("Sales Invoice", { customer: caller.customer, company, items: [{ item_code: "FTTH150I", qty: 1, rate: dollars }], disable_rounded_total: 1 });
  await erpnext.update("Sales Invoice", draft.name, { docstatus: 1 });
  return draft.name;
}
const owed = async (invoice: string): Promise<unknown> => (await callers.erpnext.get("Sales Invoice", invoice))["outstanding_amount"];
const stripeCustomer = async (): Promise<string> => String((await callers.erpnext.get("Customer", caller.customer))["stripe_customer_id"]);
const linkIn = async (request: APIRequestContext, invoice: string): Promise<string> =>
  (await messagesAbout(request, invoice)).filter(({ channel }) => channel === "sms").map(({ text }) => /https?:\/\/\S+\/pay\/[\w-]+/.exec(text)?.[0]).find(Boolean) ?? "";
const rowOf = ({ office }: CustomerPage, invoice: string): Locator => office.page.getByRole("row").filter({ has: office.page.getByRole("link", { name: invoice, exact: true }) });
async function chargeIn(page: CustomerPage, invoice: string): Promise<void> {
  await rowOf(page, invoice).getByRole("button", { name: `Prélever la carte: ${invoice}` }).click();
  await page.office.page.getByRole("dialog").getByRole("button", { name: "OK" }).or(page.office.page.getByRole("dialog").getByRole("button", { name: "Confirmer" })).click();
}

test("a monthly invoice is charged to the card at an agent's word, and its row says that it is paid", async ({ browser, request, baseURL }) => {
  test.setTimeout(180_000);
  const invoice = await monthly(61);
  const page = await CustomerPage.open(browser, baseURL ?? "", caller.customer);
  await chargeIn(page, invoice);
  await expect(rowOf(page, invoice)).toContainText("Payée", STANDS);
  expect(await owed(invoice)).toBe(0);
  expect(await paymentsAtStripe(request, await stripeCustomer())).toContainEqual(expect.objectContaining({ amount: 6_100, status: "succeeded", metadata: { sales_invoice: invoice } }));
  expect((await messagesAbout(request, invoice)).filter(({ text }) => text.includes("/pay/"))).toEqual([]);
  await page.office.stop();
});

test("a card that is declined is said in the invoice's row; the customer has a link by SMS, sends for another by e-mail, and pays it on a phone", async ({ browser, request, baseURL }) => {
  test.setTimeout(240_000);
  const invoice = await monthly(62);
  await callers.erpnext.update("Customer", caller.customer, { stripe_payment_method: await keepCard(request, await stripeCustomer(), "pm_card_chargeCustomerFail") });
  const page = await CustomerPage.open(browser, baseURL ?? "", caller.customer, { colorScheme: "dark", width: 1024 });
  await chargeIn(page, invoice);
  await expect(rowOf(page, invoice)).toContainText("Carte refusée", STANDS);
  await expect.poll(() => linkIn(request, invoice), STANDS).toMatch(/\/pay\//);
  const before = (await messagesAbout(request, invoice)).filter(({ channel }) => channel === "email").length;
  await rowOf(page, invoice).getByRole("button", { name: `Envoyer un lien de paiement: ${invoice}` }).click();
  await page.office.page.getByRole("menuitem", { name: "Les deux" }).click();
  await expect(page.office.page.getByRole("status").filter({ hasText: /^Le lien pour 62,00\s\$ part par SMS et courriel\.$/ })).toBeVisible();
  await expect.poll(async () => (await messagesAbout(request, invoice)).filter(({ channel }) => channel === "email").length, STANDS).toBe(before + 1);
  expect(await faultsOf(page.office.page, "invoice-declined-dark-1024")).toEqual([]);

  const phone = await browser.newContext({ ...devices["Pixel 7"], viewport: { width: 375, height: 740 } });
  const tab = await phone.newPage();
  await tab.goto(await linkIn(request, invoice));
  await expect(tab).toHaveURL(/\/c\/pay\/cs_/);
  await expect(tab.getByText(`Facture Gigafibre ${invoice}`)).toBeVisible();
  await tab.getByLabel(/Courriel/).fill(caller.person.email);
  await tab.getByLabel(/Numéro/).fill("4242424242424242");
  await tab.getByLabel(/[Ee]xpiration/).fill("1234");
  await tab.getByLabel(/CVC|sécurité/i).fill("123");
  const [name, postal] = [tab.getByLabel(/Nom/), tab.getByLabel(/postal/i)];
  if (await name.isVisible()) await name.fill(caller.person.name);
  if (await postal.isVisible()) await postal.fill("J0S 1A0");
  await tab.getByRole("button", { name: /62,00/ }).click();
  await expect(tab.getByText(/Paiement reçu|Rien à payer/)).toBeVisible(STANDS);
  await phone.close();

  await expect(rowOf(page, invoice)).toContainText("Payée", STANDS);
  await expect(rowOf(page, invoice)).not.toContainText("Carte refusée");
  await expect.poll(() => owed(invoice), STANDS).toBe(0);
  await page.office.stop();
});
