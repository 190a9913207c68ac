import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import type { PortActivationRequest } from "@gigafibre/contracts/devices";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { stamp } from "./screens.ts";
import { aVisit, Phone, signedIn } from "./technician.ts";

const PHOTO = fileURLToPath(new URL("../../../field-app/public/icon-512.png", import.meta.url));

test("a whole visit without a network is on the phone, and in ERPNext once there is one", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(240_000);
  const url = baseURL ?? "";
  const planned = await aVisit(playwright.request, url);
  const phone = await Phone.start(browser, url);
  await phone.signIn();
  await expect(phone.page.getByText(planned.customer)).toBeVisible();

  await phone.goUnderground();
  await phone.openCold();
  await expect(phone.banner).toContainText("Hors ligne");
  await phone.page.getByText(planned.customer).click();
  await expect(phone.heading(planned.customer)).toBeVisible();
  for (const where of ["https://www.google.com/maps/dir/", "tel:450", "sms:450"]) await expect(phone.page.locator(`a[href^="${where}"]`)).toBeVisible();
  await expect(phone.page.getByText(/^\d+\/\d+\/\d+$/)).toBeVisible();

  await phone.action.click();
  await phone.sheet("Arrivée dans combien de temps?").getByRole("button", { name: "20 min" }).click();
  await phone.button("Commencer la visite").click();

  for (const [device, code] of [["ONT", `RCMG${stamp()}`], ["Routeur", `403F8C${stamp().slice(2)}`], ["Décodeur TV", `001A79${stamp().slice(2)}`]] as const) {
    await phone.action.filter({ hasText: `Numériser: ${device}` }).click();
    await phone.type(code);
  }
  await phone.checkAll();
  await phone.page.locator("input[type=file]").setInputFiles(PHOTO);
  await expect(phone.page.getByRole("img", { name: "Photo 1" })).toBeVisible();
  await phone.button("Montrer le WiFi").click();
  await expect(phone.sheet("WiFi du client").getByRole("img", { name: "WiFi du client" })).toBeVisible();
  await phone.button("Fermer").click();

  await phone.action.filter({ hasText: "Faire signer le client" }).click();
  await phone.sign();
  await phone.button("Terminer la visite").click();
  await phone.sheet("Terminer la visite?").getByRole("button", { name: "Terminer la visite" }).click();
  await expect(phone.page.getByText("Terminée ici; elle partira dès qu'il y aura du réseau.")).toBeVisible();
  await expect(phone.banner).toContainText("16 à envoyer");
  await expect(phone.button("Montrer le WiFi")).toHaveCount(0);

  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: url }));
  expect(await erpnext.get("Dispatch Job", planned.job)).toMatchObject({ status: "Scheduled" });

  await phone.comeUp();
  await expect(phone.banner).toContainText("Tout est envoyé", STANDS);
  const job = await erpnext.get("Dispatch Job", planned.job);
  expect(job).toMatchObject({ status: "Completed", sign_off_name: planned.customer });
  expect(job["customer_signature"]).toMatch(/^data:image\/png/);
  expect(job["checklist"]).toEqual(expect.arrayContaining([expect.objectContaining({ label: "Signal de l'ONT (dBm)", done: 1, value: "-19.5" })]));
  const { equipment } = await erpnext.documentsOf(planned.order);
  expect(equipment.filter((each) => each["equipment_type"] !== "Téléphone IP").every((each) => each["serial_number"] || each["mac_address"])).toBe(true);

  // Support lets the ONT in: the phone shows it without being touched.
  await expect(phone.page.getByText("Le soutien a reçu la demande. Le port n'est pas encore activé.")).toBeVisible(STANDS);
  const support = await signedIn(playwright.request, url, "agent@gigafibre.test");
  const asked = (await (await support.get("/api/port-activations")).json()) as PortActivationRequest[];
  const task = asked.find((each) => each.job === planned.job)?.task ?? "";
  expect((await support.post(`/api/port-activations/${task}/done`)).ok()).toBe(true);
  await expect(phone.page.getByText("Port activé")).toBeVisible(STANDS);
  await support.dispose();
  await phone.stop();
});

test("a phone that opens with the server gone shows the day, and one that never carried it says so", async ({ browser, baseURL, playwright }) => {
  const planned = await aVisit(playwright.request, baseURL ?? "");
  const phone = await Phone.start(browser, baseURL ?? "");
  await phone.signIn();
  await expect(phone.page.getByText(planned.customer)).toBeVisible();
  await phone.line.cut();
  await phone.openCold(`/field/visites/${planned.job}`);
  await expect(phone.heading(planned.customer)).toBeVisible();
  await phone.openCold();
  await expect(phone.page.getByText(planned.customer)).toBeVisible();
  await phone.stop();
});
