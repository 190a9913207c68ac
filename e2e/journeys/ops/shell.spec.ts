import { expect, test } from "@playwright/test";
import { AGENT, DISPATCHER, faultsOf, Office } from "./office.ts";

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 1024] as const) {
    test(`the way in and the shell have no violation that axe can find (${colorScheme}, ${width})`, async ({ browser, baseURL }) => {
      const office = await Office.start(browser, baseURL ?? "", { colorScheme, width });
      const at = (screen: string) => faultsOf(office.page, `${screen}-${colorScheme}-${width}`);
      await office.page.goto("/ops/");
      await expect(office.button("Se connecter")).toBeVisible();
      const found = await at("sign-in");
      await office.signIn();
      await expect(office.heading("Bonjour Denis")).toBeVisible();
      found.push(...(await at("home")));
      await office.press("?");
      await expect(office.dialog("Raccourcis du clavier")).toBeVisible();
      found.push(...(await at("tour")));
      await office.press("Escape");
      await office.button(/Compte et réglages/).click();
      await expect(office.button("Se déconnecter")).toBeVisible();
      found.push(...(await at("menu")));
      expect(found).toEqual([]);
      await office.stop();
    });
  }
}

test("a person signs in where they wanted to go, keeps their language and appearance, and signs out", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.page.goto("/ops/?de=avis");
  await office.page.getByLabel("Courriel").fill(AGENT);
  await office.page.getByLabel("Mot de passe", { exact: true }).fill("faux");
  await office.button("Se connecter").click();
  await expect(office.page.getByRole("alert")).toContainText("ne vont pas ensemble");
  await office.page.getByLabel("Mot de passe", { exact: true }).fill("demo");
  await office.page.keyboard.press("Enter");
  await expect(office.heading("Bonjour Agathe")).toBeVisible();
  expect(office.page.url()).toContain("?de=avis");
  await office.button(/Compte et réglages/).click();
  await office.button("English").click();
  await expect(office.heading("Hello Agathe")).toBeVisible();
  await office.button("Dark").click();
  await expect(office.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await office.page.reload();
  await expect(office.heading("Hello Agathe")).toBeVisible();
  await expect(office.page.locator("html")).toHaveAttribute("data-theme", "dark");
  await office.button(/Account and settings/).click();
  await office.button("Sign out").click();
  await expect(office.button("Sign in")).toBeVisible();
  await office.page.reload();
  await expect(office.button("Sign in")).toBeVisible();
  await office.stop();
});

test("a technician is shown the way to their own app", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.page.goto("/ops/");
  await office.page.getByLabel("Courriel").fill("tech1@gigafibre.test");
  await office.page.getByLabel("Mot de passe", { exact: true }).fill("demo");
  await office.button("Se connecter").click();
  await expect(office.page.getByRole("alert")).toContainText("/field/");
  await expect(office.rail).toHaveCount(0);
  await office.stop();
});

test("the keyboard leads from room to room, and not while somebody types", async ({ browser, baseURL }) => {
  const office = await Office.start(browser, baseURL ?? "");
  await office.signIn(DISPATCHER);
  await office.press("?");
  await expect(office.dialog("Raccourcis du clavier")).toContainText("Aller à Accueil");
  await office.press("Escape");
  await office.press("g h");
  await expect(office.heading("Bonjour Denis")).toBeVisible();
  await office.stop();
});
