import { expect, test } from "@playwright/test";
import { STANDS } from "../read-back.ts";
import { callersOf, choose } from "./callers.ts";
import { CustomerPage } from "./customer-page.ts";
import { faultsOf } from "./office.ts";

test("two customers that are one are merged: places, visits and orders are the one's, and of two cards the one that is picked stays", async ({ browser, playwright, baseURL }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 240_000);
  const callers = await callersOf(playwright.request, new URL(baseURL ?? "").origin);
  const { erpnext } = callers;
  const [into, from] = [await callers.ordered("Rose Unique", { card: true }), await callers.ordered("Rose Double", { card: true })];
  const cardOf = async (customer: string): Promise<unknown> => (await erpnext.get("Customer", customer))["stripe_payment_method"];
  const card = await cardOf(from.customer);
  const customer = await CustomerPage.open(browser, baseURL ?? "", into.customer, { colorScheme: "dark" });
  const { office } = customer;
  const { page } = office;
  const dialog = page.getByRole("dialog");
  await choose(page, "Actions du client", "Fusionner avec un doublon");
  const confirm = dialog.getByRole("button", { name: "Fusionner", exact: true });
  await expect(confirm).toBeDisabled();
  await dialog.getByLabel("L'autre client (son numéro)").fill("Personne du tout");
  await confirm.click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await dialog.getByLabel("L'autre client (son numéro)").fill(from.customer);
  await confirm.click();
  await expect(dialog.getByRole("alert")).toContainText("Les deux clients ont une carte", STANDS);
  expect((await erpnext.list("Customer", [["name", "=", from.customer]])).length).toBe(1);
  await dialog.getByRole("radio", { name: "Celle de l'autre" }).click();
  expect(await faultsOf(page, "calls-merge-dark-1440")).toEqual([]);
  // Its answer is lost, and the page is left: it is come back to, and told how it ended.
  await page.route("**/api/calls/merge", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await confirm.click();
  const unanswered = dialog.getByText("Une fusion demandée d'ici n'a pas encore eu de réponse");
  await expect(unanswered).toBeVisible(STANDS);
  await page.reload();
  await expect(unanswered).toBeVisible(STANDS);
  await confirm.click();
  await expect(dialog).toBeHidden(STANDS);
  expect(await erpnext.list("Customer", [["name", "=", from.customer]])).toEqual([]);
  for (const [doctype, both] of [["Service Location", [from.place, into.place]], ["Dispatch Job", [from.job, into.job]]] as const) {
    expect((await erpnext.list(doctype, [["customer", "=", into.customer]])).map(({ name }) => name).sort()).toEqual([...both].sort());
  }
  expect(await cardOf(into.customer)).toBe(card);
  await expect(customer.region("Commandes")).toContainText(from.order, STANDS);
  await expect(page.getByRole("region", { name: "Lieux de service" }).getByRole("article")).toHaveCount(2);
  await expect(customer.thread.getByRole("listitem").filter({ hasText: /Fusion demandée par Agathe Lalonde: tout ce qui était à « Rose Double/ })).toBeVisible(STANDS);
  await office.stop();
  await callers.close();
});
