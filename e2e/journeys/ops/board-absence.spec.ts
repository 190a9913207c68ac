import { expect, test } from "@playwright/test";
import type { Locator } from "@playwright/test";
import { anAddress } from "../addresses.ts";
import { TECHNICIAN, signedIn } from "../field/technician.ts";
import { OrderPage, somebody } from "../order-page.ts";
import { aJob, chip, emptyDay, hourIn, jobIn, placed, row, takeTo } from "./board.ts";
import { DISPATCHER, faultsOf, Office } from "./office.ts";

const THEO = "Théo Brault";
const TINA = "Tina McIntyre";
const OTHER = "tech2@gigafibre.test";

const free = async (office: Office, technician: string): Promise<Locator> => {
  await office.button(`Absence de ${technician}`).click();
  return office.dialog(`${technician} s'absente`);
};

test("a technician calls in sick: their day goes to others and to those that wait in one action, undone in one; and they come back", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 180_000);
  const url = baseURL ?? "";
  const day = await emptyDay(playwright.request, url, 8);
  const [first, second, hers] = [await aJob(playwright.request, url, "Odile Malo"), await aJob(playwright.request, url, "Rémi Caron"), await aJob(playwright.request, url, "Ève Ouimet")];
  await placed(playwright.request, url, first, TECHNICIAN, `${day} 09:00`);
  await placed(playwright.request, url, second, TECHNICIAN, `${day} 11:00`);
  await placed(playwright.request, url, hers, OTHER, `${day} 11:00`);
  const office = await Office.start(browser, url);
  await office.signIn(DISPATCHER, `/ops/repartition?jour=${day}`);
  await expect(row(office.page, THEO).locator("[data-job]")).toHaveCount(2);

  const dialog = await free(office, THEO);
  await dialog.getByLabel("Raison").fill("Malade");
  await expect(dialog.getByRole("combobox", { name: "Odile Malo" })).toContainText(/Tina McIntyre, .*9 h – 11 h/);
  await expect(dialog.getByRole("combobox", { name: "Rémi Caron" })).toContainText(/Tina McIntyre, .*13 h – 15 h/);
  await expect(dialog).toContainText("Qui garde son heure ne reçoit rien.");
  expect(await faultsOf(office.page, "board-absence-light-1440")).toEqual([]);
  await dialog.getByRole("button", { name: "Libérer" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row(office.page, TINA).locator("[data-job]")).toHaveCount(3);
  await expect(row(office.page, THEO)).toContainText("En congé");
  const erpnext = await signedIn(playwright.request, url, DISPATCHER);
  expect(await jobIn(erpnext, second.job)).toMatchObject({ assigned_to: OTHER, scheduled_start: `${day} 13:00:00`, modified_by: DISPATCHER });

  await office.page.getByRole("button", { name: "Annuler", exact: true }).click();
  await expect(row(office.page, THEO).locator("[data-job]")).toHaveCount(2);
  await expect(row(office.page, THEO)).not.toContainText("En congé");
  expect(await jobIn(erpnext, second.job)).toMatchObject({ assigned_to: TECHNICIAN, scheduled_start: `${day} 11:00:00`, scheduled_end: `${day} 13:00:00` });

  const again = await free(office, THEO);
  await again.getByRole("combobox", { name: "Rémi Caron" }).selectOption({ label: "à planifier" });
  await expect(again).toContainText("1 à d'autres, 1 à planifier");
  await again.getByRole("button", { name: "Libérer" }).click();
  await expect(office.page.locator(`[data-drop=waiting] [data-job="${second.job}"]`)).toBeVisible();
  await expect(row(office.page, THEO)).toContainText("En congé");

  // Put in somewhere that same day: what is free is proposed, nearest to the time it had.
  await chip(office.page, second).click();
  const sheet = office.page.getByRole("complementary", { name: `Fiche de la visite ${second.job}` });
  await sheet.getByLabel("Date", { exact: true }).fill(day);
  await sheet.getByLabel("Heure").fill("14:00");
  await sheet.getByRole("button", { name: /13 h – 15 h, Tina McIntyre|14 h – 16 h, Tina McIntyre/ }).first().click();
  await expect(row(office.page, TINA).locator(`[data-job="${second.job}"]`)).toBeVisible();

  const back = await free(office, THEO);
  await back.getByRole("button", { name: "De retour" }).click();
  await expect(row(office.page, THEO)).not.toContainText("En congé");
  await Promise.all([office.stop(), erpnext.dispose()]);
});

test("a day that the board fills is no longer offered on the website, and is again once there is room: by a visit put back, and by a technician who is back", async ({ browser, baseURL, playwright, request }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 240_000);
  const url = baseURL ?? "";
  const { dates } = (await (await request.get("/api/install-dates")).json()) as { dates: { date: string; left: number }[] };
  // Both work on it, and nobody has been there yet.
  const day = dates.findLast(({ left }) => left === 7)?.date ?? "";
  const office = await Office.start(browser, url);
  await office.signIn(DISPATCHER, `/ops/repartition?jour=${day}`);
  const dialog = await free(office, TINA);
  await dialog.getByRole("button", { name: "Libérer" }).click();
  await expect(row(office.page, TINA)).toContainText("En congé");

  // A visitor, as far as the choice of a date.
  const address = await anAddress(request, "available", { minSpeed: 150 });
  const context = await browser.newContext({ baseURL: url, locale: "fr-CA", timezoneId: "America/Toronto" });
  const order = new OrderPage(await context.newPage());
  await order.begin(address.label, address.label);
  await order.plan(/^150 Mbit/);
  await order.tv(/Pas de télé/);
  await order.phone(/Pas de téléphone/);
  await order.contact(somebody());
  await expect(order.heading("Quand pouvons-nous venir?")).toBeVisible();
  const said = new Intl.DateTimeFormat("fr-CA", { day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(day));
  const offered = order.page.getByRole("group", { name: "Dates offertes" }).getByRole("checkbox", { name: new RegExp(`\\b${said}`) });
  const isOffered = (yes: boolean): Promise<void> =>
    expect(async () => {
      await order.page.reload();
      await expect(order.page.getByRole("group", { name: "Dates offertes" }).getByRole("checkbox").first()).toBeVisible();
      await expect(offered).toHaveCount(yes ? 1 : 0, { timeout: 1_000 });
    }).toPass({ timeout: process.env["ERPNEXT_URL"] ? 120_000 : 30_000 });
  await isOffered(true);

  const jobs = [];
  for (const hour of ["08", "10", "12"]) {
    const made = await aJob(playwright.request, url, `Comble ${hour}`);
    await placed(playwright.request, url, made, TECHNICIAN, `${day} ${hour}:00`);
    jobs.push(made);
  }
  const last = await aJob(playwright.request, url, "Comble la journée");
  await expect(chip(office.page, last)).toBeVisible();
  await isOffered(true);
  await takeTo(office.page, last, await hourIn(office.page, THEO, 14));
  await office.page.mouse.up();
  await expect(row(office.page, THEO).locator(`[data-job="${last.job}"]`)).toBeVisible();
  await isOffered(false);

  await chip(office.page, last).focus();
  await office.press("m Delete Enter");
  await expect(office.page.locator(`[data-drop=waiting] [data-job="${last.job}"]`)).toBeVisible();
  await isOffered(true);
  await office.press("Control+z");
  await isOffered(false);
  const back = await free(office, TINA);
  await back.getByRole("button", { name: "De retour" }).click();
  await isOffered(true);

  // Room for whoever comes after.
  const erpnext = await signedIn(playwright.request, url, DISPATCHER);
  for (const { job } of [...jobs, last]) await erpnext.put(`/api/resource/Dispatch Job/${job}`, { data: { status: "Cancelled" } });
  await Promise.all([office.stop(), context.close(), erpnext.dispose()]);
});
