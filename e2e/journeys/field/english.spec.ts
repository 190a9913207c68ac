import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { ErpnextReader, STANDS } from "../read-back.ts";
import { aVisit, Phone, TECHNICIAN } from "./technician.ts";

/** What only French writes: its accents, and words that no English sentence of the app has. */
const FRENCH = /[àâçéèêëîïôùûœ]|\b(?:le|la|les|des|du|une|vous|votre|est|pas|pour|avec|dans|sans|sur|rien|aucune?|visite|appareil|envoyer|fermer|retour)\b/gi;

/** All that is read or heard on the page, without what people wrote in ERPNext and the name of the other language. */
async function frenchOn(page: Page, written: readonly string[]): Promise<string[]> {
  const said = await page.evaluate<string>(`[document.title, document.body.innerText,
    ...[...document.querySelectorAll("[aria-label], [alt], [placeholder], [title]")].flatMap((each) => ["aria-label", "alt", "placeholder", "title"].map((name) => each.getAttribute(name) ?? ""))].join("\\n")`);
  const left = ["Français", ...written].toSorted((one, other) => other.length - one.length).reduce((text, each) => (each === "" ? text : text.replaceAll(each, "")), said);
  return left.split("\n").filter((line) => line.match(FRENCH));
}

test("in English a technician signs in, reads the day and a visit, and is told why a scan is refused, with no French left on the page", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(180_000);
  const url = baseURL ?? "";
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: url }));
  const [elsewhere] = await erpnext.list("Service Equipment", [["equipment_type", "=", "ONT"], ["gpon_sn", "like", "RCMG%"], ["status", "=", "Actif"]]);
  const { job, customer } = await aVisit(playwright.request, url);
  const phone = await Phone.start(browser, url);
  const { page } = phone;
  const days = page.waitForResponse((answer) => answer.url().endsWith("/api/field/days") && answer.ok());
  await page.goto("/field/");
  await phone.button("English").click();
  await expect(page.locator("html")).toHaveAttribute("lang", /^en/);
  const written: string[] = [];
  expect(await frenchOn(page, written)).toEqual([]);

  await page.getByLabel("E-mail").fill(TECHNICIAN);
  await page.getByLabel("Password", { exact: true }).fill("demo");
  await phone.button("Sign in").click();
  await expect(phone.heading("Today")).toBeVisible();
  await expect(phone.banner).toContainText("Everything is sent");
  // Names, addresses and services are as ERPNext has them.
  const values = (from: unknown): string[] => (typeof from === "object" && from !== null ? Object.values(from).flatMap(values) : typeof from === "string" ? [from] : []);
  written.push(...values(await (await days).json()));
  expect(await frenchOn(page, written)).toEqual([]);

  await page.getByText(customer).click();
  await expect(phone.heading(customer)).toBeVisible();
  await expect(phone.heading("Checks")).toBeVisible();
  expect(await frenchOn(page, written)).toEqual([]);

  await phone.button("Scan: ONT").first().click();
  await phone.button("Type the number").click();
  await page.getByLabel("Serial number or MAC address").fill("hello");
  await phone.button("Check").click();
  await expect(phone.sheet("Scan: ONT").getByRole("alert")).toBeVisible();
  expect(await frenchOn(page, written)).toEqual([]);
  await page.getByLabel("Serial number or MAC address").fill(String(elsewhere?.["gpon_sn"]));
  await phone.button("Check").click();
  await phone.button("Record this device").click();
  await expect(phone.heading("To settle in this visit")).toBeVisible(STANDS);
  await expect(phone.banner).toContainText("1 refused");
  expect(await frenchOn(page, written)).toEqual([]);
  await phone.banner.click();
  await expect(phone.heading("To send")).toBeVisible();
  expect(await frenchOn(page, [...written, job])).toEqual([]);
  await phone.stop();
});
