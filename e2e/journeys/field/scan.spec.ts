import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { chromium, expect, test } from "@playwright/test";
import { labelPicture, y4mOf } from "@gigafibre/fixtures/labels/picture";
import type { PrintedCode } from "@gigafibre/fixtures/labels/picture";
import { CHROMIUM_FLAGS, findChromium } from "@gigafibre/fixtures/stack/chromium";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { aVisit, Phone } from "./technician.ts";

const FRAMES_PER_SECOND = 10;
const digits = (count: number): string => crypto.randomUUID().replaceAll("-", "").slice(0, count).toUpperCase();

/** What passes before the phone's camera, again and again: one label after the other, with nothing in between. */
async function film(labels: readonly (readonly PrintedCode[])[]): Promise<string> {
  const size = { width: 640, height: 480 };
  const table = labelPicture([{ format: "code128", text: "X" }], { ...size, module: 1, blur: 12 });
  const pictures = labels.flatMap((codes) => {
    const label = labelPicture(codes, { ...size, module: codes.length > 1 ? 2 : 5, noise: 6, shade: 0.2 });
    return [...Array.from({ length: FRAMES_PER_SECOND }, () => table), ...Array.from({ length: 3 * FRAMES_PER_SECOND }, () => label)];
  });
  const file = path.join(tmpdir(), `gigafibre-labels-${crypto.randomUUID()}.y4m`);
  await writeFile(file, y4mOf(pictures, FRAMES_PER_SECOND));
  return file;
}

test("three labels are read by the camera with no network, a wrong one is said at once, and their numbers are in ERPNext once there is one", async ({ baseURL, playwright }) => {
  test.setTimeout(300_000);
  const [gpon, deco, box] = [`RCMG${digits(8)}`, `403F8C${digits(6)}`, `001A79${digits(6)}`];
  const labels = await film([
    [{ format: "code128", text: gpon }, { format: "code128", text: `HT${digits(8)}` }],
    [{ format: "qrcode", text: `SN:22${digits(6)}7;MAC:${deco}` }],
    [{ format: "datamatrix", text: `STB MAC:${box}` }],
  ]);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? "chromium",
    args: [...CHROMIUM_FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${labels}`],
  });
  const planned = await aVisit(playwright.request, baseURL ?? "");
  const phone = await Phone.start(browser, baseURL ?? "");
  await phone.context.grantPermissions(["camera", "geolocation"]);
  await phone.signIn();
  await phone.page.getByText(planned.customer).click();
  await expect(phone.heading(planned.customer)).toBeVisible();
  await phone.goUnderground();

  const seen = { timeout: 60_000 };
  for (const [device, number] of [["ONT", gpon], ["Routeur", deco], ["Décodeur TV", box]] as const) {
    await phone.page.getByLabel(`Numériser: ${device}`).first().click();
    const sheet = phone.sheet(`Numériser: ${device}`);
    await expect(sheet.locator("video")).toBeVisible(seen);
    if (device === "Routeur") await expect(sheet.getByRole("alert")).toContainText("un appareil de type ONT; il faut: Routeur", seen);
    await expect(sheet.getByText(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$|^RCMG/)).toHaveText(device === "ONT" ? number : (number.match(/../g) ?? []).join(":"), seen);
    await expect(sheet.getByRole("alert")).toHaveCount(0);
    const { violations } = await new AxeBuilder({ page: phone.page }).include(".scan").options({ rules: { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } } }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await sheet.getByRole("button", { name: "Inscrire cet appareil" }).click();
    await expect(sheet).toHaveCount(0);
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
  await browser.close();
  await rm(labels);
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
