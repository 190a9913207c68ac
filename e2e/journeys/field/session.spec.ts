import { expect, test } from "@playwright/test";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { stamp } from "./screens.ts";
import { aVisit, Phone, signedIn } from "./technician.ts";

test("a session that ends loses nothing, and an update waits for what is unsent", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(180_000);
  const url = baseURL ?? "";
  const { job, customer } = await aVisit(playwright.request, url);
  const phone = await Phone.start(browser, url);
  await phone.signIn();
  await phone.page.getByText(customer).click();
  await expect(phone.heading(customer)).toBeVisible();
  await phone.context.clearCookies();

  await phone.note("Le chien est gentil");
  await expect(phone.banner).toContainText("Connectez-vous pour envoyer · 1 à envoyer");
  phone.line.added.set("/field/sw.js", "\n// the next version\n");
  await phone.page.evaluate("navigator.serviceWorker.getRegistration().then((each) => each.update()).then(() => null)");
  await expect(phone.page.getByText("Elle sera proposée quand tout sera envoyé.")).toBeVisible();
  await expect(phone.button("Mettre à jour")).toHaveCount(0);

  await expect(phone.page.getByText("Le chien est gentil")).toBeVisible();
  await expect(phone.banner).toContainText("Connectez-vous pour envoyer");
  await phone.banner.click();
  await phone.sheet("Votre session est terminée").getByLabel("Mot de passe", { exact: true }).fill("demo");
  await phone.button("Se connecter").click();
  await expect(phone.banner).toContainText("Tout est envoyé", STANDS);
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: url }));
  expect((await erpnext.get("Dispatch Job", job))["notes"]).toContain("Le chien est gentil");

  await phone.button("Mettre à jour").click();
  await expect(phone.button("Mettre à jour")).toHaveCount(0);
  await expect(phone.heading(customer)).toBeVisible();
  await phone.stop();
});

test("signing out warns of what is unsent, keeps it, and takes the days and their passwords off the phone", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(180_000);
  const url = baseURL ?? "";
  const { job, customer } = await aVisit(playwright.request, url);
  const phone = await Phone.start(browser, url);
  await phone.signIn();
  await phone.page.getByText(customer).click();
  await phone.goUnderground();
  await phone.note("Porte arrière");
  const carried = (): Promise<string> => phone.page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open("gigafibre-field");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const all = opening.result.transaction("days").objectStore("days").getAll();
      all.onsuccess = () => { opening.result.close(); resolve(JSON.stringify(all.result)); };
    };
  })`);
  expect(await carried()).toContain('"password"');
  await phone.page.getByRole("link", { name: "Réglages" }).click();
  await phone.button("Se déconnecter").click();
  await expect(phone.sheet("Se déconnecter?")).toContainText("Une action n'est pas encore envoyée");
  await phone.sheet("Se déconnecter?").getByRole("button", { name: "Se déconnecter" }).click();
  await expect(phone.page.getByLabel("Courriel")).toBeVisible();
  expect(await carried()).toBe("[]");

  await phone.comeUp();
  await phone.signIn();
  await expect(phone.banner).toContainText("Tout est envoyé", STANDS);
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: url }));
  expect((await erpnext.get("Dispatch Job", job))["notes"]).toContain("Porte arrière");
  await phone.stop();
});

test("what is refused is shown at its visit and can be corrected there; work on a visit given to somebody else is kept for dispatch", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(180_000);
  const url = baseURL ?? "";
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: url }));
  const [elsewhere] = await erpnext.list("Service Equipment", [["equipment_type", "=", "ONT"], ["gpon_sn", "like", "RCMG%"], ["status", "=", "Actif"]]);
  const { job, customer } = await aVisit(playwright.request, url);
  const phone = await Phone.start(browser, url);
  await phone.signIn();
  await phone.page.getByText(customer).click();
  await phone.button("Numériser: ONT").first().click();
  await phone.type(String(elsewhere?.["gpon_sn"]));
  await expect(phone.heading("À régler dans cette visite")).toBeVisible(STANDS);
  await expect(phone.banner).toContainText("1 refusée");
  await phone.banner.click();
  await expect(phone.heading("À envoyer")).toBeVisible();
  await phone.button("Corriger").click();
  const serial = `RCMG${stamp()}`;
  await phone.type(serial);
  await expect(phone.banner).toContainText("Tout est envoyé", STANDS);
  await expect(phone.page.getByText(serial).first()).toBeVisible();

  await phone.goUnderground();
  await phone.note("Faite quand même");
  const office = await signedIn(playwright.request, url, "dispatch@gigafibre.test");
  expect((await office.put(`/api/resource/Dispatch Job/${job}`, { data: { assigned_to: "tech2@gigafibre.test" } })).ok()).toBe(true);
  await phone.comeUp();
  await expect(phone.page.getByText("L'appareil ne porte plus cette visite.")).toBeVisible(STANDS);
  await phone.banner.click();
  await expect(phone.page.getByText("Gardée pour la répartition", { exact: true })).toBeVisible();
  await phone.button("C'est vu").click();
  await expect(phone.page.getByText("Tout ce que vous avez fait est chez nous.")).toBeVisible();
  const issues = await erpnext.list("Issue", [["dispatch_job", "=", job]]);
  expect(JSON.stringify(issues)).toContain("Faite quand même");
  await phone.stop();
});

test("an iPhone's browser is asked to install the app first, and may go on", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL ?? "", userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1", viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto("/field/");
  await expect(page.getByRole("heading", { name: "Installez d'abord l'application" })).toBeVisible();
  await page.getByRole("button", { name: "Continuer dans le navigateur" }).click();
  await expect(page.getByLabel("Courriel")).toBeVisible();
  await context.close();
});
