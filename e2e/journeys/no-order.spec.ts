import { expect, test } from "@playwright/test";
import { anAddress } from "./addresses.ts";
import { OrderPage, somebody } from "./order-page.ts";
import { ErpnextReader, STANDS } from "./read-back.ts";

test("where fibre does not reach, a person leaves an e-mail once and is one Lead, however often they ask", async ({ page, request }) => {
  const address = await anAddress(request, "not_served");
  const { email } = somebody();
  for (let time = 0; time < 2; time += 1) {
    await page.goto("/");
    await new OrderPage(page).search(address.label, address.label);
    await expect(page.getByRole("heading", { name: "La fibre ne se rend pas encore chez vous." })).toBeVisible();
    await page.getByLabel("Courriel").fill(email);
    await page.getByRole("button", { name: "M'aviser" }).click();
    await expect(page.getByText(/C'est noté/)).toBeVisible();
  }
  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(() => erpnext.list("Lead", [["email_id", "=", email]]), STANDS).toHaveLength(1);
});

test("at an address in service, somebody moving in is a Lead and not an order", async ({ page, request }) => {
  const address = await anAddress(request, "occupied");
  const person = somebody("Emma Ménage");
  await page.goto("/");
  await new OrderPage(page).search(address.label, address.label);
  await page.getByText("J'emménage à cette adresse").click();
  await page.getByLabel("Votre nom").fill(person.name);
  await page.getByLabel("Courriel").fill(person.email);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await expect(page.getByText(/C'est reçu/)).toBeVisible();
  const erpnext = await ErpnextReader.signIn(request);
  await expect.poll(() => erpnext.list("Lead", [["email_id", "=", person.email]]), STANDS).toMatchObject([{ interest: "Move-in" }]);
});

test("nonsense in the address box is answered kindly", async ({ page }) => {
  await page.goto("/");
  const box = page.getByRole("combobox", { name: "Votre adresse" });
  await box.fill("zzzz %_' qqqq 99999");
  await expect(page.getByText(/Aucune adresse n'y ressemble/).first()).toBeVisible();
});
