import { expect, test } from "@playwright/test";
import type { APIRequestContext, Page } from "@playwright/test";
import { STANDS } from "../read-back.ts";
import { CustomerPage } from "./customer-page.ts";
import { AGENT, faultsOf } from "./office.ts";

type Row = Readonly<Record<string, unknown>> & { readonly name: string };

async function list(agent: APIRequestContext, doctype: string, filters: unknown[][], fields: string[]): Promise<Row[]> {
  const query = new URLSearchParams({ filters: JSON.stringify(filters), fields: JSON.stringify(fields), limit_page_length: "0", order_by: "creation asc" });
  const answer = await agent.get(`/api/resource/${encodeURIComponent(doctype)}?${query.toString()}`);
  expect(answer.status(), await answer.text()).toBe(200);
  return ((await answer.json()) as { data: Row[] }).data;
}

/** Opens a menu and picks from it with the keyboard only. */
async function choose(page: Page, menu: string | RegExp, item: string): Promise<void> {
  await page.getByRole("button", { name: menu }).first().press("Enter");
  await page.getByRole("menuitem", { name: item }).press("Enter");
}

test("the calls of every day, by keyboard: a ticket and its visit; suspended and taken up again with the sum said before; a router replaced; and cancelled", async ({ browser, playwright, baseURL }) => {
  test.setTimeout(180_000);
  const origin = new URL(baseURL ?? "").origin;
  const agent = await playwright.request.newContext({ baseURL: origin, extraHTTPHeaders: { origin } });
  expect((await agent.post("/api/method/login", { form: { usr: AGENT, pwd: "demo" } })).ok()).toBe(true);
  const places = await list(agent, "Service Location", [["status", "=", "Active"]], ["name", "customer", "address_line"]);
  const routers = await list(agent, "Service Equipment", [["equipment_type", "=", "Routeur"], ["status", "=", "Actif"]], ["name", "service_location", "mac_address"]);
  const place = places.find(({ name }) => routers.some(({ service_location }) => service_location === name));
  if (!place) throw new Error("no active place with a router on the demo site");
  const status = async (): Promise<unknown> => (await list(agent, "Service Location", [["name", "=", place.name]], ["name", "status"]))[0]?.["status"];

  const { office } = await CustomerPage.open(browser, baseURL ?? "", String(place["customer"]));
  const { page } = office;
  const dialog = page.getByRole("dialog");
  const actions = /^Actions du lieu/;

  const subject = `Lenteur ${Date.now() % 100_000}`;
  await choose(page, "Actions du client", "Ouvrir un billet");
  await dialog.getByLabel("Sujet").fill(subject);
  await dialog.getByLabel("Texte").fill("Depuis ce matin.");
  expect(await faultsOf(page, "calls-ticket-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Ouvrir" }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  const [issue] = await list(agent, "Issue", [["subject", "=", subject]], ["name", "customer"]);
  expect(issue?.["customer"]).toBe(place["customer"]);

  await expect(page.getByText(subject).first()).toBeVisible(STANDS);
  await choose(page, "Actions du client", "Visite de réparation");
  await dialog.getByLabel("Notes pour le technicien").fill("Voir le signal");
  await dialog.getByRole("button", { name: "Créer la visite" }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect((await list(agent, "Issue", [["name", "=", issue?.name]], ["name", "dispatch_job"]))[0]?.["dispatch_job"]).toBeTruthy();

  await choose(page, actions, "Suspendre le service");
  await expect(dialog.getByText(/Crédit|Rien à payer/)).toBeVisible(STANDS);
  expect(await faultsOf(page, "calls-suspend-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Suspendre" }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect(await status()).toBe("Suspended");

  await expect.poll(async () => {
    await page.getByRole("button", { name: actions }).first().click();
    const there = await page.getByRole("menuitem", { name: "Reprendre le service" }).isVisible();
    await page.keyboard.press("Escape");
    return there;
  }, STANDS).toBe(true);
  await choose(page, actions, "Reprendre le service");
  await expect(dialog.getByText(/À payer|Rien à payer/)).toBeVisible(STANDS);
  await dialog.getByRole("button", { name: "Reprendre" }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect(await status()).toBe("Active");

  const router = routers.find(({ service_location }) => service_location === place.name);
  await page.getByRole("button", { name: /^Remplacer Routeur/ }).first().press("Enter");
  const mac = `403F8C${(Date.now() % 0xff_ffff).toString(16).toUpperCase().padStart(6, "0")}`;
  await dialog.getByLabel("Adresse MAC").fill(mac);
  expect(await faultsOf(page, "calls-swap-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Remplacer" }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect((await list(agent, "Service Equipment", [["name", "=", router?.name]], ["name", "status"]))[0]?.["status"]).toBe("Défectueux");

  await expect.poll(async () => {
    await page.getByRole("button", { name: actions }).first().click();
    const there = await page.getByRole("menuitem", { name: "Annuler le service" }).isVisible();
    await page.keyboard.press("Escape");
    return there;
  }, STANDS).toBe(true);
  await choose(page, actions, "Annuler le service");
  await expect(dialog.getByText(/remboursés sur la carte|Aucun remboursement/)).toBeVisible(STANDS);
  expect(await faultsOf(page, "calls-cancel-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Annuler pour de bon" }).press("Enter");
  await expect(dialog).toBeHidden(STANDS);
  expect(await status()).toBe("Cancelled");
  await office.stop();
  await agent.dispose();
});
