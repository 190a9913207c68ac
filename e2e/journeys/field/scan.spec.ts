import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { labelPicture, pngOf } from "@gigafibre/fixtures/labels/picture";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { scan, seeing, SEEN } from "./labels.ts";
import { aVisit, Phone } from "./technician.ts";

const digits = (count: number): string => crypto.randomUUID().replaceAll("-", "").slice(0, count).toUpperCase();

test("three labels are read by the camera with no network, a wrong one is said at once, and their numbers are in ERPNext once there is one", async ({ baseURL, playwright }) => {
  test.setTimeout(300_000);
  const [gpon, deco, box] = [`RCMG${digits(8)}`, `403F8C${digits(6)}`, `001A79${digits(6)}`];
  const camera = await seeing([
    [{ format: "code128", text: gpon }, { format: "code128", text: `HT${digits(8)}` }],
    [{ format: "qrcode", text: `SN:22${digits(6)}7;MAC:${deco}` }],
    [{ format: "datamatrix", text: `STB MAC:${box}` }],
  ]);
  const planned = await aVisit(playwright.request, baseURL ?? "");
  const phone = await Phone.start(camera.browser, baseURL ?? "");
  await phone.context.grantPermissions(["camera", "geolocation"]);
  await phone.signIn();
  await phone.page.getByText(planned.customer).click();
  await expect(phone.heading(planned.customer)).toBeVisible();
  await phone.goUnderground();

  for (const [device, number] of [["ONT", gpon], ["Routeur", deco], ["Décodeur TV", box]] as const) {
    await scan(phone, device, number, {
      before: async (sheet) => {
        if (device === "Routeur") await expect(sheet.getByRole("alert")).toContainText("un appareil de type ONT; il faut: Routeur", SEEN);
      },
      read: async (sheet) => {
        await expect(sheet.getByRole("alert")).toHaveCount(0);
        const { violations } = await new AxeBuilder({ page: phone.page }).include(".scan").options({ rules: { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } } }).analyze();
        expect(violations.map(({ id }) => id)).toEqual([]);
      },
    });
  }
  await expect(phone.banner).toContainText("3 à envoyer");

  await phone.comeUp();
  await expect(phone.banner).toContainText("Tout est envoyé", STANDS);
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL }));
  const { equipment } = await erpnext.documentsOf(planned.order);
  const numbers = (type: string) => equipment.filter((each) => each["equipment_type"] === type).map((each) => ({ gpon_sn: each["gpon_sn"], mac_address: each["mac_address"] }));
  expect(numbers("ONT")).toMatchObject([{ gpon_sn: gpon }]);
  expect(numbers("Routeur")).toMatchObject([{ mac_address: deco }]);
  expect(numbers("Décodeur TV")).toMatchObject([{ mac_address: box }]);
  await phone.stop();
  await camera.stop();
});

test("a phone that gives no camera says so, and takes the number from a photo or by hand", async ({ browser, baseURL, playwright }) => {
  const gpon = `RCMG${digits(8)}`;
  const planned = await aVisit(playwright.request, baseURL ?? "");
  const phone = await Phone.start(browser, baseURL ?? "");
  await phone.context.clearPermissions();
  await phone.signIn();
  await phone.page.getByText(planned.customer).click();
  await phone.page.getByLabel("Numériser: ONT").first().click();
  const sheet = phone.sheet("Numériser: ONT");
  await expect(sheet.getByRole("status").filter({ hasText: /La caméra est refusée|Aucune caméra ici/ })).toBeVisible();
  const blank = await phone.page.screenshot();
  await sheet.locator("input[type=file]").setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: blank });
  await expect(sheet.getByRole("alert")).toContainText("Aucun code lisible sur cette photo", { timeout: 30_000 });
  // A picture of the label is as good as the label.
  const label = pngOf(labelPicture([{ format: "code128", text: gpon }, { format: "datamatrix", text: `SN:HT${digits(8)}` }], { turned: 4, noise: 8, shade: 0.3 }));
  await sheet.locator("input[type=file]").setInputFiles({ name: "etiquette.png", mimeType: "image/png", buffer: label });
  await expect(sheet.getByText(gpon, { exact: true })).toBeVisible({ timeout: 30_000 });
  await sheet.getByRole("button", { name: "Numériser de nouveau" }).click();
  await sheet.getByRole("button", { name: "Entrer le numéro" }).click();
  await sheet.getByLabel("Numéro de série ou adresse MAC").fill("bonjour");
  await phone.page.keyboard.press("Enter");
  await expect(sheet.getByRole("alert")).toContainText("Cette étiquette ne nomme aucun appareil");
  await sheet.getByLabel("Numéro de série ou adresse MAC").fill(`s/n ${gpon.toLowerCase()}`);
  await phone.page.keyboard.press("Enter");
  await expect(sheet.getByText(gpon)).toBeVisible();
  await sheet.getByRole("button", { name: "Inscrire cet appareil" }).click();
  await expect(phone.page.getByText(gpon)).toBeVisible();
  await phone.stop();
});
