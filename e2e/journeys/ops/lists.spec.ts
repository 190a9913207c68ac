import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import type { Locator } from "@playwright/test";
import { somebody } from "../order-page.ts";
import { ErpnextReader } from "../read-back.ts";
import { AGENT, DISPATCHER, faultsOf, Office } from "./office.ts";

const table = (office: Office): Locator => office.page.getByRole("table");
const rowOf = (office: Office, text: string | RegExp): Locator => table(office).getByRole("row").filter({ hasText: text });

/** Locations of one customer, told apart by their street. */
async function places(erpnext: ErpnextReader, count: number): Promise<{ tag: string; names: string[] }> {
  const tag = `Liste${Date.now().toString(36)}`;
  const customer = await erpnext.insert("Customer", { customer_name: somebody(`Rang ${tag}`).name, customer_type: "Individual", customer_group: "Résidentiel" });
  const names: string[] = [];
  for (let number = 1; number <= count; number += 1) {
    const place = await erpnext.insert("Service Location", { customer: customer.name, address_line: `${number} rang ${tag}`, city: number % 2 ? "Hemingford" : "Elgin", connection_type: "FTTH", status: "Pending Install" });
    names.push(place.name);
  }
  return { tag, names };
}

test("a list is searched, filtered, sorted and shaped by the address, kept as a view, and walked by the keyboard", async ({ browser, request, baseURL }) => {
  test.setTimeout(120_000);
  const erpnext = await ErpnextReader.signIn(request);
  const { tag } = await places(erpnext, 4);
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(AGENT, "/ops/");
  await office.press("g l");
  await office.page.getByRole("navigation", { name: "Listes" }).getByRole("link", { name: "Lieux" }).click();
  await expect(office.heading("Lieux")).toBeVisible();
  await expect(table(office)).toBeVisible();
  await office.press("/");
  await office.page.keyboard.type(tag);
  await expect(office.page.getByText("4 lignes", { exact: true })).toBeVisible();
  expect(new URL(office.page.url()).searchParams.get("q")).toBe(tag);

  await office.button("Filtrer").click();
  const filter = office.dialog("Filtrer");
  await filter.getByLabel("Champ").selectOption({ label: "Ville" });
  await filter.getByLabel("Valeur").fill("Elgin");
  await filter.getByRole("button", { name: "Ajouter" }).click();
  await expect(office.page.getByText("2 lignes", { exact: true })).toBeVisible();
  await table(office).getByRole("button", { name: /^Adresse/ }).click();
  await expect(table(office).getByRole("columnheader", { name: /^Adresse/ })).toHaveAttribute("aria-sort", "descending");
  await expect(table(office).getByRole("row").nth(1)).toContainText(`4 rang ${tag}`);
  await office.button("Colonnes").click();
  await office.dialog("Colonnes").getByRole("checkbox", { name: "Zone tarifaire" }).check();
  await office.press("Escape");
  await expect(table(office).getByRole("columnheader", { name: /Zone tarifaire/ })).toBeVisible();

  await office.button("Vues").click();
  await office.dialog("Vues").getByLabel("Nom de la vue").fill(`Elgin ${tag}`);
  await office.dialog("Vues").getByRole("button", { name: "Garder cette vue" }).click();
  await expect(office.dialog("Vues").getByRole("button", { name: `Elgin ${tag}`, exact: true })).toBeVisible();
  await office.press("Escape");
  expect(await faultsOf(office.page, "lists-light-1440")).toEqual([]);

  // The address is the list: reloaded, and gone back from.
  await office.page.reload();
  await expect(office.page.getByText("2 lignes", { exact: true })).toBeVisible();
  await expect(table(office).getByRole("row").nth(1)).toContainText(`4 rang ${tag}`);
  await office.page.getByRole("list", { name: "Filtres" }).getByRole("button").click();
  await expect(office.page.getByText("4 lignes", { exact: true })).toBeVisible();
  await office.page.goBack();
  await expect(office.page.getByText("2 lignes", { exact: true })).toBeVisible();

  await office.page.getByRole("region", { name: "Lieux" }).focus();
  await office.press("j x");
  await expect(office.page.getByRole("region", { name: "Avec les lignes choisies" })).toContainText("1 choisie");
  await office.press("k x");
  await expect(office.page.getByRole("region", { name: "Avec les lignes choisies" })).toContainText("2 choisies");
  await office.stop();

  // Kept in ERPNext: there in another browser.
  const other = await Office.start(browser, baseURL ?? "", { colorScheme: "dark", width: 1024 });
  await other.signIn(AGENT, "/ops/listes/lieux");
  await other.button("Vues").click();
  await other.dialog("Vues").getByRole("button", { name: `Elgin ${tag}`, exact: true }).click();
  await expect(other.page.getByText("2 lignes", { exact: true })).toBeVisible();
  expect(await faultsOf(other.page, "lists-dark-1024")).toEqual([]);
  await other.button("Vues").click();
  await other.dialog("Vues").getByRole("button", { name: `Oublier la vue Elgin ${tag}` }).click();
  await expect(other.dialog("Vues").getByRole("button", { name: `Elgin ${tag}`, exact: true })).toHaveCount(0);
  await other.stop();
});

test("what is ticked is changed in one go, what is refused is named and stays ticked; a cell is edited where it stands, and others see it", async ({ browser, request, baseURL }) => {
  test.setTimeout(120_000);
  const erpnext = await ErpnextReader.signIn(request);
  const { tag, names } = await places(erpnext, 3);
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(AGENT, `/ops/listes/lieux?q=${tag}`);
  const other = await Office.start(browser, baseURL ?? "");
  await other.signIn(DISPATCHER, `/ops/listes/lieux?q=${tag}`);
  await expect(other.page.getByText("3 lignes", { exact: true })).toBeVisible();
  await expect(office.page.getByText("3 lignes", { exact: true })).toBeVisible();
  for (const name of names) await table(office).getByRole("checkbox", { name: `Choisir ${name}` }).check();
  // Somebody was faster with one of them.
  await erpnext.update("Service Location", names[1] ?? "", { municipality: "Franklin" });
  await office.page.route(`**/api/resource/Service%20Location/${names[1]}`, (route) => route.fulfill({ status: 417, json: { exc_type: "TimestampMismatchError", exception: "frappe.exceptions.TimestampMismatchError: Document has been modified" } }), { times: 1 });
  await office.button("Changer un champ").click();
  const dialog = office.dialog("Changer un champ");
  await dialog.getByLabel("Champ").selectOption({ label: "Ville" });
  await dialog.getByRole("textbox", { name: "Ville" }).fill("Havelock");
  await dialog.getByRole("button", { name: "Appliquer" }).click();
  await expect(dialog.getByRole("alert")).toContainText(names[1] ?? "");
  expect(await faultsOf(office.page, "lists-bulk-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Fermer" }).click();
  await expect(office.page.getByRole("region", { name: "Avec les lignes choisies" })).toContainText("1 choisie");
  await expect.poll(async () => (await erpnext.list("Service Location", [["name", "in", names]], ["name", "city"])).filter(({ city }) => city === "Havelock").length).toBe(2);
  await expect(rowOf(other, "Havelock")).toHaveCount(2, { timeout: 20_000 });

  // In the cell.
  const cell = rowOf(office, `1 rang ${tag}`).getByRole("cell", { name: "Havelock" });
  await cell.dblclick();
  await office.page.getByRole("textbox", { name: /Ville/ }).fill("Ormstown");
  await office.press("Enter");
  await expect.poll(async () => (await erpnext.get("Service Location", names[0] ?? ""))["city"]).toBe("Ormstown");
  await expect(rowOf(other, "Ormstown")).toHaveCount(1, { timeout: 20_000 });
  await Promise.all([office.stop(), other.stop()]);
});

test("a list is exported whole, for a spreadsheet, no cell a formula; what a role may not read is no list", async ({ browser, request, baseURL }) => {
  const erpnext = await ErpnextReader.signIn(request);
  const { tag, names } = await places(erpnext, 2);
  await erpnext.update("Service Location", names[0] ?? "", { city: "=1+1; \"x\"" });
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(DISPATCHER, `/ops/listes/lieux?q=${tag}&c=address_line,city`);
  await expect(office.page.getByText("2 lignes", { exact: true })).toBeVisible();
  const [download] = await Promise.all([office.page.waitForEvent("download"), office.button("Exporter").click()]);
  expect(download.suggestedFilename()).toMatch(/^lieux-\d{4}-\d\d-\d\d\.csv$/);
  const csv = await readFile(await download.path(), "utf8");
  expect(csv).toBe(`\uFEFFAdresse civique;Ville\r\n1 rang ${tag};"'=1+1; ""x"""\r\n2 rang ${tag};Elgin\r\n`);
  await office.page.getByRole("navigation", { name: "Listes" }).getByRole("link", { name: "Factures" }).click();
  await expect(office.page.getByText("Votre rôle ne lit pas cette liste dans ERPNext.")).toBeVisible();
  await office.stop();
});

test("of 50,000 rows only those in sight are drawn and asked for, wherever it is scrolled", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(AGENT);
  const asked: number[] = [];
  await office.page.route("**/api/method/frappe.desk.reportview.get_count", (route) => route.fulfill({ json: { message: 50_000 } }));
  await office.page.route("**/api/method/frappe.client.get_list", (route) => {
    const { doctype, limit_start: start, limit_page_length: length } = route.request().postDataJSON() as { doctype: string; limit_start: number; limit_page_length: number };
    if (doctype !== "Service Location") return route.continue();
    asked.push(start);
    return route.fulfill({ json: { message: Array.from({ length: Math.max(0, Math.min(length, 50_000 - start)) }, (_, index) => ({ name: `LOC-${start + index + 1}`, modified: "2026-01-05 08:00:00.000000", address_line: `${start + index + 1} rang Long`, city: "Elgin", status: "Active" })) } });
  });
  await office.page.goto("/ops/listes/lieux");
  await expect(rowOf(office, /^1 rang Long/)).toBeVisible();
  const region = office.page.getByRole("region", { name: "Lieux" });
  await region.focus();
  await office.press("End");
  await expect(rowOf(office, "50000 rang Long")).toBeInViewport();
  await office.page.evaluate("(() => { const box = document.querySelector('[role=region][tabindex]'); box.scrollTop = box.scrollHeight / 2; })()");
  await expect(rowOf(office, "25010 rang Long")).toBeVisible();
  expect(await table(office).getByRole("row").count()).toBeLessThan(80);
  expect(asked.length).toBeLessThan(10);
  await office.press("Home");
  await expect(rowOf(office, /^1 rang Long/)).toBeInViewport();

  // All of them in one file, told of while it is read; stopped, there is none.
  await office.page.route("**/api/method/frappe.client.get_list", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await route.fallback();
  });
  const told = office.page.getByRole("status").filter({ hasText: /lignes sur 50\s000/ });
  await office.button("Exporter").click();
  await expect(told).toBeVisible();
  await office.button("Arrêter").click();
  await expect(told).toHaveCount(0);
  const [download] = await Promise.all([office.page.waitForEvent("download", { timeout: 60_000 }), office.button("Exporter").click()]);
  const lines = (await readFile(await download.path(), "utf8")).split("\r\n");
  expect([lines.length, lines[50_000]?.split(";")[0]]).toEqual([50_002, "50000 rang Long"]);
  await office.stop();
});
