import { expect, test } from "@playwright/test";
import type { APIRequestContext } from "@playwright/test";
import type { DeviceHistory, DeviceState } from "@gigafibre/contracts/devices";
import type { CustomerOverview } from "@gigafibre/contracts/customer-360";
import { aVisit, signedIn } from "../field/technician.ts";
import { ErpnextReader, messagesAbout, STANDS } from "../read-back.ts";
import { CustomerPage } from "./customer-page.ts";
import { AGENT, DISPATCHER, faultsOf, Office } from "./office.ts";

let customer: string;
let order: string;
let agent: APIRequestContext;
test.beforeAll(async ({ playwright, baseURL }) => {
  test.setTimeout(240_000);
  const visit = await aVisit(playwright.request, baseURL ?? "");
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: baseURL ?? "" }));
  const [job] = await erpnext.list("Dispatch Job", [["order_id", "=", visit.order]]);
  customer = String(job?.["customer"]);
  order = visit.order;
  agent = await signedIn(playwright.request, baseURL ?? "", AGENT);
  await expect.poll(async () => (await erpnext.list("Sales Invoice", [["order_id", "=", order], ["docstatus", "=", 1]])).length, STANDS).toBe(1);
});

test("a search opens the customer with all of theirs on one page, and brings what was sought into view", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(AGENT);
  await office.press("Control+k");
  await office.page.getByRole("combobox", { name: "Trouver" }).fill(customer);
  await expect(office.page.getByRole("group", { name: "Clients" }).getByRole("option").first()).toBeVisible({ timeout: 20_000 });
  const asked: string[] = [];
  office.page.on("request", (request) => {
    if (/\/api\//.test(request.url())) asked.push(new URL(request.url()).pathname);
  });
  await office.press("Enter");
  await expect(office.heading(new RegExp(customer.split(" ")[0] ?? ""))).toBeVisible();
  // What the page shows comes with one answer; what may be edited, and the past of the light, with what follows it.
  expect(asked.filter((path) => /overview$/.test(path))).toHaveLength(1);
  const billing = office.page.getByRole("region", { name: "Factures et paiements" });
  await expect(billing.getByRole("row").filter({ hasText: "À payer" })).toBeVisible();
  await expect(office.page.getByRole("region", { name: "Commandes" })).toContainText(order);
  const place = office.page.getByRole("article").first();
  await expect(place).toContainText("ONT");
  await expect(place).toContainText("À poser");
  const thread = office.page.getByRole("region", { name: "Du plus récent au plus ancien" });
  await expect(thread).toContainText("Votre commande est confirmée");
  await office.button("Visites").click();
  await expect(thread.getByRole("listitem").first()).toContainText("Installation");
  await expect(thread).not.toContainText("Votre commande est confirmée");

  const overview = (await (await agent.get(`/api/customers/${encodeURIComponent(customer)}/overview`)).json()) as CustomerOverview;
  const invoice = overview.invoices?.rows[0]?.name ?? "";
  await office.press("Control+k");
  await office.page.getByRole("combobox", { name: "Trouver" }).fill(invoice);
  await expect(office.page.getByRole("group", { name: "Factures" }).getByRole("option").first()).toBeVisible({ timeout: 20_000 });
  await office.press("Enter");
  await expect(office.page.locator(".sought")).toContainText(invoice);
  await office.stop();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 1024] as const) {
    test(`a customer's page has no violation that axe can find (${colorScheme}, ${width})`, async ({ browser, baseURL }) => {
      test.setTimeout(180_000);
      const page = await CustomerPage.open(browser, baseURL ?? "", customer, { colorScheme, width });
      const found = await faultsOf(page.office.page, `customer-${colorScheme}-${width}`);
      await page.value("Ville").click();
      found.push(...(await faultsOf(page.office.page, `customer-editing-${colorScheme}-${width}`)));
      await page.office.press("Escape");
      await page.office.button(/^Détails: Routeur/).first().click();
      await page.value("Langue préférée").click();
      found.push(...(await faultsOf(page.office.page, `customer-details-${colorScheme}-${width}`)));
      expect(found).toEqual([]);
      await page.office.stop();
    });
  }
}

test("a note and an SMS are written where the history is read; a refusal and a reload lose neither", async ({ browser, baseURL, request }) => {
  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const { page: screen } = page.office;
  const note = `Rappeler vendredi ${crypto.randomUUID().slice(0, 8)}`;
  await screen.getByLabel("Note pour l'équipe").fill(note);
  await screen.route("**/notes", (route) => route.abort());
  await page.office.button("Garder la note").click();
  await expect(screen.getByRole("alert")).toContainText("Rien de ce que vous avez écrit n'est perdu");
  await screen.reload();
  await expect(screen.getByLabel("Note pour l'équipe")).toHaveValue(note);
  await screen.unroute("**/notes");
  await screen.getByLabel("Note pour l'équipe").press("Control+Enter");
  const first = page.thread.getByRole("listitem").first();
  await expect(first).toContainText(note);
  await expect(first).toContainText("Vous");

  const said = `Nous passons demain ${crypto.randomUUID().slice(0, 8)}`;
  await page.office.button("SMS").click();
  await screen.getByLabel("SMS au client").fill(said);
  await screen.getByRole("button", { name: "Envoyer", exact: true }).click();
  await expect(page.thread.getByRole("listitem").filter({ hasText: said })).toContainText(/Part bientôt|Envoyé|Livré/);
  await expect.poll(async () => (await messagesAbout(request, said)).length, STANDS).toBe(1);
  await page.office.stop();
});

test("a payment link leaves by SMS from the invoice; a card that waits for nothing is not charged", async ({ browser, baseURL, request }) => {
  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const before = (await messagesAbout(request, order)).filter(({ text }) => /\/pay\//.test(text)).length;
  await page.office.button(/^Envoyer un lien de paiement: /).first().click();
  await page.office.page.getByRole("menuitem", { name: "Par SMS" }).click();
  await expect(page.office.page.getByRole("status").filter({ hasText: /^Le lien pour .* part par SMS\.$/ })).toBeVisible();
  await expect.poll(async () => (await messagesAbout(request, order)).filter(({ text }) => /\/pay\//.test(text)).length, STANDS).toBe(before + 1);
  await expect(page.office.button(/^Prélever la carte/)).toHaveCount(0);
  await page.office.stop();
});

test("what happens elsewhere is on the page without a reload: a ticket that is new, a change, a status", async ({ browser, baseURL }) => {
  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const subject = `Panne de télé ${crypto.randomUUID().slice(0, 8)}`;
  await expect(page.office.page.getByRole("status").filter({ hasText: "En direct" })).toBeVisible();
  const made = await agent.post("/api/resource/Issue", { data: { subject, customer } });
  expect(made.ok(), await made.text()).toBe(true);
  await expect(page.thread.getByRole("listitem").filter({ hasText: subject })).toBeVisible({ timeout: 30_000 });
  await page.office.stop();
});

test("a device says what it is now and was for 90 days, does what it is asked once one is sure, and tells its WiFi to whoever asks", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  const at = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  const state = {
    serial: "RCMG00C0FFEE", equipment: null, online: true, last_seen: at(0), last_boot: at(9), ip: "100.64.0.9", mac: null, product_class: "HT803G-W", firmware: "V2.4", rx_power_dbm: -26.4, signal: "weak",
    uptime_s: 9 * 86_400, provisioned: "current", provisioned_at: at(9), live: null, actions: [{ action: "reboot", asked_by: DISPATCHER, asked_at: at(1), outcome: "done", reason: null }],
  } satisfies DeviceState;
  const history = {
    serial: state.serial, from: at(90), step_s: 86_400, thresholds: { warning_dbm: -25, critical_dbm: -27 },
    points: Array.from({ length: 90 }, (_, day) => ({ at: at(90 - day), rx_power_dbm: -20 - day / 15, rx_min_dbm: -20.5 - day / 15, rx_max_dbm: -19.5 - day / 15, uptime_s: 1, boots: 0 })),
  } satisfies DeviceHistory;
  await office.page.route("**/overview", async (route) => {
    const answer = await route.fetch();
    const overview = (await answer.json()) as CustomerOverview;
    const ont = overview.locations?.[0]?.equipment?.find((each) => each["equipment_type"] === "ONT");
    if (ont) ont.device = { serial: state.serial, online: true, ip: state.ip, firmware: state.firmware, rx_power_dbm: state.rx_power_dbm, signal: "weak", last_inform: state.last_seen };
    await route.fulfill({ json: overview });
  });
  const acts: unknown[] = [];
  await office.page.route("**/api/devices/**", (route) => {
    const { pathname, search } = new URL(route.request().url());
    if (pathname.endsWith("/history")) return route.fulfill({ json: history });
    if (pathname.endsWith("/wifi-password")) return route.fulfill({ json: { equipment: "x", ssid: "Chez Rose", password: "mot-de-passe-1" } });
    if (pathname.endsWith("/actions")) {
      acts.push(route.request().postDataJSON());
      return route.fulfill({ json: { answer: { outcome: "offline", reason: "no_answer" }, message: { fr: "L'appareil ne répond pas.", en: "The device does not answer." } } });
    }
    return route.fulfill({ json: search.includes("live=true") ? { ...state, live: { answer: { outcome: "done" }, values: [{ path: "Device.Hosts.HostNumberOfEntries", value: "7", at: null }] } } : state });
  });
  await office.signIn(AGENT, `/ops/clients/${encodeURIComponent(customer)}`);
  const device = office.page.getByRole("listitem").filter({ hasText: state.serial }).first();
  await expect(device).toContainText("En ligne");
  await expect(device).toContainText("−26,4 dBm");
  await expect(device.getByRole("img", { name: /^Signal de −26,4 dBm à −19,5 dBm depuis/ })).toBeVisible();
  await office.button(`Lire maintenant: ${state.serial}`).click();
  await expect(device).toContainText("Clients");
  await expect(device).toContainText("HostNumberOfEntries");
  await office.page.mouse.move(0, 0);
  await expect(office.page.getByRole("tooltip")).toHaveCount(0);
  expect(await faultsOf(office.page, "customer-device-light-1440")).toEqual([]);
  await device.getByRole("button", { name: "Redémarrer" }).click();
  await office.button("Ne rien faire").click();
  expect(acts).toEqual([]);
  await device.getByRole("button", { name: "Redémarrer" }).click();
  await office.button("Confirmer").click();
  await expect(device.getByRole("status")).toContainText("L'appareil ne répond pas.");
  expect(acts).toEqual([{ action: "reboot" }]);
  await device.getByRole("button", { name: "Montrer le mot de passe WiFi" }).click();
  await expect(device).toContainText("mot-de-passe-1");
  await device.getByRole("button", { name: "Cacher" }).click();
  await expect(device).not.toContainText("mot-de-passe-1");
  await office.stop();
});

test("somebody who is not there, and a hub that does not answer, are said with what to do next", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(AGENT, "/ops/clients/Personne");
  await expect(office.page.getByRole("alert")).toContainText("n'existe pas");
  await office.page.route("**/overview", (route) => route.fulfill({ status: 500, body: "{}" }));
  await office.page.goto(`/ops/clients/${encodeURIComponent(customer)}`);
  await expect(office.button("Réessayer")).toBeVisible();
  await office.page.unroute("**/overview");
  await office.button("Réessayer").click();
  await expect(office.heading(new RegExp(customer.split(" ")[0] ?? ""))).toBeVisible();
  await office.stop();
});
