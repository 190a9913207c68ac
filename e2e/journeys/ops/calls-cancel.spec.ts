import { expect, test } from "@playwright/test";
import type { APIRequestContext, Browser, Locator, Page } from "@playwright/test";
import { messagesAbout, STANDS } from "../read-back.ts";
import { callersOf, centsShown, choose } from "./callers.ts";
import type { Caller, Callers } from "./callers.ts";
import { CustomerPage } from "./customer-page.ts";
import { faultsOf } from "./office.ts";
import type { Look, Office } from "./office.ts";

const PLACE = /^Actions du lieu/;

let callers: Callers;
test.beforeAll(async ({ playwright, baseURL }) => {
  callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
});
test.afterAll(() => callers.close());

/** Opens the dialog. @returns it, and the page that it is on */
async function asked(browser: Browser, baseURL: string, { customer }: Caller, what: string, look: Look = {}): Promise<{ office: Office; page: Page; dialog: Locator }> {
  const { office } = await CustomerPage.open(browser, baseURL, customer, look);
  await choose(office.page, PLACE, what);
  const dialog = office.page.getByRole("dialog", { name: what });
  await expect(dialog.getByText(/remboursés sur la carte|Aucun remboursement/)).toBeVisible(STANDS);
  return { office, page: office.page, dialog };
}
async function confirmed(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Annuler pour de bon" }).click();
  await expect(dialog).toBeHidden(STANDS);
}
/** Nothing of it is left to do, to serve or to bill, and its address is free for the next. */
async function isOver({ place, job, address }: Caller, request: APIRequestContext): Promise<void> {
  const { erpnext } = callers;
  expect(await erpnext.get("Service Location", place)).toMatchObject({ status: "Cancelled" });
  expect(["Cancelled", "Completed"]).toContain((await erpnext.get("Dispatch Job", job))["status"]);
  expect(new Set((await erpnext.list("Service Subscription", [["service_location", "=", place]])).map((each) => each["status"]))).toEqual(new Set(["Cancelled"]));
  await expect.poll(async () => ((await (await request.get(`/api/address/${address}`)).json()) as { status: string }).status, STANDS).toBe("available");
}
const invoicesOf = ({ order }: Caller, isReturn: 0 | 1) => callers.erpnext.list("Sales Invoice", [["order_id", "=", order], ["is_return", "=", isReturn]]);
/** What the customer's invoices say they owe, and we owe them. */
const balanceOf = async ({ customer }: Caller): Promise<number> =>
  (await callers.erpnext.list("Sales Invoice", [["customer", "=", customer], ["docstatus", "=", 1]])).reduce((sum, each) => sum + Math.round(Number(each["outstanding_amount"]) * 100), 0);
const refundsOf = ({ customer }: Caller) => callers.erpnext.list("Payment Entry", [["party", "=", customer], ["payment_type", "=", "Pay"], ["docstatus", "=", 1]]);
const told = async (request: APIRequestContext, { order }: Caller, text: RegExp): Promise<string[]> =>
  (await messagesAbout(request, order)).filter((message) => text.test(message.text)).map(({ channel }) => channel).sort();

test("an order that nobody paid is cancelled: its invoice with it, the visit called off, the address free, the customer told that nothing is due", async ({ browser, request, baseURL }) => {
  test.setTimeout(300_000);
  const caller = await callers.ordered("Nadia Annule");
  const { office, page, dialog } = await asked(browser, baseURL ?? "", caller, "Annuler la commande");
  await expect(dialog.getByRole("list", { name: "Ce qui se passera" })).toContainText(/La facture .* est annulée\./);
  expect(await faultsOf(page, "calls-cancel-order-light-1440")).toEqual([]);
  await confirmed(dialog);
  await isOver(caller, request);
  expect((await invoicesOf(caller, 0)).map(({ docstatus }) => docstatus)).toEqual([2]);
  expect(await invoicesOf(caller, 1)).toEqual([]);
  await expect.poll(() => told(request, caller, /commande Gigafibre est annulée/), STANDS).toEqual(["email", "sms"]);
  expect((await messagesAbout(request, caller.order)).some(({ text }) => text.includes("Rien n'a été débité et rien n'est dû."))).toBe(true);
  await office.stop();
});

test("an order that was paid by its link is cancelled: credited, given back to the card once, and nobody owes anything", async ({ browser, request, page: shopper, baseURL }) => {
  test.setTimeout(240_000);
  const caller = await callers.ordered("Olivier Paye");
  const link = async (): Promise<string> => (await messagesAbout(request, caller.order)).map(({ text }) => /https?:\/\/\S+\/pay\/[\w-]+/.exec(text)?.[0]).find(Boolean) ?? "";
  await expect.poll(link, STANDS).not.toBe("");
  await shopper.goto(await link());
  await shopper.getByLabel("Adresse courriel").or(shopper.getByLabel("Courriel")).fill(caller.person.email);
  await shopper.getByLabel(/Nom/).fill(caller.person.name);
  await shopper.getByLabel("Numéro de carte").fill("4242424242424242");
  await shopper.getByLabel("Date d’expiration").fill("1230");
  await shopper.getByLabel("Code de sécurité (CVC)").fill("123");
  await shopper.getByLabel("Code postal").fill("J0S 1A0");
  await shopper.getByRole("button", { name: /^Payer/ }).click();
  await expect.poll(async () => (await invoicesOf(caller, 0)).map((each) => each["outstanding_amount"]), STANDS).toEqual([0]);
  const cents = Math.round(Number((await invoicesOf(caller, 0))[0]?.["grand_total"]) * 100);

  const { office, page, dialog } = await asked(browser, baseURL ?? "", caller, "Annuler la commande", { colorScheme: "dark" });
  expect(centsShown((await dialog.getByText(/remboursés sur la carte/).textContent()) ?? "")).toBe(cents);
  expect(await faultsOf(page, "calls-cancel-paid-dark-1440")).toEqual([]);
  await confirmed(dialog);
  await isOver(caller, request);
  expect((await invoicesOf(caller, 1)).map((note) => Math.round(Number(note["grand_total"]) * -100))).toEqual([cents]);
  await expect.poll(async () => (await refundsOf(caller)).map((entry) => Math.round(Number(entry["paid_amount"]) * 100)), STANDS).toEqual([cents]);
  expect(String((await refundsOf(caller))[0]?.["stripe_refund"])).toMatch(/^re_/);
  expect(await balanceOf(caller)).toBe(0);
  await expect.poll(() => told(request, caller, /[Rr]embours/), STANDS).toEqual(["email", "sms"]);
  await office.stop();
});

test("a service that was paid by card ends: the days that are not used are given back, a visit fetches the devices, the card is let go", async ({ browser, request, baseURL }) => {
  test.setTimeout(300_000);
  const caller = await callers.live("Pierre Déménage");
  const { office, page, dialog } = await asked(browser, baseURL ?? "", caller, "Annuler le service", { width: 1024 });
  const all = dialog.getByRole("radio", { name: "Tout ce qui a été facturé" });
  await dialog.getByRole("radio", { name: "Rien", exact: true }).click();
  await expect(dialog.getByText("Aucun remboursement.")).toBeVisible(STANDS);
  await all.click();
  await expect(dialog.getByText(/remboursés sur la carte/)).toBeVisible(STANDS);
  const cents = centsShown((await dialog.getByText(/remboursés sur la carte/).textContent()) ?? "");
  await dialog.getByLabel("Raison (facultative)").fill("Déménage");
  expect(await faultsOf(page, "calls-cancel-service-light-1024")).toEqual([]);
  await confirmed(dialog);
  await isOver(caller, request);
  const { erpnext } = callers;
  const [fetched] = await erpnext.list("Dispatch Job", [["service_location", "=", caller.place], ["job_type", "=", "Retrieval"]]);
  expect(fetched).toMatchObject({ status: "Open", customer: caller.customer });
  expect(String(fetched?.["notes"])).toContain("Déménage");
  await expect.poll(async () => (await refundsOf(caller)).map((entry) => Math.round(Number(entry["paid_amount"]) * 100)), STANDS).toEqual([cents]);
  expect(await balanceOf(caller)).toBe(0);
  expect((await erpnext.get("Customer", caller.customer))["stripe_payment_method"] ?? "").toBe("");
  await expect.poll(() => told(request, caller, /service Gigafibre est annulé/), STANDS).toEqual(["email", "sms"]);
  await office.stop();
});

test("a service that was never paid ends, with all of it undone: its invoice is cancelled and nothing is given back", async ({ browser, request, baseURL }) => {
  test.setTimeout(300_000);
  const caller = await callers.live("Quentin Impayé", { card: false });
  const { office, dialog } = await asked(browser, baseURL ?? "", caller, "Annuler le service");
  await dialog.getByRole("radio", { name: "Tout ce qui a été facturé" }).click();
  await expect(dialog.getByText(/La facture .* est annulée\./)).toBeVisible(STANDS);
  await expect(dialog.getByText("Aucun remboursement.")).toBeVisible();
  await confirmed(dialog);
  await isOver(caller, request);
  expect((await invoicesOf(caller, 0)).map(({ docstatus }) => docstatus)).toEqual([2]);
  expect(await refundsOf(caller)).toEqual([]);
  expect(await balanceOf(caller)).toBe(0);
  await expect.poll(() => told(request, caller, /service Gigafibre est annulé/), STANDS).toEqual(["email", "sms"]);
  await office.stop();
});
