import { expect, test } from "@playwright/test";
import { ErpnextReader } from "../read-back.ts";
import { CustomerPage } from "./customer-page.ts";
import { faultsOf } from "./office.ts";

test("a customer's places are on a map beside a grid, each picked in the other, by the keyboard too, and without a network of tiles", async ({ browser, playwright, baseURL }) => {
  test.setTimeout(240_000);
  const erpnext = await ErpnextReader.signIn(await playwright.request.newContext({ baseURL: baseURL ?? "" }));
  const { name: customer } = await erpnext.insert("Customer", { customer_name: `Ferme des Deux Rangs ${crypto.randomUUID().slice(0, 6)}`, customer_type: "Company", customer_group: "Commercial" });
  const place = (address_line: string, more: object) => erpnext.insert("Service Location", { customer, address_line, city: "Ormstown", connection_type: "FTTH", ...more });
  await place("12 rang Un", { latitude: 45.12, longitude: -74.01 });
  await place("34 rang Deux", { latitude: 45.16, longitude: -73.92 });
  await place("56 chemin Sans-Carte", {});

  const page = await CustomerPage.open(browser, baseURL ?? "", customer);
  const { page: screen } = page.office;
  const where = page.region("Sur la carte");
  const row = (address: string) => where.getByRole("button", { name: new RegExp(address) }).and(where.locator("[aria-pressed]"));
  const mark = (address: string) => where.locator(".spot").and(where.getByRole("button", { name: new RegExp(address) }));
  const worksBothWays = async (): Promise<void> => {
    await expect(mark("rang Un")).toBeVisible({ timeout: 30_000 });
    await row("34 rang Deux").click();
    await expect(row("34 rang Deux")).toHaveAttribute("aria-pressed", "true");
    await expect(mark("rang Deux")).toHaveAttribute("aria-current", "true");
    await mark("rang Un").click();
    await expect(row("12 rang Un")).toHaveAttribute("aria-pressed", "true");
    await expect(row("34 rang Deux")).toHaveAttribute("aria-pressed", "false");
    await mark("rang Deux").focus();
    await screen.keyboard.press("Enter");
    await expect(row("34 rang Deux")).toHaveAttribute("aria-pressed", "true");
    await row("12 rang Un").focus();
    await screen.keyboard.press("Enter");
    await expect(mark("rang Un")).toHaveAttribute("aria-current", "true");
  };
  await worksBothWays();
  await expect(row("56 chemin Sans-Carte")).toContainText("sans position");
  await expect(where.locator(".spot")).toHaveCount(2);
  await expect(mark("rang Un")).toHaveAccessibleName(/^1\. 12 rang Un, Ormstown, À installer$/);
  expect(await faultsOf(screen, "customer-places-light-1440")).toEqual([]);
  await where.getByRole("button", { name: "Aller à 34 rang Deux" }).click();
  await expect(screen.locator("article.sought")).toContainText("34 rang Deux");

  // Whose style is configured and does not come is not waited for; and the page has its customer before it asks for a map.
  const asked: string[] = [];
  screen.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await screen.route("**/api/maps/config", (route) => route.fulfill({ json: { style_url: "https://tiles.example.test/style.json" } }));
  await screen.route("https://tiles.example.test/**", (route) => route.abort());
  await screen.reload();
  await worksBothWays();
  await expect.poll(() => asked.some((path) => path === "/api/maps/plant")).toBe(true);
  const first = (path: RegExp): number => asked.findIndex((each) => path.test(each));
  expect(first(/\/overview$/)).toBeLessThan(first(/^\/api\/maps\//));
  await page.office.stop();
});
