import { expect, test } from "@playwright/test";
import { TECHNICIAN, signedIn } from "../field/technician.ts";
import { aJob, anotherDispatcher, chip, hourIn, jobIn, placed, quietDay, row, takeTo } from "./board.ts";
import { DISPATCHER, faultsOf, Office } from "./office.ts";

const THEO = "Théo Brault";
const TINA = "Tina McIntyre";

test("two dispatchers see each other's visit in hand and where it lands, by the pointer and by the keyboard; undone, it is back", async ({ browser, baseURL, playwright }) => {
  test.setTimeout(process.env["ERPNEXT_URL"] ? 600_000 : 180_000);
  const [url, day] = [baseURL ?? "", quietDay(0)];
  const [made, rita] = [await aJob(playwright.request, url, "Odette Vincent"), await anotherDispatcher(playwright.request, url)];
  const [one, other] = [await Office.start(browser, url), await Office.start(browser, url)];
  await one.signIn(DISPATCHER, `/ops/repartition?jour=${day}`);
  await other.signIn(rita, `/ops/repartition?jour=${day}`);
  await expect(chip(other.page, made)).toBeVisible();

  await takeTo(one.page, made, await hourIn(one.page, THEO, 9));
  await expect(chip(other.page, made)).toContainText("Denis Faubert la déplace");
  await one.page.mouse.up();
  await expect(row(one.page, THEO).locator(`[data-job="${made.job}"]`)).toContainText("9 h");
  await expect(row(other.page, THEO).locator(`[data-job="${made.job}"]`)).toBeVisible();
  const erpnext = await signedIn(playwright.request, url, DISPATCHER);
  expect(await jobIn(erpnext, made.job)).toMatchObject({ status: "Scheduled", assigned_to: TECHNICIAN, scheduled_start: `${day} 09:00:00`, scheduled_end: `${day} 11:00:00`, modified_by: DISPATCHER });

  await chip(other.page, made).focus();
  await other.press("m ArrowDown Shift+ArrowRight ArrowRight Enter");
  await expect(row(one.page, TINA).locator(`[data-job="${made.job}"]`)).toContainText("10 h 15");
  await expect.poll(async () => (await jobIn(erpnext, made.job))["modified_by"]).toBe(rita);
  await other.press("Control+z");
  await expect(row(one.page, THEO).locator(`[data-job="${made.job}"]`)).toContainText("9 h");

  // Undone while it is still on its way.
  let sent = 0;
  await other.page.route("**/api/board/jobs/*/move", async (route) => {
    sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await chip(other.page, made).focus();
  await other.press("m Shift+ArrowRight Enter Control+z");
  await expect.poll(() => sent).toBe(2);
  await expect.poll(async () => String((await jobIn(erpnext, made.job))["scheduled_start"])).toBe(`${day} 09:00:00`);
  await expect(row(one.page, THEO).locator(`[data-job="${made.job}"]`)).toContainText("9 h");

  await chip(one.page, made).focus();
  await one.press("m Delete Enter");
  await expect(one.page.locator(`[data-drop=waiting] [data-job="${made.job}"]`)).toBeVisible();
  await expect(other.page.locator(`[data-drop=waiting] [data-job="${made.job}"]`)).toBeVisible();
  await Promise.all([one.stop(), other.stop(), erpnext.dispose()]);
});

test("of two who drag the same visit one is told whose it is and where, and the visit stays there", async ({ browser, baseURL, playwright }) => {
  const [url, day] = [baseURL ?? "", quietDay(1)];
  const [made, rita] = [await aJob(playwright.request, url, "Ghislain Roy"), await anotherDispatcher(playwright.request, url)];
  const [one, other] = [await Office.start(browser, url), await Office.start(browser, url)];
  // The other sees nothing live: what it drags has gone meanwhile.
  await other.page.route("**/events*", (route) => route.abort());
  await one.signIn(rita, `/ops/repartition?jour=${day}`);
  await other.signIn(DISPATCHER, `/ops/repartition?jour=${day}`);
  await expect(chip(other.page, made)).toBeVisible();
  await takeTo(one.page, made, await hourIn(one.page, THEO, 13));
  await one.page.mouse.up();
  await expect(row(one.page, THEO).locator(`[data-job="${made.job}"]`)).toContainText("13 h");
  await expect(one.page.getByText("Le client sera averti dans une minute.")).toBeVisible();

  await takeTo(other.page, made, await hourIn(other.page, TINA, 9));
  await other.page.mouse.up();
  await expect(other.page.getByRole("alert")).toContainText("Votre déplacement n'a pas été fait");
  await expect(other.page.getByRole("alert")).toContainText(/Rita Roy l'a mise ici: Théo Brault, .*13 h/);
  await expect(row(other.page, THEO).locator(`[data-job="${made.job}"]`)).toBeVisible();
  await Promise.all([one.stop(), other.stop()]);
});

test("what speaks against a place is said before the drop, a slot is proposed on the day the customer wants, and a tag filters those that wait", async ({ browser, baseURL, playwright, request }) => {
  const url = baseURL ?? "";
  const { dates } = (await (await request.get("/api/install-dates")).json()) as { dates: { date: string; left: number }[] };
  const most = Math.max(...dates.map(({ left }) => left));
  const day = dates.findLast(({ left }) => left === most)?.date ?? "";
  const other = await aJob(playwright.request, url, "Lise Hébert");
  await placed(playwright.request, url, other, TECHNICIAN, `${day} 09:00`);
  const admin = await signedIn(playwright.request, url, DISPATCHER);
  const tag = `Nacelle ${crypto.randomUUID().slice(0, 4)}`;
  await admin.post("/api/resource/Dispatch Tag", { data: { tag } });
  const [made, wished] = [await aJob(playwright.request, url, "Marc Caza", { required_tags: [{ tag }] }), await aJob(playwright.request, url, "Ève Latour", { preferred_dates: [{ date: day }], notes: "Chien gentil" })];
  const office = await Office.start(browser, url);
  await office.signIn(DISPATCHER, `/ops/repartition?jour=${day}`);
  await takeTo(office.page, made, await hourIn(office.page, THEO, 10));
  const said = office.page.locator("[aria-live=assertive]").filter({ hasText: "en main" });
  await expect(said).toContainText(`Compétence manquante: ${tag}`);
  await expect(said).toContainText("En même temps que 12 chemin de la Rivière");
  expect(await faultsOf(office.page, "board-drag-light-1440")).toEqual([]);
  await office.press("Escape");
  await office.page.mouse.up();
  await expect(office.page.locator(`[data-drop=waiting] [data-job="${made.job}"]`)).toBeVisible();

  await office.button("Filtrer").click();
  await office.dialog("Filtrer").getByLabel("Étiquette").selectOption({ label: `${tag} (1)` });
  await expect(office.page.locator("[data-drop=waiting] [data-job]")).toHaveCount(1);
  await office.press("Escape");
  await office.button(`Ne plus filtrer: Étiquette, ${tag}`).click();
  await chip(office.page, wished).click();
  const sheet = office.page.getByRole("complementary", { name: `Fiche de la visite ${wished.job}` });
  await expect(sheet).toContainText("Chien gentil");
  await sheet.getByRole("button", { name: "Prochaines plages" }).click();
  await expect(sheet.getByRole("listitem").filter({ hasText: "date souhaitée" }).first()).toBeVisible();
  await sheet.getByRole("listitem").filter({ hasText: "date souhaitée" }).first().getByRole("button").click();
  await expect(sheet).toContainText("Prévue");
  await expect.poll(async () => String((await jobIn(admin, wished.job))["scheduled_start"]).slice(0, 10)).toBe(day);
  const pdf = await admin.get((await sheet.getByRole("link", { name: "Imprimer le bon de travail" }).getAttribute("href")) ?? "");
  expect(pdf.headers()["content-type"]).toContain("application/pdf");
  await Promise.all([office.stop(), admin.dispose()]);
});

test("a visit is opened wherever it is: beyond those shown, on another day, and while it moves there; the sheet says where it is and leads to it", async ({ browser, baseURL, playwright }) => {
  const [url, day, far] = [baseURL ?? "", quietDay(5), quietDay(7)];
  const [beyond, other] = [await aJob(playwright.request, url, "Solange Beyond", { notes: "Grange rouge" }), await aJob(playwright.request, url, "Autre Rouge", { notes: "Grange rouge" })];
  const office = await Office.start(browser, url);
  // As where 300 others have waited longer.
  await office.page.route(/\/api\/board\?(?!.*[?&]q=)/, async (route) => {
    const answer = await route.fetch();
    const board = (await answer.json()) as { waiting: { name: string }[]; waiting_beyond: number };
    await route.fulfill({ response: answer, json: { ...board, waiting: board.waiting.filter(({ name }) => name !== beyond.job), waiting_beyond: board.waiting_beyond + 1 } });
  });
  await office.signIn(DISPATCHER, `/ops/visites/${beyond.job}`);
  const sheet = office.page.getByRole("complementary", { name: `Fiche de la visite ${beyond.job}` });
  await expect(sheet).toContainText("hors de ce que montre la colonne");
  await expect(chip(office.page, beyond)).toHaveCount(0);
  await sheet.getByRole("button", { name: "La montrer dans la colonne" }).click();
  await expect(chip(office.page, beyond)).toBeVisible();
  await expect(office.page.locator("[data-drop=waiting] [data-job]")).toHaveCount(1);
  await expect(sheet).not.toContainText("hors de ce que montre la colonne");
  await office.page.getByRole("searchbox", { name: "Chercher parmi celles à planifier" }).fill("GRANGE rouge");
  await expect(chip(office.page, other)).toBeVisible();
  expect(new URL(office.page.url()).searchParams.get("cherche")).toBe("GRANGE rouge");
  expect(await faultsOf(office.page, "board-search-light-1440")).toEqual([]);

  await office.page.goto(`/ops/repartition?jour=${day}&visite=${beyond.job}`);
  await sheet.getByLabel("Technicien").selectOption({ label: THEO });
  await sheet.getByLabel("Date", { exact: true }).fill(far);
  await sheet.getByLabel("Heure").fill("10:00");
  await sheet.getByRole("button", { name: "Déplacer" }).click();
  await expect(sheet).toContainText(/Pas à l'écran. Elle est ici: Théo Brault, .*10 h/);
  await expect(sheet).toContainText("Prévue");
  expect(await faultsOf(office.page, "board-elsewhere-light-1440")).toEqual([]);
  // Undone though it is not on screen, and done again.
  await office.press("Control+z");
  await expect(sheet).toContainText("hors de ce que montre la colonne");
  await sheet.getByLabel("Technicien").selectOption({ label: THEO });
  await sheet.getByLabel("Date", { exact: true }).fill(far);
  await sheet.getByLabel("Heure").fill("10:00");
  await sheet.getByRole("button", { name: "Déplacer" }).click();
  await sheet.getByRole("button", { name: "Voir ce jour" }).click();
  await expect(row(office.page, THEO).locator(`[data-job="${beyond.job}"]`)).toBeVisible();
  await expect(sheet).not.toContainText("Pas à l'écran");
  await office.page.goto("/ops/visites/JOB-99999");
  await expect(office.page.getByRole("alert")).toBeVisible();
  await office.stop();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 1024] as const) {
    test(`the board, a week of it and a job sheet have no violation that axe can find (${colorScheme}, ${width})`, async ({ browser, baseURL, playwright }) => {
      const [url, day] = [baseURL ?? "", quietDay(4)];
      const [first, second, waits] = [await aJob(playwright.request, url, "Paul Meloche"), await aJob(playwright.request, url, "Anne Stewart"), await aJob(playwright.request, url, "Jean-Guy Lefebvre", { preferred_dates: [{ date: day }] })];
      await placed(playwright.request, url, first, TECHNICIAN, `${day} 09:00`);
      await placed(playwright.request, url, second, "tech2@gigafibre.test", `${day} 10:00`);
      const office = await Office.start(browser, url, { colorScheme, width });
      await office.signIn(DISPATCHER, `/ops/repartition?jour=${day}`);
      await expect(chip(office.page, first)).toBeVisible();
      const found = await faultsOf(office.page, `board-day-${colorScheme}-${width}`);
      await chip(office.page, waits).click();
      await expect(office.page.getByRole("complementary", { name: `Fiche de la visite ${waits.job}` })).toBeVisible();
      found.push(...(await faultsOf(office.page, `board-sheet-${colorScheme}-${width}`)));
      await office.page.getByRole("button", { name: "Fermer" }).click();
      await office.press("w");
      await expect(office.page.getByRole("group", { name: "Semaine", exact: true })).toBeVisible();
      await expect(office.page.getByRole("region", { name: /^Plan:/ })).toBeVisible();
      found.push(...(await faultsOf(office.page, `board-week-${colorScheme}-${width}`)));
      expect(found).toEqual([]);
      await office.stop();
    });
  }
}
