import { expect, test } from "@playwright/test";
import { ErpnextReader } from "../read-back.ts";
import { DISPATCHER, Office } from "./office.ts";

test("a session that ends is a pause: what was asked is answered after signing in again, and what was typed is still there", async ({ browser, baseURL, playwright }) => {
  const url = baseURL ?? "";
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: url }));
  const [customer] = await erpnext.list("Customer", [["customer_type", "=", "Individual"]]);
  const name = String(customer?.["name"]);
  const office = await Office.start(browser, url);
  await office.signIn();
  await office.context.clearCookies();
  await office.press("Control+k");
  const box = office.page.getByRole("combobox", { name: "Trouver" });
  await box.fill(name);
  const again = office.dialog("Votre session est terminée");
  await expect(again).toContainText("Tout ce que vous avez écrit est encore là");
  await again.getByLabel("Mot de passe", { exact: true }).fill("faux");
  await again.getByRole("button", { name: "Se connecter" }).click();
  await expect(again.getByRole("alert")).toContainText("ne vont pas ensemble");
  await again.getByLabel("Mot de passe", { exact: true }).fill("demo");
  await again.getByRole("button", { name: "Se connecter" }).click();
  await expect(again).toHaveCount(0);
  await expect(box).toHaveValue(name);
  await expect(office.page.getByRole("group", { name: "Clients" }).getByRole("option").first()).toContainText(name);
  await office.stop();
});

test("somebody else at the same screen starts from the way in", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(DISPATCHER);
  await office.context.clearCookies();
  await office.press("Control+k");
  await office.page.getByRole("combobox", { name: "Trouver" }).fill("tremblay");
  await office.dialog("Votre session est terminée").getByRole("button", { name: "Ce n'est pas vous? Quitter" }).click();
  await expect(office.page.getByLabel("Courriel")).toHaveValue("");
  await expect(office.rail).toHaveCount(0);
  await office.stop();
});
