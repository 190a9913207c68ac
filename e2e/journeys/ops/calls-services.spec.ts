import { expect, test } from "@playwright/test";
import type { Locator } from "@playwright/test";
import type { ModemState } from "@gigafibre/fixtures/devices/simulator";
import { messagesAbout, paymentsAtStripe, STANDS } from "../read-back.ts";
import type { Row } from "../read-back.ts";
import { callersOf, centsShown, choose, newGpon, newMac, tabTo, turnTo } from "./callers.ts";
import type { Caller, Callers } from "./callers.ts";
import { CustomerPage } from "./customer-page.ts";
import { faultsOf } from "./office.ts";

const PLACE = /^Actions du lieu/;

let callers: Callers;
let caller: Caller;
test.beforeAll(async ({ playwright, baseURL }) => {
  test.setTimeout(300_000);
  callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
  caller = await callers.live("Sylvie Branchée");
});
test.afterAll(() => callers.close());

const devices = async (type: string): Promise<Row[]> => callers.erpnext.list("Service Equipment", [["service_location", "=", caller.place], ["equipment_type", "=", type]]);
const inUse = async (type: string): Promise<Row> => {
  const found = (await devices(type)).find(({ status }) => status === "Actif");
  if (!found) throw new Error(`no ${type} in use`);
  return found;
};
const status = async (): Promise<unknown> => (await callers.erpnext.get("Service Location", caller.place))["status"];
const subscriptions = async (...status: string[]): Promise<Row[]> => callers.erpnext.list("Service Subscription", [["service_location", "=", caller.place], ["status", "in", status]]);

/** What a dialog says it costs, or gives back when below zero. */
async function sumIn(dialog: Locator): Promise<number> {
  const said = dialog.getByText(/^(À payer|Crédit|Rien à payer)/);
  await expect(said).toBeVisible(STANDS);
  const text = (await said.textContent()) ?? "";
  return text.startsWith("Crédit") ? -centsShown(text) : text.startsWith("À payer") ? centsShown(text) : 0;
}
/** The customer's invoices and credit notes that were not there before, in cents. */
async function newInvoices(before: readonly Row[]): Promise<{ name: string; cents: number; owed: number }[]> {
  const known = new Set(before.map(({ name }) => name));
  const now = await invoices();
  return now.filter(({ name }) => !known.has(name)).map((row) => ({ name: row.name, cents: Math.round(Number(row["grand_total"]) * 100), owed: Number(row["outstanding_amount"]) }));
}
const invoices = (): Promise<Row[]> => callers.erpnext.list("Sales Invoice", [["customer", "=", caller.customer], ["docstatus", "=", 1]]);

test("the WiFi is called otherwise where it stands on the page, and its router is told", async ({ browser, request, baseURL }) => {
  test.setTimeout(300_000);
  const router = await inUse("Routeur");
  const { serial } = (await (await request.post("/inbox/api/devices", { data: { equipment: router.name } })).json()) as ModemState;
  const modem = async (): Promise<ModemState> => (await (await request.get(`/inbox/api/devices/${serial}`)).json()) as ModemState;
  await expect.poll(async () => (await modem()).told, STANDS).toBe("told");
  const page = await CustomerPage.open(browser, baseURL ?? "", caller.customer);
  await page.office.button(/^Détails: Routeur/).first().click();
  const name = `Chez Sylvie ${Date.now() % 10_000}`;
  await page.write("Nom du WiFi (SSID)", name);
  await expect.poll(async () => (await inUse("Routeur"))["custom_wifi_ssid"], STANDS).toBe(name);
  await expect.poll(async () => (await modem()).wifi.map(({ ssid }) => ssid), STANDS).toEqual([name, name]);

  // In one dialog, with a password that is proposed: what WPA2 does not take is said at its field.
  const { page: tab } = page.office;
  const dialog = tab.getByRole("dialog");
  await page.office.button(/^Changer le WiFi/).first().press("Enter");
  await expect(dialog.getByLabel("Nom du réseau")).toBeFocused();
  await expect(dialog.getByLabel("Nom du réseau")).toHaveValue(name);
  await tab.keyboard.press("Control+a");
  await tab.keyboard.type(`${name} 2`);
  await dialog.getByLabel("Nouveau mot de passe").fill("court");
  await expect(dialog.getByText("Un mot de passe WiFi a de 8 à 63 caractères, sans accents.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Changer", exact: true })).toBeDisabled();
  await dialog.getByRole("button", { name: "Proposer" }).click();
  const password = await dialog.getByLabel("Nouveau mot de passe").inputValue();
  expect(password).toMatch(/^([a-z]{4}-){4}[a-z]{4}$/);
  expect(await faultsOf(tab, "calls-wifi-light-1440")).toEqual([]);
  await dialog.getByLabel("Nouveau mot de passe").press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  await expect.poll(async () => (await modem()).wifi, STANDS).toEqual([{ ssid: `${name} 2`, password }, { ssid: `${name} 2`, password }]);
  await page.office.stop();
});

test("a dead ONT is replaced by the keyboard alone: profile and port follow to the new serial, and support is asked to let it in", async ({ browser, baseURL }) => {
  test.setTimeout(300_000);
  const old = await inUse("ONT");
  const place = await callers.erpnext.get("Service Location", caller.place);
  const { office } = await CustomerPage.open(browser, baseURL ?? "", caller.customer);
  const { page } = office;
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: /^Remplacer ONT/ }).first().focus();
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("N° de série GPON")).toBeFocused();
  const gpon = newGpon();
  await page.keyboard.type("pas un numéro");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toBeVisible();
  await tabTo(page, dialog.getByLabel("N° de série GPON"));
  await page.keyboard.press("Control+a");
  await page.keyboard.type(gpon);
  await turnTo(page, dialog.getByRole("radiogroup", { name: "L'ancien devient" }), "Retourné");
  expect(await faultsOf(page, "calls-swap-light-1440")).toEqual([]);
  await tabTo(page, dialog.getByRole("button", { name: "Remplacer", exact: true }));
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect((await callers.erpnext.get("Service Equipment", old.name))["status"]).toBe("Retourné");
  const now = await inUse("ONT");
  expect(now).toMatchObject({ gpon_sn: gpon, service_location: caller.place, customer: caller.customer });
  expect(now["device_profile"] ?? null).toBe(old["device_profile"] ?? null);
  expect(await callers.erpnext.get("Service Location", caller.place)).toMatchObject({ fibre_id: place["fibre_id"], olt_port: place["olt_port"], ont_id: place["ont_id"] });
  const tasks = await callers.erpnext.list("Task", [["description", "like", `%${gpon}%`]]);
  expect(tasks).toMatchObject([{ status: "Open" }]);
  await expect(page.getByRole("listitem").filter({ hasText: gpon }).first()).toBeVisible(STANDS);
  await office.stop();
});

test("a dead router is replaced, and the WiFi that the customer knows is on the new one", async ({ browser, baseURL }) => {
  test.setTimeout(300_000);
  const old = await inUse("Routeur");
  const { office } = await CustomerPage.open(browser, baseURL ?? "", caller.customer, { colorScheme: "dark", width: 1024 });
  const { page } = office;
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: /^Remplacer Routeur/ }).first().click();
  const mac = newMac();
  await dialog.getByLabel("Adresse MAC").fill(mac);
  expect(await faultsOf(page, "calls-swap-dark-1024")).toEqual([]);
  await dialog.getByRole("button", { name: "Remplacer", exact: true }).click();
  await expect(dialog).toBeHidden(STANDS);
  expect((await callers.erpnext.get("Service Equipment", old.name))["status"]).toBe("Défectueux");
  expect(await inUse("Routeur")).toMatchObject({ mac_address: mac, custom_wifi_ssid: old["custom_wifi_ssid"] });
  await office.stop();
});

test("a service is suspended and taken up again: what it gives back and costs is said before, and is what ERPNext and the card have", async ({ browser, request, baseURL }) => {
  test.setTimeout(300_000);
  const { office } = await CustomerPage.open(browser, baseURL ?? "", caller.customer);
  const { page } = office;
  const dialog = page.getByRole("dialog");
  const told = async (text: RegExp): Promise<string[]> => (await messagesAbout(request, caller.order)).filter((message) => text.test(message.text)).map(({ channel }) => channel).sort();
  const active = (await subscriptions("Active")).length;

  let before = await invoices();
  await choose(page, PLACE, "Suspendre le service");
  const credit = await sumIn(dialog);
  expect(credit).toBeLessThanOrEqual(0);
  expect(await faultsOf(page, "calls-suspend-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Suspendre", exact: true }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect(await status()).toBe("Suspended");
  expect(await subscriptions("Suspended")).toHaveLength(active);
  expect((await newInvoices(before)).map(({ cents }) => cents)).toEqual(credit === 0 ? [] : [credit]);
  await expect.poll(() => told(/est suspendu/), STANDS).toEqual(["email", "sms"]);

  before = await invoices();
  await choose(page, PLACE, "Reprendre le service");
  const due = await sumIn(dialog);
  expect(due).toBeGreaterThanOrEqual(0);
  expect(await faultsOf(page, "calls-resume-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Reprendre", exact: true }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect(await status()).toBe("Active");
  expect(await subscriptions("Active")).toHaveLength(active);
  const [invoice] = await newInvoices(before);
  expect(invoice?.cents ?? 0).toBe(due);
  if (invoice) {
    await expect.poll(async () => (await callers.erpnext.get("Sales Invoice", invoice.name))["outstanding_amount"], STANDS).toBe(0);
    const customer = String((await callers.erpnext.get("Customer", caller.customer))["stripe_customer_id"]);
    expect(await paymentsAtStripe(request, customer)).toContainEqual(expect.objectContaining({ amount: due, status: "succeeded", metadata: expect.objectContaining({ sales_invoice: invoice.name }) }));
  }
  await expect.poll(() => told(/est repris/), STANDS).toEqual(["email", "sms"]);
  await office.stop();
});

test("a plan is changed and a second TV box is added: billed as said before, the old plan over, support asked, a visit to bring the box", async ({ browser, request, baseURL }) => {
  test.setTimeout(300_000);
  const { office } = await CustomerPage.open(browser, baseURL ?? "", caller.customer, { colorScheme: "dark" });
  const { page } = office;
  const dialog = page.getByRole("dialog");
  const plans = async (...status: string[]): Promise<Row[]> => (await subscriptions(...status)).filter((each) => each["service_type"] === "Internet");
  const [old] = await plans("Active");
  const boxes = (await devices("Décodeur TV")).length;

  let before = await invoices();
  await choose(page, PLACE, "Changer de forfait");
  await dialog.getByRole("combobox", { name: "Nouveau forfait" }).click();
  await page.getByRole("option").first().click();
  const change = await sumIn(dialog);
  expect(await faultsOf(page, "calls-plan-dark-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Changer", exact: true }).click();
  await expect(dialog).toBeHidden(STANDS);
  expect((await callers.erpnext.get("Service Subscription", String(old?.name)))["status"]).toBe("Cancelled");
  const [now, ...more] = await plans("Active");
  expect(more).toEqual([]);
  expect(now?.["item"]).not.toBe(old?.["item"]);
  expect(now?.["billed_until"]).toBe(old?.["billed_until"]);
  expect((await newInvoices(before)).map(({ cents }) => cents)).toEqual(change === 0 ? [] : [change]);
  await expect.poll(async () => (await messagesAbout(request, caller.order)).some(({ channel, text }) => channel === "sms" && text.includes("Votre forfait est maintenant")), STANDS).toBe(true);

  before = await invoices();
  await choose(page, PLACE, "Ajouter un décodeur TV");
  const price = await sumIn(dialog);
  expect(price).toBeGreaterThan(0);
  expect(await faultsOf(page, "calls-box-dark-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Ajouter", exact: true }).click();
  await expect(dialog).toBeHidden(STANDS);
  const held = await devices("Décodeur TV");
  expect(held).toHaveLength(boxes + 1);
  const added = held.find((each) => each["status"] === "En attente");
  const visits = await callers.erpnext.list("Dispatch Job", [["service_location", "=", caller.place], ["status", "=", "Open"]]);
  const carried = await Promise.all(visits.map(async ({ name }) => (await callers.erpnext.get("Dispatch Job", name))["equipment_list"] as { service_equipment: string }[]));
  expect(carried.flat().map(({ service_equipment }) => service_equipment)).toEqual([added?.name]);
  expect((await newInvoices(before)).map(({ cents }) => cents)).toEqual([price]);
  await office.stop();
});
